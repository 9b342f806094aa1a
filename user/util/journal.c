/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/journal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024

/* The one thing that the library keeps for the whole process. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static journal_fn current;
static void *current_context;

void journal_set(journal_fn fn, void *context)
{
	(void)pthread_mutex_lock(&lock);
	current = fn;
	current_context = context;
	(void)pthread_mutex_unlock(&lock);
}

void journal_vwrite(enum journal_level level, const char *format, va_list args)
{
	char text[LINE_BYTES];

	(void)pthread_mutex_lock(&lock);
	if (current && vsnprintf(text, sizeof(text), format, args) >= 0) {
		text[strcspn(text, "\n")] = '\0';
		if (text[0])
			current(current_context, level, text);
	}
	(void)pthread_mutex_unlock(&lock);
}
