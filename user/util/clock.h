/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The clocks, each in the unit it is used in. */
#ifndef DENET_UTIL_CLOCK_H
#define DENET_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t clock_mono_ns(void);

/* Goes on while the machine sleeps; the kernel dates processes by it. */
uint64_t clock_boot_ns(void);

uint64_t clock_wall_ms(void);

/* CPU time of this process, all threads. */
uint64_t clock_process_cpu_ns(void);

/* CPU time of this thread. Brings the clock of this CPU's run queue up to date. */
uint64_t clock_thread_cpu_ns(void);

/* What any other clock tells: of another thread, say. */
uint64_t clock_read_ns(clockid_t clock);

/* The kernel's timer period, 1/HZ. */
uint64_t clock_tick_ns(void);

/* What /proc counts times in, per second (USER_HZ). */
uint64_t clock_ticks_per_s(void);

#endif
