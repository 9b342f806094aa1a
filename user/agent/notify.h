/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a service manager is told: sd_notify(3), where $NOTIFY_SOCKET asks for it. */
#ifndef DENET_AGENT_NOTIFY_H
#define DENET_AGENT_NOTIFY_H

#include "host/view.h"

struct agent_options;

/*
 * Tells of the first look that we are ready, of each how many groups there are, and lets the watchdog see us
 * at half of $WATCHDOG_USEC. Without $NOTIFY_SOCKET there is none.
 */
int notify_open(const struct agent_options *options, struct observer *ret_observer);

/* Nothing without $NOTIFY_SOCKET. */
void notify_reloading(void);
void notify_ready(void);
void notify_stopping(void);

#endif
