/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a process ran before what it runs: a share of its figures for each program. */
#ifndef DENET_ENGINE_PROGRAMS_H
#define DENET_ENGINE_PROGRAMS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "kernel/tree.h"
#include "tree/tree.h"

/* The first exec of our stub: what was used before is not the command's. */
void programs_forget_stub(struct process *process, const struct exec_event *event);

/*
 * At the end of what was our stub. Of the slice in which it ran the command a host may have taken so
 * much that the estimate is all that was charged, or more: what the stub used of it counts as the
 * command's then. Returns whether process->before has changed.
 */
bool programs_forget_slice(struct process *process, const struct process_account *account);

/*
 * Before the process becomes what the event says. peak_seen_kb: the largest memory that samples have
 * met. -ENOMEM: the share of the program that is left goes to the next one.
 */
int programs_take_exec(struct tree *tree, struct process *process, const struct exec_event *event,
		       uint64_t peak_seen_kb);

/* Room for all that a process may have. */
struct programs_shown {
	struct denet_process_program programs[PROGRAMS_MAX + 1];
};

/*
 * Adds to shown, which tells all else, what the process ran and the largest peak of it; points into
 * ret_programs. process may be NULL. used: without what is not ours to count.
 */
void programs_show(const struct process_account *account, struct process *process,
		   const struct task_counters *used, uint64_t tick_ns, uint64_t begin_boot_ns,
		   struct programs_shown *ret_programs, struct denet_process *shown);

#endif
