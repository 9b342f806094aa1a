/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/utf8.h"

#define PROGRAM "denet-bpf: "

static bool is_silent;

/* As one write, so that lines of several processes do not mix. */
__attribute__((format(printf, 1, 0))) static void write_line(const char *format, va_list args,
							     int r)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(buf) struct buf line = { 0 };

	buf_vprintf(&text, format, args);
	if (r < 0)
		buf_printf(&text, ": %s", strerror(-r));
	buf_append_text(&line, PROGRAM);
	utf8_append_plain(&line, buf_text(&text), text.len);
	buf_append_char(&line, '\n');
	/* Nowhere is left to tell that stderr is gone. */
	if (!text.error && !line.error && write(STDERR_FILENO, line.data, line.len) < 0)
		return;
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
