/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The processes of each group, by the name of their program: rows of the probe, sorted to their groups. */
#ifndef DENET_AGENT_PROCESSES_H
#define DENET_AGENT_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/cgroups.h"
#include "host/ends.h"
#include "hostprobe/hostprobe.h"

struct process_group {
	struct cgroup *owner; /* borrowed until the next look */
	char comm[DENET_COMM_LEN + 1];
	struct ends *ends; /* borrowed from the processes; NULL for none */
	uint64_t lived_before; /* at the agent's start */
	uint64_t forked; /* of the living: see hostprobe_row */
	struct host_command figures; /* comm lies above, the other texts in the owner */
};

/* All zeros is an empty one. */
struct processes {
	struct process_group *items; /* owned: by owner, then the largest first */
	size_t count;
	struct ends *ends; /* owned */
	size_t ends_count;
	bool is_first; /* a look */
	struct process_before *before; /* owned: of the look before, by key */
	size_t before_count;
	uint64_t before_mono_ns; /* 0: never */
};

void processes_done(struct processes *processes);

/* What is in no group is left out. -ENOMEM. */
int processes_take(struct processes *processes, const struct cgroups *groups,
		   const struct hostprobe_row *rows, size_t count, uint64_t mono_ns,
		   uint64_t ts_ms);

/* Behind that: how they ended. -ENOMEM. */
int processes_take_endings(struct processes *processes, const struct cgroups *groups,
			   const struct hostprobe_ending *endings, size_t count);

/* Those of a group; *ret_count may be 0. */
const struct process_group *processes_of(const struct processes *processes,
					 const struct cgroup *owner, size_t *ret_count);

#endif
