/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "http/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/cleanup.h"

#define SECRET_BYTES 4096
#define SECRET_TEXT_BYTES 65536
#define DELETE 0x7f

static int open_file(const char *file)
{
	const char *folder = strchr(file, '/') ? NULL : getenv("CREDENTIALS_DIRECTORY");
	AUTO(buf) struct buf path = { 0 };
	int fd;

	if (folder)
		buf_printf(&path, "%s/", folder);
	buf_append_text(&path, file);
	if (path.error)
		return path.error;
	/* Of a pipe that nobody writes to nobody is waited for. */
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static bool is_one_line(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == DELETE)
			return false;
	return len;
}

/* With a NUL behind it. */
static int read_line(int fd, char *line)
{
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, line + len, SECRET_BYTES + 1 - len)) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		len += got > 0 ? (size_t)got : 0;
		if (len > SECRET_BYTES)
			return -E2BIG;
	}
	if (len && line[len - 1] == '\n')
		len--;
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return is_one_line(line, len) ? 0 : -EINVAL;
}

int secret_read(const char *file, char **ret_secret)
{
	AUTO(secret) char *secret = calloc(1, SECRET_BYTES + 2);
	AUTO_FD int fd = -1;
	int r;

	if (!secret)
		return -ENOMEM;
	fd = open_file(file);
	if (fd < 0)
		return fd;
	r = read_line(fd, secret);
	if (r) {
		explicit_bzero(secret, SECRET_BYTES + 2);
		return r;
	}
	*ret_secret = TAKE(secret);
	return 0;
}

int secret_read_text(const char *file, char **ret_secret)
{
	AUTO(secret) char *secret = calloc(1, SECRET_TEXT_BYTES + 2);
	AUTO_FD int fd = secret ? open_file(file) : -ENOMEM;
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return fd;
	while (got && len <= SECRET_TEXT_BYTES) {
		got = read(fd, secret + len, SECRET_TEXT_BYTES + 1 - len);
		if (got < 0 && errno != EINTR)
			return -errno;
		len += got > 0 ? (size_t)got : 0;
	}
	if (len > SECRET_TEXT_BYTES)
		return -E2BIG;
	if (strlen(secret) != len)
		return -EINVAL;
	*ret_secret = TAKE(secret);
	return 0;
}

void secret_free(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
