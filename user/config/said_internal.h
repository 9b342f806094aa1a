/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which of several says what a key is. */
#ifndef DENET_CONFIG_SAID_INTERNAL_H
#define DENET_CONFIG_SAID_INTERNAL_H

#include "config/table.h"

#define SAID_PATH_BYTES 128

/* A key with the names of those around it: "heavy.cpu". */
struct said_path {
	char text[SAID_PATH_BYTES];
};

struct said {
	const char *text; /* NULL where nobody says it */
	struct place place; /* of the text; all zeros for the fallback */
	bool is_empty; /* a key without a value */
	char by[2 * SAID_PATH_BYTES]; /* an option or a variable: the place's name may be it */
};

/* The path is empty for the outermost, and NULL among the items of a list: they have no names. */
struct said_path said_path(const struct said_path *around, const char *name);

/* Of a value. The node is that of its section, or NULL; an item's values stand there alone. */
void said_find(const struct config *config, const struct config_key *key,
	       const struct said_path *path, const struct node *node, struct said *ret_said);

#endif
