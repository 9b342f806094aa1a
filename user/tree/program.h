/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The programs that one process has run and left by exec. What each used is the difference of two
 * execs; the one that runs is told by its process.
 */
#ifndef DENET_TREE_PROGRAM_H
#define DENET_TREE_PROGRAM_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/task.h"
#include "tree/command.h"

/* A process that goes on and on by exec has its later ones added to these. */
#define PROGRAMS_MAX 32

struct program {
	char comm[DENET_COMM_LEN + 1];
	struct command *command; /* a reference, or NULL */
	uint64_t start_boot_ns;
	struct task_counters used;
	uint64_t peak_kb; /* 0: not known */
	bool is_forked; /* the image that it was born with: no run of a program by itself */
	bool peak_is_bound;
};

struct programs {
	struct program *left; /* owned */
	size_t count;
	size_t room;
	uint64_t omitted; /* have no entry of their own */
	uint64_t start_boot_ns; /* of the one that runs; 0 before any exec */
	struct task_counters before; /* what all that were left have used */
};

void programs_done(struct programs *programs, struct command_table *commands);

/*
 * The program that runs has begun when the process had used so much. Needed only where the first
 * one does not begin with nothing.
 */
void programs_begin(struct programs *programs, uint64_t boot_ns, const struct task_counters *used);

/*
 * Another begins at boot_ns, when the process had used so much; program, whose used is filled in
 * here, has been left. Takes over its reference. -ENOMEM: its share goes to what comes next.
 */
int programs_leave(struct programs *programs, struct command_table *commands,
		   struct program *program, uint64_t boot_ns, const struct task_counters *used);

/*
 * The share of the program that runs, when the process has used so much. Where the estimate at an
 * exec was too high the programs before give back, so that all shares add up.
 */
void programs_settle(struct programs *programs, const struct task_counters *used,
		     struct task_counters *ret_last);

#endif
