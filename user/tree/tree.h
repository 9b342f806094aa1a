/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The processes that user space knows: those that a sample or an exec has shown and whose end has
 * not been handed over. What lived and died between two looks is never in here.
 */
#ifndef DENET_TREE_TREE_H
#define DENET_TREE_TREE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/tree.h"
#include "tree/command.h"
#include "tree/program.h"
#include "util/idmap.h"

struct process {
	uint64_t id;
	uint32_t
		slot; /* small, its own while it is known: where others keep what they know of it */
	uint32_t pid;
	uint32_t ppid;
	uint64_t parent_id; /* who started it, if the source has shown that; or 0 */
	char comm[DENET_COMM_LEN + 1];
	struct command *command; /* a reference, or NULL */
	struct programs programs;
	uint64_t start_boot_ns;
	struct task_counters used; /* at the last sample, never less than before */
	struct task_counters before; /* to be subtracted: what it used before we counted */
	uint64_t stub_slice_ns; /* part of it, an estimate */

	/* Of the walk that is going on, or was the last: tree.walk tells. */
	uint64_t walk;
	struct task_counters walked;
	uint64_t slice_ns; /* beyond what it was charged for: for its rate alone */
	uint64_t mm;
	uint32_t mm_tid; /* a living thread by which memory can be read */
	uint32_t threads;
	uint32_t cpu;
	uint32_t unknown; /* COUNTER_: what used does not tell */
	bool is_leader_alive;
	bool is_running; /* one of its threads is on a CPU */
	bool is_exiting;

	bool is_partial;
	struct process *older;
	struct process *younger;
};

struct tree {
	struct idmap by_id;
	struct command_table commands;
	struct process *oldest; /* owned */
	struct process *youngest;
	size_t count;
	uint32_t *free_slots; /* owned */
	uint32_t free_slots_count;
	uint32_t slots_count; /* that were ever given; free_slots has room for all */
	uint32_t unknown; /* COUNTER_: what the source tells of nobody; set by who has opened it */
	uint64_t walk;
	struct task_counters live; /* sum over the living tasks of this walk */
	uint64_t slice_ns; /* the same of their slices in progress */
	size_t tasks_seen; /* or whole processes, as the source shows them */
	size_t exiting_seen;
};

void tree_done(struct tree *tree);

/* NULL when it is not known. */
struct process *tree_find(const struct tree *tree, uint64_t id);

/* Finds or makes it; NULL without memory. */
struct process *tree_enter(struct tree *tree, uint64_t id, uint32_t pid);

void tree_remove(struct tree *tree, struct process *process);

/* Takes over the reference. */
void tree_set_command(struct tree *tree, struct process *process, struct command *command);

/* A walk over the living tasks: begin, add each, end. A walk that is begun anew forgets. */
void tree_begin_walk(struct tree *tree);
int tree_add_task(struct tree *tree, const struct task_sample *task);
void tree_end_walk(struct tree *tree);

static inline bool process_is_alive(const struct tree *tree, const struct process *process)
{
	return process->walk == tree->walk;
}

#endif
