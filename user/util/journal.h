/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the library has to say to whoever set a callback; silence otherwise. */
#ifndef DENET_UTIL_JOURNAL_H
#define DENET_UTIL_JOURNAL_H

#include <stdarg.h>

/* As of syslog.h. */
enum journal_level {
	JOURNAL_ERROR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_DEBUG = 7,
};

typedef void (*journal_fn)(void *context, int level, const char *text);

/* Of the whole process, as are the messages of libbpf. The old one is not running any more then. */
void journal_set(journal_fn fn, void *context);

/* One line; from any thread. */
void journal_vwrite(enum journal_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
