/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Foreign bytes made harmless for the terminal and cut to a width. */
#ifndef DENET_OUTPUT_TEXT_H
#define DENET_OUTPUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "denet/denet.h"
#include "util/buf.h"

/* Like utf8_append_fitted(), or in ASCII, where a cut ends in "...". Returns the columns used. */
size_t text_append_fitted(struct buf *buf, bool is_unicode, const char *bytes, size_t len,
			  size_t columns);

/* The same of a name, whose control characters are shown: two of them are never one. */
size_t text_append_name(struct buf *buf, bool is_unicode, const char *name, size_t columns);

/* Columns of text that is plain already. */
size_t text_width(const char *plain);

#define TEXT_NAME_COLUMNS 16

/* A process name, by value; at most TEXT_NAME_COLUMNS wide. */
struct text_name {
	char text[TEXT_NAME_COLUMNS * 8 + 1];
};

struct text_name text_name(bool is_unicode, const char *comm);

/* The arguments as they could be typed to a shell, in at most so many columns. */
void text_append_command(struct buf *buf, bool is_unicode, const struct denet_command *command,
			 size_t columns);

/* Of a run that was not followed to its end: whether it still runs is not known. */
#define TEXT_NO_END "end not recorded"

/* "exit 1", "killed by SIGKILL (out of memory)", "still running". limit_kb: the one that was hit. */
void text_append_end(struct buf *buf, const struct denet_end *end, bool oom_killed,
		     uint64_t limit_kb);

#endif
