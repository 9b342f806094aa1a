/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* When monitoring began and ended, by each clock that others date things by. */
#ifndef DENET_FOLLOW_TIMES_H
#define DENET_FOLLOW_TIMES_H

#include <stdint.h>

struct times {
	uint64_t start_mono_ns; /* the release of exec, or the attach */
	uint64_t start_boot_ns;
	uint64_t start_wall_ms;
	uint64_t asked_mono_ns; /* when whoever measures himself has asked for the end; or 0 */
	uint64_t end_mono_ns;
	/* When the kernel ended who was awaited, by its clock: whoever hears of it does so later. */
	uint64_t last_end_boot_ns; /* of all that were told; 0: of nobody */
};

void times_begin(struct times *times);
void times_end(struct times *times);

/* Since the start: below 0 for what was before. */
int64_t times_run_ns(const struct times *times, uint64_t boot_ns);

uint64_t times_wall_ms(const struct times *times, uint64_t boot_ns);

/* Somebody has ended then. */
void times_note_end(struct times *times, uint64_t boot_ns);

/* From the start to the end. */
uint64_t times_elapsed_ns(const struct times *times);

/* From the start to that moment; to the end of monitoring where it is not known, or was before. */
uint64_t times_until_ns(const struct times *times, uint64_t boot_ns);

/* When a duration that begins at the start is over; UINT64_MAX for none. */
uint64_t times_due_ns(const struct times *times, uint64_t duration_ns);

#endif
