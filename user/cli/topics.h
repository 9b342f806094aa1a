/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What there is help about beside the commands: pages and scripts made from the same tables. */
#ifndef DENET_CLI_TOPICS_H
#define DENET_CLI_TOPICS_H

#include <stdbool.h>
#include <stddef.h>

enum topic {
	TOPIC_NONE,
	TOPIC_OPTIONS,
	TOPIC_RECORDS,
	TOPIC_MAN,
	TOPIC_BASH,
	TOPIC_ZSH,
	TOPIC_FISH
};

struct topic_spec {
	enum topic id;
	const char *name;
	const char *text; /* a few words for help */
	bool takes_command; /* a command's name may follow */
};

size_t topics_count(void);
const struct topic_spec *topics_get(size_t index);

/* NULL when there is none. */
const struct topic_spec *topics_find(const char *name);

#endif
