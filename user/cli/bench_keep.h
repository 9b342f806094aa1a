/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who listens to each run of a bench: its warnings are told once, its records kept where that is asked for. */
#ifndef DENET_CLI_BENCH_KEEP_H
#define DENET_CLI_BENCH_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "denet/denet.h"

#define BENCH_WARNINGS_MAX 16

struct bench_keep {
	const char *folder; /* borrowed; NULL: nothing is kept */
	struct denet_observer observer; /* of runs that are not kept */
	struct denet_writer *writer; /* owned; of a run that is kept */
	char *path; /* owned; of its file */
	char *warnings[BENCH_WARNINGS_MAX]; /* owned; those that were told */
	size_t warnings_count;
	void (*before_warning)(const void *context); /* takes away what is shown in its place */
	const void *context;
	bool has_lost;
};

/* Makes the folder, which must not have records of a bench yet. Logs what went wrong. */
int bench_keep_open(struct bench_keep *keep, const char *folder);
void bench_keep_close(struct bench_keep *keep);
static inline void bench_keep_freep(struct bench_keep *keep)
{
	bench_keep_close(keep);
}

/* To be handed to the monitor. */
const struct denet_observer *bench_keep_observer(const struct bench_keep *keep);

/* Around a run that is kept: of a command, both from 1, of so many rounds. */
int bench_keep_begin(struct bench_keep *keep, size_t command, size_t round, size_t rounds);
void bench_keep_end(struct bench_keep *keep, bool is_dropped);

#endif
