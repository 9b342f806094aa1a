/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where a task is in one hierarchy of cgroups. */
#ifndef DENET_TREE_CGROUP_H
#define DENET_TREE_CGROUP_H

#include "task/compat.bpf.h"
#include "tree/maps.bpf.h"

#define SUBSYS(controller) bpf_core_enum_value(enum cgroup_subsys_id, controller##_cgrp_id)

/* What this kernel lacks is never asked for, and what is not asked for is dropped by the verifier. */
static __always_inline int subsys_of(__u32 hierarchy)
{
	switch (hierarchy) {
	case HIERARCHY_CPU:
		return SUBSYS(cpu);
	case HIERARCHY_MEMORY:
		return SUBSYS(memory);
	case HIERARCHY_PIDS:
		return SUBSYS(pids);
	default:
		return SUBSYS(cpuacct);
	}
}

/* hierarchy: HIERARCHY_, known before loading. By an address that the verifier need not know. */
static __always_inline struct cgroup *cgroup_of(struct task_struct *task, __u32 hierarchy)
{
	int subsys;

	if (hierarchy == HIERARCHY_V2)
		return BPF_CORE_READ(task, cgroups, dfl_cgrp);
	subsys = subsys_of(hierarchy);
	return BPF_CORE_READ(task, cgroups, subsys[subsys], cgroup);
}

#endif
