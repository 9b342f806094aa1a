/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/times.h"

#include "util/clock.h"
#include "util/units.h"

void times_begin(struct times *times)
{
	times->start_mono_ns = clock_mono_ns();
	times->start_boot_ns = clock_boot_ns();
	times->start_wall_ms = clock_wall_ms();
}

void times_end(struct times *times)
{
	times->end_mono_ns = times->asked_mono_ns ? times->asked_mono_ns : clock_mono_ns();
}

int64_t times_run_ns(const struct times *times, uint64_t boot_ns)
{
	return (int64_t)(boot_ns - times->start_boot_ns);
}

uint64_t times_wall_ms(const struct times *times, uint64_t boot_ns)
{
	return times->start_wall_ms + boot_ns / NS_PER_MS - times->start_boot_ns / NS_PER_MS;
}

void times_note_end(struct times *times, uint64_t boot_ns)
{
	if (boot_ns > times->last_end_boot_ns)
		times->last_end_boot_ns = boot_ns;
}

uint64_t times_elapsed_ns(const struct times *times)
{
	return times->end_mono_ns - times->start_mono_ns;
}

uint64_t times_until_ns(const struct times *times, uint64_t boot_ns)
{
	return boot_ns > times->start_boot_ns ? boot_ns - times->start_boot_ns
					      : times_elapsed_ns(times);
}

uint64_t times_due_ns(const struct times *times, uint64_t duration_ns)
{
	if (!duration_ns || duration_ns > UINT64_MAX - times->start_mono_ns)
		return UINT64_MAX;
	return times->start_mono_ns + duration_ns;
}
