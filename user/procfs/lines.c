/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_init(struct lines *lines, int fd)
{
	lines->fd = fd;
	lines->offset = 0;
	lines->start = 0;
	lines->len = 0;
	lines->is_skipping = false;
}

/* Moves what is left to the front and reads more; returns the bytes read. */
static ssize_t refill(struct lines *lines)
{
	ssize_t got;

	lines->len -= lines->start;
	memmove(lines->buffer, lines->buffer + lines->start, lines->len);
	lines->start = 0;

	do {
		got = pread(lines->fd, lines->buffer + lines->len, LINES_MAX - lines->len,
			    lines->offset);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;

	lines->offset += got;
	lines->len += (size_t)got;
	return got;
}

static struct parse_span take_buffered(struct lines *lines, size_t len, size_t newline)
{
	struct parse_span line = { lines->buffer + lines->start, len };

	lines->start += len + newline;
	return line;
}

int lines_next(struct lines *lines, struct parse_span *ret_line)
{
	for (;;) {
		const char *from = lines->buffer + lines->start;
		size_t len = lines->len - lines->start;
		const char *newline = memchr(from, '\n', len);
		ssize_t got;

		if (newline) {
			*ret_line = take_buffered(lines, (size_t)(newline - from), 1);
			if (!lines->is_skipping)
				return 1;
			lines->is_skipping = false;
			continue;
		}
		if (len == LINES_MAX || lines->is_skipping) {
			lines->is_skipping = true;
			lines->start = lines->len;
		}

		got = refill(lines);
		if (got < 0)
			return (int)got;
		if (got > 0)
			continue;
		if (lines->len == 0)
			return 0;
		*ret_line = take_buffered(lines, lines->len, 0);
		return 1;
	}
}

bool lines_parse_value(struct parse_span line, const char *key, uint64_t *ret_value)
{
	return parse_take_literal(&line, key) && parse_take_u64(&line, ret_value);
}

int lines_find_value(int fd, const char *key, uint64_t *ret_value)
{
	struct lines lines;
	struct parse_span line;
	int more;

	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0) {
		if (lines_parse_value(line, key, ret_value))
			return 0;
	}
	return more < 0 ? more : -ENODATA;
}
