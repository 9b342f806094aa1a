/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Where a source begins that shares a probe which follows this process already: what there was by then
 * is none of its own, and is taken out of what the probe tells.
 */
#ifndef DENET_PROBE_BASELINE_H
#define DENET_PROBE_BASELINE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"
#include "util/idmap.h"

struct probe;

/* A process that lived then. */
struct before {
	uint64_t id;
	uint64_t parent_id;
	uint64_t command_id;
	struct task_counters used; /* of the threads that had ended */
	uint64_t peak_left_pages;
	uint32_t threads_ended;
	uint32_t tgid;
	uint32_t parent_tgid; /* of who is its parent then, not at its birth */
	bool was_running;
};

/* All zeros: there was nothing. */
struct baseline {
	uint64_t boot_ns;
	struct tree_totals totals;
	struct before *processes; /* owned */
	size_t count;
	struct idmap by_id; /* of these, as the next */
	struct idmap by_command;
};

/*
 * Of this moment; calls back for each task, as seeding does. -EAGAIN when a source cannot begin here
 * as it would by seeding: who is no descendant any more is still followed, or somebody is missing.
 */
int baseline_take(struct probe *probe, source_task_fn on_task, void *context,
		  struct baseline *ret_baseline);

void baseline_done(struct baseline *baseline);

/* What came later alone. */
void baseline_cut_totals(const struct baseline *baseline, struct tree_totals *totals);
void baseline_cut_task(const struct baseline *baseline, struct task_sample *task);
void baseline_cut_account(const struct baseline *baseline, struct process_account *account);
void baseline_cut_exec(const struct baseline *baseline, struct exec_event *event);

#endif
