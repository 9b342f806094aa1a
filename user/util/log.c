/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/utf8.h"

#define PROGRAM "denet-bpf: "
#define SHORT_BYTES 512
#define FORMATS __attribute__((format(printf, 1, 0)))

static bool is_silent;

/* Without memory: what fits on the stack, and of that what is harmless for sure. */
FORMATS static void write_short(const char *format, va_list args, int r)
{
	char line[SHORT_BYTES] = PROGRAM;
	size_t len = strlen(line);

	(void)vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	len += strlen(line + len);
	if (r < 0)
		(void)snprintf(line + len, sizeof(line) - len - 1, ": %s", strerror(-r));
	for (len = 0; line[len]; len++)
		if ((unsigned char)line[len] < ' ' || (unsigned char)line[len] > '~')
			line[len] = '?';
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

/* As one write, so that lines of several processes do not mix. False without memory. */
FORMATS static bool write_whole(const char *format, va_list args, int r)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(buf) struct buf line = { 0 };

	buf_vprintf(&text, format, args);
	if (r < 0)
		buf_printf(&text, ": %s", strerror(-r));
	buf_append_text(&line, PROGRAM);
	utf8_append_plain(&line, buf_text(&text), text.len);
	buf_append_char(&line, '\n');
	if (text.error || line.error)
		return false;
	/* Nowhere is left to tell that stderr is gone. */
	return write(STDERR_FILENO, line.data, line.len) != 0;
}

FORMATS static void write_line(const char *format, va_list args, int r)
{
	va_list again;

	va_copy(again, args);
	if (!write_whole(format, args, r))
		write_short(format, again, r);
	va_end(again);
}

int log_error(int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(format, args, r);
	va_end(args);
	return r;
}

void log_warning(const char *format, ...)
{
	va_list args;

	if (is_silent)
		return;
	va_start(args, format);
	write_line(format, args, 0);
	va_end(args);
}

void log_silence(void)
{
	is_silent = true;
}
