/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Figures of the last looks, in a ring of fixed size: those of the machine, and CPU and memory of its groups.
 * Memory is touched as it fills.
 */
#ifndef DENET_HOST_HISTORY_H
#define DENET_HOST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "host/cgroups.h"
#include "metrics/host_records.h"

#define HISTORY_GROUPS_MAX 500 /* of more the others have none */

struct history;

/* entries: at least 1. -ENOMEM. */
int history_new(size_t entries, struct history **ret_history);

/* Accepts NULL. */
void history_free(struct history *history);
static inline void history_freep(struct history **history)
{
	history_free(*history);
}

/* What it takes once it is full: of the machine, and of each group. */
size_t history_machine_bytes(const struct history *history);
size_t history_group_bytes(const struct history *history);

/* A look. Of groups that are gone it forgets. -ENOMEM. */
int history_take(struct history *history, const struct host_machine *machine,
		 const struct cgroups *groups);

/* Series, from 0 on; those of the machine come first. */
size_t history_count(const struct history *history);

/*
 * Of the looks of the last window_ns; 0 for all. Percentiles are values that there were: at least so many
 * percent are at most as large. -ENODATA without a value, -ENOMEM.
 */
int history_tell(const struct history *history, size_t series, uint64_t window_ns,
		 struct host_history *ret_figures);

/* The key of a series, and the group that it is of: NULL for the machine. Valid until the next look. */
const char *history_figure(const struct history *history, size_t series);
const char *history_group(const struct history *history, size_t series);

struct history_value {
	uint64_t age_ns; /* before the last look */
	double value; /* NaN where it was not known */
};

/* Those of the last window_ns, 0 for all, the oldest first, to be freed by the caller. -ENOMEM. */
int history_values(const struct history *history, size_t series, uint64_t window_ns,
		   struct history_value **ret_values, size_t *ret_count);

#endif
