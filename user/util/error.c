/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "denet/denet.h"

/* Names that a caller gave may have anything in them. */
static void make_one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

int error_set(struct denet_error *error, int r, const char *format, ...)
{
	const size_t before = offsetof(struct denet_error, text);
	va_list args;
	size_t room;

	if (!error || error->size <= before)
		return r;
	room = error->size - before;
	va_start(args, format);
	(void)vsnprintf(error->text, room < sizeof(error->text) ? room : sizeof(error->text),
			format, args);
	va_end(args);
	make_one_line(error->text);
	return r;
}
