/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Clocks that a test sets: the linker puts them in the place of the real ones, see tests/unit.mk. */
#ifndef DENET_UNIT_SET_CLOCK_H
#define DENET_UNIT_SET_CLOCK_H

#include <stdint.h>
#include <time.h>

#define MS 1000000ull
#define BOOT_IS_LATER_NS 5000000000ull
#define WALL_BEGINS_MS 1700000000000ull

static uint64_t clock_now_ns = 1000000 * MS;

static inline void clock_advance_ms(uint64_t ms)
{
	clock_now_ns += ms * MS;
}

uint64_t __wrap_clock_mono_ns(void);
uint64_t __wrap_clock_boot_ns(void);
uint64_t __wrap_clock_wall_ms(void);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);

uint64_t __wrap_clock_mono_ns(void)
{
	return clock_now_ns;
}

uint64_t __wrap_clock_boot_ns(void)
{
	return clock_now_ns + BOOT_IS_LATER_NS;
}

uint64_t __wrap_clock_wall_ms(void)
{
	return WALL_BEGINS_MS + clock_now_ns / MS;
}

/* Nobody sleeps: time passes. */
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)rest;
	clock_now_ns += (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
	return 0;
}

#endif
