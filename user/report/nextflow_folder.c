/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a task's folder tells of it: work/XX/YYYYYY... with the script that Nextflow has made. */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report/nextflow.h"
#include "util/cleanup.h"

#define GROUP_LEN 2
#define SHOWN_LEN 6
#define HEAD_MAX 4096 /* the name stands in the first lines */

static bool is_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

bool nextflow_hash(const char *folder, size_t size, char *ret_hash)
{
	const char *last = strrchr(folder, '/');
	const char *group;

	if (!last || last - folder < GROUP_LEN + 1)
		return false;
	group = last - GROUP_LEN;
	if (group[-1] != '/' || !is_hex(group, GROUP_LEN) || strlen(last + 1) < SHOWN_LEN)
		return false;
	if (!is_hex(last + 1, SHOWN_LEN))
		return false;
	(void)snprintf(ret_hash, size, "%.*s", GROUP_LEN + 1 + SHOWN_LEN, group);
	return true;
}

/* Of a regular file that is there: a path of a record may name anything. */
static bool read_head(const char *path, char *ret_text)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat is;
	ssize_t len;

	if (fd < 0 || fstat(fd, &is) || !S_ISREG(is.st_mode))
		return false;
	len = read(fd, ret_text, HEAD_MAX);
	if (len < 0)
		return false;
	ret_text[len] = '\0';
	return true;
}

/* A text in single quotes, in which two are one. */
static void unquote(const char *text, size_t len, size_t size, char *ret_name)
{
	bool is_quoted = len >= 2 && text[0] == '\'' && text[len - 1] == '\'';
	size_t end = is_quoted ? len - 1 : len;
	size_t used = 0;

	for (size_t i = is_quoted; i < end && used + 1 < size; i++) {
		ret_name[used++] = text[i];
		if (is_quoted && text[i] == '\'' && text[i + 1] == '\'')
			i++;
	}
	ret_name[used] = '\0';
}

bool nextflow_name(const char *folder, size_t size, char *ret_name)
{
	/* Of version 24, and of 22 and before. */
	static const char *const marks[] = { "\n### name: ", "\n# NEXTFLOW TASK: " };
	char path[PATH_MAX];
	char head[HEAD_MAX + 1];

	if ((size_t)snprintf(path, sizeof(path), "%s/.command.run", folder) >= sizeof(path))
		return false;
	if (!read_head(path, head))
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		const char *mark = strstr(head, marks[i]);
		const char *name = mark ? mark + strlen(marks[i]) : NULL;

		if (name && *name && *name != '\n') {
			unquote(name, strcspn(name, "\n"), size, ret_name);
			return true;
		}
	}
	return false;
}
