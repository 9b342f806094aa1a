/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/label.h"

#include <string.h>

#include "util/cleanup.h"
#include "util/utf8.h"

static void append_escaped(struct buf *buf, const char *text, const char *escaped)
{
	AUTO(buf) struct buf plain = { 0 };

	utf8_append_visible(&plain, *text ? text : "?", *text ? strlen(text) : 1);
	if (plain.error)
		buf->error = plain.error;
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.data[i] && strchr(escaped, plain.data[i]))
			buf_append_char(buf, '\\');
		buf_append_char(buf, plain.data[i]);
	}
}

void label_append_quoted(struct buf *buf, const char *text)
{
	append_escaped(buf, text, "\\\"");
}

/* A backslash escapes only what has to be escaped, and so has no escape itself: at the end it would do harm. */
void label_append_tag(struct buf *buf, const char *text)
{
	append_escaped(buf, text, ", =");
	if (!buf->error && buf->data[buf->len - 1] == '\\')
		buf->data[buf->len - 1] = '?';
}

const char *label_of_command(const struct denet_command *command)
{
	const char *path = command->args_len ? command->args : command->exe;
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (!path)
		return "";
	return slash && slash[1] ? slash + 1 : path;
}
