/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What may be shown where a descriptor leads. */
#ifndef DENET_OUTPUT_TERM_H
#define DENET_OUTPUT_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

struct term_style {
	size_t columns;
	bool is_terminal;
	bool is_unicode; /* else ASCII alone */
	bool has_color;
	bool has_erase; /* the terminal understands "erase to the end of the line" */
};

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

/* From the terminal behind fd, or from COLUMNS, else 80. */
size_t term_columns(int fd);

/* From fd and the environment: TERM, NO_COLOR, FORCE_COLOR, and the locale's names. */
void term_style_detect(int fd, enum term_color color, struct term_style *ret_style);

/* TERM names a terminal that has a title, and takes the sequence for it for nothing else. */
bool term_has_titles(void);

enum term_tone { TONE_PLAIN, TONE_STRONG, TONE_FAINT, TONE_GOOD, TONE_BAD, TONE_WARN, TONE_BAR };

/* Appends text, which is plain, in a tone where the style has colours. */
void term_append(struct buf *buf, const struct term_style *style, enum term_tone tone,
		 const char *text);

#endif
