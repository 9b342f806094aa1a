/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Every difference between kernels, tested by field, never by version. */
#ifndef DENET_TASK_COMPAT_H
#define DENET_TASK_COMPAT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/*
 * FOLLOW(task, signal, flags) is task->signal->flags. By a helper, as the kernel looks up the type of
 * each pointer that a program follows by itself, for a millisecond at every load. It does not for
 * pointers that it does not trust: the object that has only those defines FOLLOWS_DIRECTLY.
 */
#ifdef FOLLOWS_DIRECTLY
#define FOLLOW(...) ___arrow(__VA_ARGS__)
#else
#define FOLLOW(...) BPF_CORE_READ(__VA_ARGS__)
#endif

#define TASK_DEAD 0x80 /* the same from 5.10 to 7.3 */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* 2f064a59a11f (5.14) renamed state; remove when the floor is 5.14 */
struct task_struct___pre514 {
	long state;
};

/* bcf9033e5449 (5.16) moved the CPU into thread_info; remove when the floor is 5.16 */
struct task_struct___pre516 {
	unsigned int cpu;
};

/* An int, until 7.3 made it a u8. Unsigned here: only so can the load be shortened to fit. */
struct task_struct___any {
	unsigned int on_cpu;
};

/* f1a7941243c1 (6.2) made the counters per CPU; remove when the floor is 6.2 */
struct rss_counter___pre62 {
	long counter;
};

struct mm_rss_stat___pre62 {
	struct rss_counter___pre62 count[4];
};

struct mm_struct___pre62 {
	struct mm_rss_stat___pre62 rss_stat;
};

/* 7f203bc89eb6 (6.1) made them pointers; remove when the floor is 6.1 */
struct cgroup___pre61 {
	__u64 ancestor_ids[1];
};

#pragma clang attribute pop

static __always_inline bool task_is_dead(struct task_struct *task)
{
	struct task_struct___pre514 *older = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state & TASK_DEAD;
	return BPF_CORE_READ(older, state) & TASK_DEAD;
}

/* By an address that the verifier knows nothing of. */
static __always_inline bool task_is_dead_at(struct task_struct *task)
{
	struct task_struct___pre514 *older = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state) & TASK_DEAD;
	return BPF_CORE_READ(older, state) & TASK_DEAD;
}

/* Of the cgroup itself for its own level. */
static __always_inline __u64 cgroup_ancestor_id(struct cgroup *cgroup, __u32 level)
{
	struct cgroup___pre61 *older = (void *)cgroup;
	struct cgroup *ancestor = NULL;
	__u64 id = 0;

	if (bpf_core_field_exists(cgroup->ancestors)) {
		bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
				      (void *)cgroup +
					      bpf_core_field_offset(struct cgroup, ancestors) +
					      level * sizeof(ancestor));
		return BPF_CORE_READ(ancestor, kn, id);
	}
	bpf_probe_read_kernel(&id, sizeof(id),
			      (void *)older +
				      bpf_core_field_offset(struct cgroup___pre61, ancestor_ids) +
				      level * sizeof(id));
	return id;
}

/* 1 or 0. */
static __always_inline __u32 task_is_on_cpu(struct task_struct *task)
{
	struct task_struct___any *any = (void *)task;

	return any->on_cpu & 1;
}

static __always_inline __u32 task_last_cpu(struct task_struct *task)
{
	struct task_struct___pre516 *older = (void *)task;

	if (bpf_core_field_exists(task->thread_info.cpu))
		return FOLLOW(task, thread_info.cpu);
	return FOLLOW(older, cpu);
}

/* File, anonymous and shared pages: indices 0, 1 and 3. Short by what CPUs hold in batches. */
static __always_inline __u64 mm_rss_pages(struct mm_struct *mm)
{
	struct mm_struct___pre62 *older = (void *)mm;
	__s64 pages;

	if (bpf_core_field_exists(older->rss_stat.count))
		pages = BPF_CORE_READ(older, rss_stat.count[0].counter) +
			BPF_CORE_READ(older, rss_stat.count[1].counter) +
			BPF_CORE_READ(older, rss_stat.count[3].counter);
	else
		pages = BPF_CORE_READ(mm, rss_stat[0].count) +
			BPF_CORE_READ(mm, rss_stat[1].count) + BPF_CORE_READ(mm, rss_stat[3].count);
	return pages > 0 ? pages : 0;
}

#endif
