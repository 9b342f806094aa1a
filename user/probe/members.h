/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_PROBE_MEMBERS_H
#define DENET_PROBE_MEMBERS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/object.h"
#include "probe/options.h"
#include "source/source.h"

/* What it needs of the tree's object. All borrowed. */
struct members_tree {
	int slots_fd;
	int accounts_fd;
	bool is_light;
	const struct task_knobs *task_knobs;
	const struct pid_view *pid_view;
	const volatile struct tree_totals *totals;
	const volatile __u64 *slot_blocks;
	__u64 *walk; /* the number of the last walk */
};

struct members {
	bool is_wanted; /* the members have slots */
	bool is_forced; /* tests: from the third walk on, whatever it costs */
	bool has_failed;
	int error; /* why it has failed */
	struct object object; /* owned; loaded when there are records */
	struct members_request *request; /* borrowed */
	const struct task_sample *records; /* owned mapping */
	/* CPU time of the last sample by either way, 0 when not known, and how many tasks it met. */
	uint64_t walk_ns;
	uint64_t members_ns;
	uint64_t tasks;
	uint64_t walks;
	uint64_t gain_missed_ns; /* that samples could have cost less */
};

extern const struct object_kind members_kind;

/* Whether it may still be loaded, for which CAP_BPF and CAP_PERFMON have to be there. */
bool members_may_load(const struct members *members);

/* Loads it if that pays; false: walk. */
bool members_ready(struct members *members, const struct members_tree *tree);

int members_sample(struct members *members, const struct members_tree *tree, source_task_fn on_task,
		   void *context);

void members_note_walk(struct members *members, const struct members_tree *tree, uint64_t cost_ns,
		       uint64_t tasks);
void members_note_own(struct members *members, uint64_t cost_ns);

/* Accepts what was never loaded. */
void members_close(struct members *members);

#endif
