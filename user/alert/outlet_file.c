/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A line of JSON for each, at the end of a file. */
#include "alert/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

#define FILE_MODE 0640

struct file {
	int fd; /* owned */
	char *path; /* owned */
	bool has_failed; /* it was told */
};

/* Whole lines, so that no other one's gets between. */
static int write_line(const struct file *file, const struct buf *line)
{
	ssize_t got = line->error ? 0 : write(file->fd, line->data, line->len);

	if (line->error)
		return line->error;
	if (got < 0)
		return -errno;
	return (size_t)got == line->len ? 0 : -ENOSPC;
}

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	struct file *file = self;
	AUTO(buf) struct buf line = { 0 };
	int r;

	alert_append(&line, alert, ts_ms);
	buf_append_char(&line, '\n');
	r = write_line(file, &line);
	if (r && !file->has_failed)
		(void)log_error(r, "cannot write alerts to '%s'", file->path);
	file->has_failed = r;
}

static void close_file(void *self)
{
	struct file *file = self;

	(void)close(file->fd);
	free(file->path);
	free(file);
}

int outlet_open_file(const struct settings_target *target, struct http_client *client,
		     struct outlet *ret_outlet)
{
	static const struct outlet_ops ops = { .tell = tell, .close = close_file };
	const char *path = target->path.text;
	AUTO_FREE char *copy = strdup(path);
	struct file *file = calloc(1, sizeof(*file));

	(void)client;
	if (!file || !copy) {
		free(file);
		return log_error(-ENOMEM, "cannot tell alerts");
	}
	/* A pipe without a reader is not waited for. */
	file->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			FILE_MODE);
	if (file->fd < 0) {
		free(file);
		return log_error(-errno, "cannot write alerts to '%s'", path);
	}
	file->path = TAKE(copy);
	*ret_outlet = (struct outlet){ &ops, file };
	return 0;
}
