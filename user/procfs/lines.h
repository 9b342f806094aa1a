/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Lines of a file of any length, through a small buffer: nothing is allocated. */
#ifndef DENET_PROCFS_LINES_H
#define DENET_PROCFS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/parse.h"

#define LINES_MAX 4096

struct lines {
	int fd; /* borrowed */
	off_t offset; /* of what comes after the buffer */
	size_t start; /* of the next line in the buffer */
	size_t len;
	bool is_skipping; /* the rest of a line that was longer than the buffer */
	char buffer[LINES_MAX];
};

/* From the beginning of the file, whatever the descriptor's own position. */
void lines_init(struct lines *lines, int fd);

/*
 * 1 and a line, without newline and valid until the next call; 0 at the end; -errno. Lines that do
 * not fit in LINES_MAX are left out.
 */
int lines_next(struct lines *lines, struct parse_span *ret_line);

/* "Key:  123 kB": the number, when the line has this key. */
bool lines_parse_value(struct parse_span line, const char *key, uint64_t *ret_value);

/* The number of the first line with this key, which includes the colon; -ENODATA without one. */
int lines_find_value(int fd, const char *key, uint64_t *ret_value);

#endif
