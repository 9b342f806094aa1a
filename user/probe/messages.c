/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/messages.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/journal.h"

/* A verifier's log may be megabytes; its verdict stands at the end of the first part or nowhere. */
#define LOG_MAX (1 << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int users; /* threads between begin and end */
static libbpf_print_fn_t print_before; /* whose it is while there are users */
static _Thread_local unsigned int depth;
static _Thread_local struct buf *log_of_thread; /* libbpf's callback has no context */

static libbpf_print_fn_t host_print(void)
{
	libbpf_print_fn_t print;

	(void)pthread_mutex_lock(&lock);
	print = print_before;
	(void)pthread_mutex_unlock(&lock);
	return print;
}

static int __attribute__((format(printf, 2, 0)))
take_message(enum libbpf_print_level level, const char *format, va_list args)
{
	libbpf_print_fn_t print;

	if (!depth) {
		print = host_print();
		return print ? print(level, format, args) : 0;
	}
	if (log_of_thread) {
		if (level == LIBBPF_WARN && log_of_thread->len < LOG_MAX)
			buf_vprintf(log_of_thread, format, args);
	} else if (level != LIBBPF_DEBUG) {
		journal_vwrite(JOURNAL_DEBUG, format, args);
	}
	return 0;
}

void messages_begin(void)
{
	if (depth++)
		return;
	(void)pthread_mutex_lock(&lock);
	if (!users++)
		print_before = libbpf_set_print(take_message);
	(void)pthread_mutex_unlock(&lock);
}

void messages_end(void)
{
	if (--depth)
		return;
	log_of_thread = NULL;
	(void)pthread_mutex_lock(&lock);
	if (!--users)
		(void)libbpf_set_print(print_before);
	(void)pthread_mutex_unlock(&lock);
}

void messages_into(struct buf *log)
{
	log_of_thread = log;
}
