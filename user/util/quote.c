/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/quote.h"

#include <stdbool.h>
#include <string.h>

/* Letters beyond ASCII mean nothing to a shell. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	const char *at = word;

	while (*at && ((unsigned char)*at >= 0x80 || strchr(plain, *at)))
		at++;
	return at > word && !*at;
}

void quote_append(struct buf *buf, const char *word)
{
	if (is_plain(word)) {
		buf_append_text(buf, word);
		return;
	}
	buf_append_char(buf, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_append_text(buf, "'\\''");
		else
			buf_append_char(buf, *word);
	}
	buf_append_char(buf, '\'');
}

void quote_append_words(struct buf *buf, char *const words[])
{
	for (size_t i = 0; words[i]; i++) {
		if (i > 0)
			buf_append_char(buf, ' ');
		quote_append(buf, words[i]);
	}
}
