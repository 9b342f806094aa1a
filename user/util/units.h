/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How many of one unit make another. */
#ifndef DENET_UTIL_UNITS_H
#define DENET_UTIL_UNITS_H

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull

static inline uint64_t units_ns_of_timespec(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

static inline uint64_t units_ns_of_timeval(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * NS_PER_US;
}

#endif
