/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_PAGES_INTERNAL_H
#define DENET_CLI_PAGES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/command_table.h"
#include "cli/options.h"
#include "cli/pages.h"

struct page_group {
	enum option_group group;
	const char *title;
};

/* The groups that are shown, in their order; the last has no title. */
extern const struct page_group page_groups[];

#define PAGES_TAGLINE "what a command and everything it started really used"

struct page_fill {
	size_t columns;
	bool breaks_sentences; /* a new line for each */
	void (*append_word)(struct buf *buf, const char *word, size_t len); /* NULL: as it is */
};

/* The text in lines of so many columns at most, each with its end. */
void pages_fill(struct buf *buf, const char *text, const struct page_fill *fill);

/* Calls for each option that is shown for the command, all of them for COMMAND_NONE. */
typedef void (*page_option_fn)(struct buf *buf, const struct option_help *option);
void pages_each_option(struct buf *buf, enum command command, page_option_fn append);

/* Whether another option is called by its letter, too, on other commands. */
bool pages_shares_letter(const struct option_help *option);

/* How the options of a group are written. */
struct page_list {
	const char *before_title, *after_title, *end;
	page_option_fn append;
};

/* Group by group; one without an option for the command leaves no trace. */
void pages_grouped_options(struct buf *buf, enum command command, const struct page_list *list);

/* Text as one word of a shell's line, between straight quotes. */
void pages_quote(struct buf *buf, const char *text, const char *quote);

#endif
