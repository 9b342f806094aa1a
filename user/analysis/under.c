/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/under.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/cleanup.h"

/* The arguments with blanks between them. */
static int join(struct buf *line, const char *args)
{
	size_t len = names_len(args);

	buf_reset(line);
	buf_append(line, args, len && !args[len - 1] ? len - 1 : len);
	for (size_t i = 0; !line->error && i < line->len; i++)
		if (!line->data[i])
			line->data[i] = ' ';
	return line->error;
}

/* Any of its programs counts, but for its parent's, which it was only forked with. */
static int match(const struct crowd *crowd, const struct crowd_member *member, const char *pattern,
		 struct buf *line, bool *ret_matches)
{
	const struct crowd_program *programs = &crowd->programs[member->programs_at];

	*ret_matches = false;
	for (uint32_t i = 0; i < member->programs_count && !*ret_matches; i++) {
		if (programs[i].is_forked)
			continue;
		*ret_matches = fnmatch(pattern, programs[i].comm, 0) == 0;
		if (*ret_matches || !programs[i].args)
			continue;
		if (join(line, programs[i].args))
			return line->error;
		*ret_matches = fnmatch(pattern, buf_text(line), 0) == 0;
	}
	return 0;
}

static int give_heads(const struct family *family, const char *pattern, uint32_t *heads,
		      uint32_t *stack)
{
	AUTO(buf) struct buf line = { 0 };
	size_t height = 0;

	stack[height++] = family->root;
	heads[family->root] = pattern ? CROWD_NONE : family->root;
	while (height) {
		uint32_t at = stack[--height];
		bool has_heads = !pattern && at == family->root;
		int r = pattern ? match(family->crowd, &family->crowd->members[at], pattern, &line,
					&has_heads)
				: 0;

		if (r)
			return r;
		for (uint32_t i = family->starts[at]; i < family->starts[at + 1]; i++) {
			uint32_t child = family->children[i];

			heads[child] = has_heads ? child : heads[at];
			stack[height++] = child;
		}
	}
	return 0;
}

int under_heads(const struct family *family, const char *pattern, uint32_t **ret_heads)
{
	size_t count = family->crowd->count;
	AUTO_FREE uint32_t *heads = malloc(count * sizeof(*heads));
	AUTO_FREE uint32_t *stack = malloc(count * sizeof(*stack));
	int r;

	if (!heads || !stack)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		heads[i] = CROWD_NONE;
	r = give_heads(family, pattern, heads, stack);
	if (!r)
		*ret_heads = TAKE(heads);
	return r;
}
