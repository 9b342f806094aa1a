/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What takes StatsD's datagrams: nothing waits for it. */
#ifndef DENET_PUSH_STATSD_H
#define DENET_PUSH_STATSD_H

#include "host/view.h"
#include "push/settings.h"

struct statsd;

/* All is borrowed; proc_root may be NULL. Tells what is wrong. */
int statsd_new(const struct push_statsd *settings, const char *host, const char *proc_root,
	       struct statsd **ret_statsd);

/* Accepts NULL. */
void statsd_free(struct statsd *statsd);

void statsd_take(struct statsd *statsd, const struct view *view);

/* What it is called where something is told of it, and how many lines were dropped. */
const char *statsd_name(const struct statsd *statsd);
uint64_t statsd_dropped(const struct statsd *statsd);

#endif
