/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of containers that only their runtimes know: who is asked, and when again. */
#ifndef DENET_AGENT_LABELS_H
#define DENET_AGENT_LABELS_H

#include <stdint.h>

struct cgroups;
struct helper;

/*
 * Asks for those that are new, and for the others now and then: they may have been renamed. helper may be
 * NULL. -ENOMEM.
 */
int labels_look(struct helper *helper, const struct cgroups *groups, uint64_t mono_ns);

#endif
