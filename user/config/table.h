/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How a table of keys is written, and what it is read with. */
#ifndef DENET_CONFIG_TABLE_H
#define DENET_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/node.h"
#include "config/value.h"

#define CONFIG_ITEMS_MAX 1000 /* of a list, or pairs */

enum config_form {
	CONFIG_VALUE,
	CONFIG_CHOICE,
	CONFIG_SECTION,
	CONFIG_LIST,
	CONFIG_PAIRS,
	/* A list of texts, of patterns, or of choices: const char *, as they are written; struct config_word with VALUE_PLACED. */
	CONFIG_WORDS,
};

struct config_key {
	const char *name; /* NULL ends a table */
	enum config_form form;
	enum value_type type; /* of a value; of those of pairs, and of words: text or pattern */
	size_t offset; /* in the struct of its table */
	const char *fallback; /* as a file would have it; NULL: it must be given; "": nothing */
	const char *min; /* of numbers: as a file would have them */
	const char *max;
	const char *const *choices; /* ends with NULL: the place of a choice is an unsigned int */
	const struct config_key *keys; /* of a section, which has its place, and of each item */
	size_t size; /* of an item */
	bool may_be_one; /* a list of one may stand there as keys, without a list */
	size_t place_offset; /* in an item: a struct place for its own; 0 without one */
	const char *(*check)(
		const char *text); /* of a text; NULL, or what is wrong: "has no port" */
	const char *help;
};

/* What a list, pairs, or words become. */
struct config_items {
	void *items; /* owned by the settings: see config_free() */
	size_t count;
};

struct config_pair {
	const char *key; /* borrowed from the configuration */
	const char *value;
	struct place place; /* of the key */
};

/* One of a list, or a value of the type VALUE_PLACED: without a text where nobody says it. */
struct config_word {
	const char *text;
	struct place place;
};

/* Of the command line, which beats all. */
struct config_given {
	const char *path; /* "heavy.cpu" */
	const char *text;
	const char *option; /* without its dashes */
};

struct config {
	const struct config_key *keys; /* borrowed, as the others but for the root */
	const char *variables; /* "DENET_BPF_HOST_": what stands before names in the environment */
	const struct config_given *given;
	size_t given_count;
	const char *file; /* NULL for none */
	struct node *root; /* owned; NULL where the file says nothing */
};

#endif
