/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Tries what following a tree needs, one thing after the other, and undoes it at once. */
#ifndef DENET_PROBE_EXAMINE_H
#define DENET_PROBE_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/reason.h"

#define PROBE_PROGRAMS_MAX 16
#define PROBE_PATHS 3

enum probe_answer { PROBE_UNKNOWN, PROBE_NO, PROBE_YES };

struct probe_program_finding {
	const char *name;
	const char *hook; /* "tp_btf/sched_switch" */
	enum probe_answer is_offered; /* the kernel has the hook, by its BTF */
	enum probe_answer is_loaded;
	enum probe_answer is_attached;
	bool is_for_attach; /* only needed to follow a process that runs already */
	bool is_optional; /* a run goes on without */
	struct probe_reason reason;
};

/* One of the ways into the kernel. */
struct probe_path_finding {
	const char *name;
	enum probe_answer works;
	struct probe_reason reason;
};

struct probe_findings {
	struct probe_reason reason; /* of the load as a run does it */
	const char *load_path; /* NULL when none works */
	/* Of this process, seen from outside its cgroups; NaN and UINT64_MAX without one. */
	double cpu_limit_cores;
	uint64_t memory_limit_kb;
	struct probe_path_finding paths[PROBE_PATHS];
	struct probe_program_finding programs[PROBE_PROGRAMS_MAX];
	size_t programs_count;
	enum probe_answer has_task_storage; /* by the kernel's BTF */
	enum probe_answer has_ring_buffer;
};

/* Whatever fails is a finding. Nothing stays loaded or attached. */
void probe_examine(struct probe_findings *ret_findings);

#endif
