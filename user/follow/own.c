/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/own.h"

#include "util/clock.h"

void own_enter(struct own *own)
{
	if (own->is_watched && !own->depth++)
		own->entered_ns = clock_thread_cpu_ns();
}

void own_leave(struct own *own)
{
	if (own->is_watched && !--own->depth)
		own->left_ns += clock_thread_cpu_ns() - own->entered_ns;
}

uint64_t own_take(struct own *own)
{
	uint64_t used_ns = own->left_ns, new_ns;

	if (own->depth)
		used_ns += clock_thread_cpu_ns() - own->entered_ns;
	new_ns = used_ns - own->told_ns;
	own->told_ns = used_ns;
	return new_ns;
}
