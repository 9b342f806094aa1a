/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Processes that use much: of each a window of its last looks is kept, so that who spikes now and then shows. */
#ifndef DENET_HOST_HEAVY_H
#define DENET_HOST_HEAVY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/name.h"
#include "host/tasks.h"
#include "host/users.h"
#include "metrics/host_records.h"

struct heavy_limits {
	double cpu_percent; /* more than this, of one CPU */
	uint64_t memory_bytes;
	uint64_t window; /* looks, at least 1 */
};

struct heavy_found {
	struct task task; /* without a path */
	bool is_named; /* what comes next is filled in, by the caller */
	char username[USERS_NAME_BYTES];
	char container[NAME_BYTES]; /* empty: in none */
	double create_time_s;
	struct host_heavy figures; /* its texts lie above */
};

struct heavy_track;
struct heavy_point;

struct heavy {
	struct heavy_limits limits;
	struct heavy_track *tracks; /* owned, by pid */
	struct heavy_point *points; /* owned: a window and one of each track */
	size_t count;
	struct heavy_found *found; /* owned: those of the last look, by pid */
	size_t found_count;
	bool is_fresh; /* that look was just now */
};

void heavy_init(struct heavy *heavy, const struct heavy_limits *limits);
void heavy_done(struct heavy *heavy);

/*
 * Of the first look memory alone is known. One that was heavy and has ended since is found once more, with
 * what was known last. -ENOMEM.
 */
int heavy_take(struct heavy *heavy, const struct tasks *tasks, uint64_t mono_ns);

/* Once names are filled in. */
void heavy_tell(struct heavy_found *found, uint64_t ts_ms);

#endif
