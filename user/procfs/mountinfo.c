/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/mountinfo.h"

#include <errno.h>

bool mountinfo_parse(struct parse_span line, struct mountinfo *ret_mount)
{
	struct mountinfo mount;
	struct parse_span word;

	/* id, parent, device; root, point; options and then tags until a lone dash. */
	if (!parse_take_u64(&line, &mount.id) || !parse_take_u64(&line, &mount.parent_id) ||
	    !parse_take_word(&line, &mount.device) || !parse_take_word(&line, &mount.root) ||
	    !parse_take_word(&line, &mount.point))
		return false;
	do {
		if (!parse_take_word(&line, &word))
			return false;
	} while (!parse_span_equals(word, "-"));
	if (!parse_take_word(&line, &mount.type) || !parse_take_word(&line, &mount.source) ||
	    !parse_take_word(&line, &mount.super_options))
		return false;

	*ret_mount = mount;
	return true;
}

bool mountinfo_has_option(struct parse_span options, const char *option)
{
	struct parse_span part;

	while (parse_take_until(&options, ',', &part)) {
		if (parse_span_equals(part, option))
			return true;
	}
	return false;
}

/* The byte that three octal digits stand for; -1 when they are none. */
static int parse_octal(struct parse_span span)
{
	int value = 0;

	if (span.len < 3)
		return -1;
	for (size_t i = 0; i < 3; i++) {
		if (span.at[i] < '0' || span.at[i] > '7')
			return -1;
		value = value * 8 + (span.at[i] - '0');
	}
	return value <= 0xff ? value : -1;
}

int mountinfo_unescape(struct parse_span escaped, size_t size, char *ret_path)
{
	size_t len = 0;

	for (size_t i = 0; i < escaped.len; i++) {
		struct parse_span digits = { escaped.at + i + 1, escaped.len - i - 1 };
		int byte = escaped.at[i] == '\\' ? parse_octal(digits) : -1;

		if (len + 1 >= size)
			return -ENAMETOOLONG;
		if (byte >= 0)
			i += 3;
		else
			byte = (unsigned char)escaped.at[i];
		if (!byte)
			return -EBADMSG;
		ret_path[len++] = (char)byte;
	}
	if (size == 0)
		return -ENAMETOOLONG;

	ret_path[len] = '\0';
	return 0;
}
