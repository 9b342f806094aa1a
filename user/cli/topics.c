/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/topics.h"

#include <string.h>

static const struct topic_spec topic_table[] = {
	{ TOPIC_OPTIONS, "options", "the reference of all options, as Markdown", false },
	{ TOPIC_RECORDS, "records", "every record, its keys and what they mean, as Markdown",
	  false },
	{ TOPIC_MAN, "man", "the manual page, or that of a command", true },
	{ TOPIC_BASH, "bash", "completions for bash", false },
	{ TOPIC_ZSH, "zsh", "completions for zsh", false },
	{ TOPIC_FISH, "fish", "completions for fish", false },
};

#define TOPICS (sizeof(topic_table) / sizeof(topic_table[0]))

size_t topics_count(void)
{
	return TOPICS;
}

const struct topic_spec *topics_get(size_t index)
{
	return &topic_table[index];
}

const struct topic_spec *topics_find(const char *name)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (strcmp(topic_table[i].name, name) == 0)
			return &topic_table[i];
	return NULL;
}
