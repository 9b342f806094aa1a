/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/own.h"

#include <pthread.h>

#include "util/clock.h"

void own_enter(struct own *own, enum own_driver driver)
{
	struct own_stretch *stretch = &own->stretches[driver];

	if (!own->is_watched || stretch->depth++)
		return;
	if (pthread_getcpuclockid(pthread_self(), &stretch->clock))
		stretch->clock = CLOCK_THREAD_CPUTIME_ID;
	stretch->entered_ns = clock_read_ns(stretch->clock);
}

static uint64_t used_ns(const struct own_stretch *stretch)
{
	return stretch->depth ? clock_read_ns(stretch->clock) - stretch->entered_ns : 0;
}

void own_leave(struct own *own, enum own_driver driver)
{
	struct own_stretch *stretch = &own->stretches[driver];

	if (!own->is_watched)
		return;
	if (stretch->depth == 1)
		own->left_ns += used_ns(stretch);
	stretch->depth--;
}

void own_include_seeding(struct own *own)
{
	struct own_stretch *stretch = &own->stretches[OWN_CALLER];

	if (own->seeded_ns && own->seeded_ns < stretch->entered_ns)
		stretch->entered_ns = own->seeded_ns;
}

uint64_t own_take(struct own *own)
{
	uint64_t all_ns = own->left_ns, new_ns;

	for (int i = 0; i < OWN_DRIVERS; i++)
		all_ns += used_ns(&own->stretches[i]);
	new_ns = all_ns - own->told_ns;
	own->told_ns = all_ns;
	return new_ns;
}
