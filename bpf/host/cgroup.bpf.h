/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The cgroup of a task in the hierarchy that accounts go by. One include an object: the knob is in it. */
#ifndef DENET_HOST_CGROUP_H
#define DENET_HOST_CGROUP_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Follow version 1's cpuacct, which counts exactly, and not version 2. */
const volatile bool cfg_by_v1;

static __always_inline struct cgroup *cgroup_of(struct task_struct *task)
{
	int subsys;

	if (!cfg_by_v1)
		return BPF_CORE_READ(task, cgroups, dfl_cgrp);
	subsys = bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id);
	return BPF_CORE_READ(task, cgroups, subsys[subsys], cgroup);
}

/* Of a task that the verifier knows: without helpers, one of which costs more than all of this. */
static __always_inline __u64 cgroup_id_of_known(struct task_struct *task)
{
	struct css_set *set = task->cgroups;

	if (!cfg_by_v1)
		return set->dfl_cgrp->kn->id;
	return set->subsys[bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id)]
		->cgroup->kn->id;
}

#endif
