/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Between double quotes it takes its meaning from these alone; elsewhere from anything. */
static bool is_escape(const char *at, char quote)
{
	return at[0] == '\\' && at[1] && quote != '\'' &&
	       (!quote || at[1] == '"' || at[1] == '\\' || at[1] == '$' || at[1] == '`');
}

/* One word, and a NUL behind it; NULL when a quote is not closed. */
static const char *take_word(const char *at, char **to)
{
	char quote = '\0';

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (*at == quote)
			quote = '\0';
		else if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else
			*(*to)++ = is_escape(at, quote) ? *++at : *at;
	}
	*(*to)++ = '\0';
	return quote ? NULL : at;
}

int words_split(const char *line, char ***ret_words)
{
	/* Each word but the last has a blank behind it: no line has more words than this. */
	size_t len = strlen(line), count = 0, room = len / 2 + 2;
	AUTO_FREE char **words = calloc(1, room * sizeof(*words) + len + 1);
	char *text;

	if (!words)
		return -ENOMEM;
	text = (char *)(words + room);
	while (line += strspn(line, " \t\n"), *line) {
		words[count++] = text;
		line = take_word(line, &text);
		if (!line)
			return -EINVAL;
	}
	if (!count)
		return -ENODATA;
	*ret_words = TAKE(words);
	return 0;
}
