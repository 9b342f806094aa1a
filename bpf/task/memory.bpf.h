/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The cgroup that bounds a task's memory. */
#ifndef DENET_TASK_MEMORY_H
#define DENET_TASK_MEMORY_H

#include "task/compat.bpf.h"

static __always_inline bool has_memory_cgroups(void)
{
	return bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id);
}

/*
 * Where there are any. By the whole that its css begins, and by the array that css_set begins with since
 * 4.14: the kernel's cache of types has one slot for cgroup_subsys_state and seq_file, another for css_set,
 * mm_struct and cgroup_subsys_id, and each miss is a walk through all types.
 */
static __always_inline struct mem_cgroup *memory_cgroup_of(struct task_struct *task)
{
	int subsys = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	void *set = BPF_CORE_READ(task, cgroups);
	struct mem_cgroup *memory = NULL;

	bpf_probe_read_kernel(&memory, sizeof(memory), set + subsys * sizeof(memory));
	return memory;
}

#endif
