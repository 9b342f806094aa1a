/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rules that give processes and containers a name by what they are. The first that matches wins. */
#ifndef DENET_HOST_RULES_H
#define DENET_HOST_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

#define RULE_TEXTS 4 /* that one rule looks at */

struct rule; /* compiled */

/* Each pattern is an extended regular expression that the whole text has to match. */
struct rule_source {
	const char
		*name; /* "{1}" to "{9}" stand for the parenthesized parts, through all patterns */
	const char *patterns[RULE_TEXTS]; /* NULL for what may be anything */
};

/* All zeros is without rules. */
struct rules {
	struct rule *items; /* owned */
	size_t count;
};

void rules_done(struct rules *rules);

/* Behind those that are there. Names are borrowed. -EINVAL for a wrong pattern, -ENOMEM. */
int rules_add(struct rules *rules, const struct rule_source *source);

/* Whether one of them looks at that text. */
bool rules_want(const struct rules *rules, size_t text);

/*
 * Appends the name that the first matching rule gives; false when there is none. A text that is NULL is not
 * known, and matches no pattern.
 */
bool rules_match(const struct rules *rules, const char *const texts[RULE_TEXTS],
		 struct buf *ret_name);

#endif
