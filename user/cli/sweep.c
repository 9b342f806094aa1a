/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/sweep.h"

#include <ctype.h>
#include <errno.h>

static size_t name_len(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return isdigit((unsigned char)text[0]) ? 0 : len;
}

int sweep_parse(const char *text, struct sweep *ret_sweep)
{
	size_t len = name_len(text);

	if (!len || text[len] != '=' || !text[len + 1])
		return -EINVAL;
	*ret_sweep = (struct sweep){
		.name = { text, len },
		.values = parse_span_of(text + len + 1),
		.count = 1,
	};
	for (text += len + 1; *text; text++)
		ret_sweep->count += *text == ',';
	return 0;
}

struct parse_span sweep_value(const struct sweep *sweep, size_t index)
{
	const char *at = sweep->values.at;

	for (; index > 0; index--)
		at += strcspn(at, ",") + 1;
	return (struct parse_span){ at, strcspn(at, ",") };
}

static bool stands_at(const struct sweep *sweep, const char *text)
{
	size_t len = sweep->name.len;

	return text[0] == '{' && strncmp(text + 1, sweep->name.at, len) == 0 &&
	       text[1 + len] == '}';
}

bool sweep_is_in(const struct sweep *sweep, const char *text)
{
	for (; *text; text++)
		if (stands_at(sweep, text))
			return true;
	return false;
}

static const struct sweep *find_at(const struct sweep sweeps[], size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (stands_at(&sweeps[i], text))
			return &sweeps[i];
	return NULL;
}

void sweep_append(struct buf *buf, const char *text, const struct sweep sweeps[], size_t count,
		  const size_t at[])
{
	while (*text) {
		const struct sweep *sweep = find_at(sweeps, count, text);
		struct parse_span value;

		if (!sweep) {
			buf_append_char(buf, *text++);
			continue;
		}
		value = sweep_value(sweep, at[sweep - sweeps]);
		buf_append(buf, value.at, value.len);
		text += sweep->name.len + 2;
	}
}
