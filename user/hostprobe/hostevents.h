/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What becomes of the machine's cgroups, as it happens: by BPF. */
#ifndef DENET_HOSTPROBE_HOSTEVENTS_H
#define DENET_HOSTPROBE_HOSTEVENTS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/host.h"

struct hostevents;

/* path is NULL but for HOST_EVENT_POPULATED. */
typedef int (*hostevents_fn)(void *context, const struct host_event *event, const char *path);

/* Of version 1's cpuacct, or of version 2. Fails as hostprobe_open() does. */
int hostevents_open(bool by_v1, hostevents_fn on_event, void *context,
		    struct hostevents **ret_events);

/* Accepts NULL. */
void hostevents_close(struct hostevents *events);
static inline void hostevents_closep(struct hostevents **events)
{
	hostevents_close(*events);
}

/* It can be read when there are some that should not wait. */
int hostevents_fd(const struct hostevents *events);

/* Hands on all that there are, in their order; the first failure of the function ends it. */
int hostevents_take(struct hostevents *events);

/* That there was no room for. */
uint64_t hostevents_lost(const struct hostevents *events);

#endif
