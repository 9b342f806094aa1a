/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/rules.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define CAPTURES 9
#define NAME_BYTES_MAX 256 /* of what is made of captures */

struct rule {
	const char *name; /* borrowed */
	bool has[RULE_TEXTS];
	regex_t patterns[RULE_TEXTS]; /* owned, of those that it has */
};

struct captures {
	const char *texts[CAPTURES]; /* not NUL-ended */
	size_t lens[CAPTURES];
	size_t count;
};

static void free_rule(struct rule *rule)
{
	for (size_t i = 0; i < RULE_TEXTS; i++)
		if (rule->has[i])
			regfree(&rule->patterns[i]);
}

void rules_done(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		free_rule(&rules->items[i]);
	free(rules->items);
	*rules = (struct rules){ 0 };
}

static int compile(struct rule *rule, const struct rule_source *source)
{
	for (size_t i = 0; i < RULE_TEXTS; i++) {
		int error;

		if (!source->patterns[i])
			continue;
		error = regcomp(&rule->patterns[i], source->patterns[i], REG_EXTENDED);
		if (error)
			return error == REG_ESPACE ? -ENOMEM : -EINVAL;
		rule->has[i] = true;
	}
	return 0;
}

int rules_add(struct rules *rules, const struct rule_source *source)
{
	struct rule *items = array_resize(rules->items, rules->count + 1, sizeof(*items));
	struct rule *rule;
	int r;

	if (!items)
		return -ENOMEM;
	rules->items = items;
	rule = &items[rules->count];
	*rule = (struct rule){ .name = source->name };
	r = compile(rule, source);
	if (r)
		free_rule(rule);
	else
		rules->count++;
	return r;
}

bool rules_want(const struct rules *rules, size_t text)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->items[i].has[text])
			return true;
	return false;
}

static void note(struct captures *captures, const char *text, const regmatch_t *match)
{
	bool is_there = match->rm_so >= 0;

	if (captures->count == CAPTURES)
		return;
	captures->texts[captures->count] = is_there ? text + match->rm_so : "";
	captures->lens[captures->count++] = is_there ? (size_t)(match->rm_eo - match->rm_so) : 0;
}

/* The leftmost match is the longest there: all of the text, if all of it matches. */
static bool matches(const regex_t *pattern, const char *text, struct captures *captures)
{
	regmatch_t found[CAPTURES + 1];

	if (!text || regexec(pattern, text, CAPTURES + 1, found, 0) || found[0].rm_so != 0 ||
	    text[found[0].rm_eo] != '\0')
		return false;
	for (size_t i = 1; i <= CAPTURES && i <= pattern->re_nsub; i++)
		note(captures, text, &found[i]);
	return true;
}

static bool is_reference(const char *at, size_t *ret_index)
{
	if (at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}')
		return false;
	*ret_index = (size_t)(at[1] - '1');
	return true;
}

static void append_name(struct buf *buf, const char *name, const struct captures *captures)
{
	size_t start = buf->len;

	while (*name && buf->len - start < NAME_BYTES_MAX) {
		size_t index;

		if (!is_reference(name, &index)) {
			buf_append_char(buf, *name++);
			continue;
		}
		if (index < captures->count)
			buf_append(buf, captures->texts[index], captures->lens[index]);
		name += 3;
	}
	if (!buf->error && buf->len - start > NAME_BYTES_MAX) {
		buf->len = start + NAME_BYTES_MAX;
		buf->data[buf->len] = '\0';
	}
}

bool rules_match(const struct rules *rules, const char *const texts[RULE_TEXTS],
		 struct buf *ret_name)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		struct captures captures = { .count = 0 };
		bool is_match = true;

		for (size_t t = 0; t < RULE_TEXTS && is_match; t++)
			is_match =
				!rule->has[t] || matches(&rule->patterns[t], texts[t], &captures);
		if (is_match) {
			append_name(ret_name, rule->name, &captures);
			return true;
		}
	}
	return false;
}
