/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Which cgroups have used CPU since they were last asked: in the others no task has run. With one counter for many
 * tasks a machine that sleeps need not be walked through.
 */
#ifndef DENET_HOST_RAN_H
#define DENET_HOST_RAN_H

#include "host/cgroup.bpf.h"
#include "host/cpus.bpf.h"

struct cgroup_rstat_cpu {
	struct cgroup_base_stat bstat;
} __attribute__((preserve_access_index));

struct cgroup___pre616 {
	struct cgroup_rstat_cpu *rstat_cpu;
} __attribute__((preserve_access_index));

/* What is put out for others is told once more: too much, and never too little. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HOST_CGROUPS_MAX);
	__type(key, __u64);
	__type(value, __u64);
} cpu_by_cgroup SEC(".maps");

struct css_walk {
	__u64 opaque[3];
} __attribute__((aligned(8)));

struct css_task_walk {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_css_new(struct css_walk *it, struct cgroup_subsys_state *start,
			    unsigned int flags) __ksym __weak;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct css_walk *it) __ksym __weak;
extern void bpf_iter_css_destroy(struct css_walk *it) __ksym __weak;
extern int bpf_iter_css_task_new(struct css_task_walk *it, struct cgroup_subsys_state *css,
				 unsigned int flags) __ksym __weak;
extern struct task_struct *bpf_iter_css_task_next(struct css_task_walk *it) __ksym __weak;
extern void bpf_iter_css_task_destroy(struct css_task_walk *it) __ksym __weak;
extern struct cgroup *bpf_task_get_cgroup1(struct task_struct *task,
					   int hierarchy_id) __ksym __weak;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgroup, int level) __ksym __weak;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *cgroup) __ksym __weak;
extern void bpf_cgroup_release(struct cgroup *cgroup) __ksym __weak;

/* Version 1's has what is below in it. */
static __always_inline __u64 cpu_of_v1(struct cgroup *cgroup)
{
	int subsys = bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id);
	struct cpuacct *account = (void *)cgroup->subsys[subsys];

	return sum_of_cpus((__u64)BPF_CORE_READ(account, cpuusage));
}

/* Its own alone, which needs no flush. */
static __always_inline __u64 cpu_of_v2(struct cgroup *cgroup)
{
	struct cgroup___pre616 *older = (void *)cgroup;
	__u64 address;

	if (bpf_core_field_exists(cgroup->rstat_base_cpu))
		address = (__u64)BPF_CORE_READ(cgroup, rstat_base_cpu) +
			  bpf_core_field_offset(struct cgroup_rstat_base_cpu,
						bstat.cputime.sum_exec_runtime);
	else
		address = (__u64)BPF_CORE_READ(older, rstat_cpu) +
			  bpf_core_field_offset(struct cgroup_rstat_cpu,
						bstat.cputime.sum_exec_runtime);
	return sum_of_cpus(address);
}

/* Before its tasks are read: what is charged meanwhile is seen at the next time. Version 2's root counts nothing. */
static __always_inline bool has_run(struct cgroup *cgroup)
{
	__u64 id = cgroup->kn->id;
	__u64 now_ns = cfg_by_v1 ? cpu_of_v1(cgroup) : cpu_of_v2(cgroup);
	__u64 *before_ns = bpf_map_lookup_elem(&cpu_by_cgroup, &id);

	if (before_ns && *before_ns == now_ns)
		return !cfg_by_v1 && !cgroup->level;
	bpf_map_update_elem(&cpu_by_cgroup, &id, &now_ns, BPF_ANY);
	return true;
}

/* Who came to it need not have run in it. */
static __always_inline void forget_cpu_of(__u64 cgroup_id)
{
	bpf_map_delete_elem(&cpu_by_cgroup, &cgroup_id);
}

/* To be released; NULL for none. */
static __always_inline struct cgroup *root_of(struct task_struct *task)
{
	struct cgroup *own, *root;
	int subsys;

	if (!cfg_by_v1)
		return bpf_cgroup_ancestor(task->cgroups->dfl_cgrp, 0);
	subsys = bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id);
	own = bpf_task_get_cgroup1(
		task, BPF_CORE_READ(task, cgroups, subsys[subsys], cgroup, root, hierarchy_id));
	if (!own)
		return NULL;
	root = bpf_cgroup_ancestor(own, 0);
	bpf_cgroup_release(own);
	return root;
}

#endif
