/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who sends what looks have found to servers that store it. */
#ifndef DENET_PUSH_PUSH_H
#define DENET_PUSH_PUSH_H

#include "expose/exposition.h"
#include "host/view.h"
#include "push/settings.h"

/*
 * Settings and proc_root, which may be NULL, are borrowed. Operations stay NULL where there is no target. Tells what
 * is wrong.
 */
int push_open(const struct push_settings *settings, const char *proc_root,
	      struct observer *ret_observer);

/* self of that observer: what each target has dropped; for exposition_set_sinks(). */
size_t push_sinks(void *self, struct exposition_sink *ret_sinks, size_t max);

#endif
