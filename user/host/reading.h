/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The counters of one cgroup now, and how fast they grow. */
#ifndef DENET_HOST_READING_H
#define DENET_HOST_READING_H

#include <stdint.h>

struct cgroup;

/*
 * Reads all counters, and makes rates by the reading before. Those that are dear are read only every slow_ns, or three
 * times as seldom while it rests; memory and pids so seldom, too, while its CPU does not move. What cannot be read
 * keeps what it was: of a cgroup that is gone the last is the last.
 */
void reading_take(struct cgroup *group, uint64_t mono_ns, uint64_t ts_ms, uint64_t slow_ns);

/* Reads all counters of one that is empty. Rates stay those of two looks. */
void reading_take_last(struct cgroup *group);

#endif
