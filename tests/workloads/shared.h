/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files that a workload fills in while a test reads them. */
#ifndef DENET_WORKLOADS_SHARED_H
#define DENET_WORKLOADS_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Of `clock`: the CPU time of its process, never more than a microsecond old while it runs. */
struct clock_page {
	_Atomic uint64_t cpu_ns;
	_Atomic bool is_over; /* set by the test */
};

/* Of `asked`: a question is a higher number in asked; cpu_ns is there when answered has it. */
struct asked_page {
	_Atomic uint32_t asked;
	_Atomic uint32_t answered;
	_Atomic bool is_ready;
	_Atomic bool is_over; /* set by the test */
	uint64_t cpu_ns;
};

#define STORM_MEMBERS_MAX 65536
#define STORM_HELD_BIRTHS 200

/* Times are of CLOCK_MONOTONIC; end_ns is taken just before the end. */
struct storm_member {
	_Atomic uint64_t start_ns;
	_Atomic uint64_t end_ns;
	_Atomic uint32_t pid;
	uint32_t parent; /* index of its creator; the root is its own */
};

/* Of `storm`: every process that it ever was. */
struct storm_log {
	_Atomic uint32_t count;
	_Atomic uint32_t living;
	_Atomic uint64_t until_ns; /* nobody is born after this; a test may move it */
	_Atomic bool is_held; /* by a test: the root stays, and has its births first */
	_Atomic uint32_t
		most; /* set by a test: about so many are born, however long there is time; 0: any */
	struct storm_member members[STORM_MEMBERS_MAX];
};

/* Of `lowborn`: pids as soon as they are known, and what the test wants. */
struct lowborn_page {
	_Atomic uint32_t child;
	_Atomic uint32_t may_go; /* set by the test */
	_Atomic uint32_t grandchild;
	_Atomic uint32_t is_child_gone;
};

#endif
