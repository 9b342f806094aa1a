/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Membership of tasks, and what is read from a task, for all programs. */
#ifndef DENET_BPF_MEMBER_H
#define DENET_BPF_MEMBER_H

#include "maps.bpf.h"
#include "compat.bpf.h"
#include "pid.bpf.h"

static __always_inline struct task_member *member_by_key(__u64 address, __u32 tgid)
{
	struct task_member *member = bpf_map_lookup_elem(&member_by_address, &address);

	/* Left behind by a death that was missed; the address serves another task by now. */
	if (member && member->tgid != tgid)
		return NULL;
	return member;
}

static __always_inline struct task_member *member_of(struct task_struct *task)
{
	if (cfg.use_storage)
		return bpf_task_storage_get(&member_by_task, task, 0, 0);
	return member_by_key((__u64)task, BPF_CORE_READ(task, tgid));
}

static __always_inline struct task_member *member_of_current(void)
{
	/* The helper that gives a typed pointer is of 5.11; storage is not older than that. */
	if (cfg.use_storage)
		return bpf_task_storage_get(&member_by_task, bpf_get_current_task_btf(), 0, 0);
	return member_by_key(bpf_get_current_task(), bpf_get_current_pid_tgid() >> 32);
}

/*
 * A birth and seeding may both want the same task: the first one has it, the other gets
 * MEMBER_LOST. MEMBER_FAILED without memory, and when this CPU was interrupted while it created
 * storage for another task.
 */
#define MEMBER_LOST 1
#define MEMBER_FAILED 2

static __always_inline int member_store(struct task_struct *task, struct task_member *member)
{
	struct task_member *stored =
		bpf_task_storage_get(&member_by_task, task, member, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!stored)
		return MEMBER_FAILED;
	return (stored->flags ^ member->flags) & MEMBER_SEEDED ? MEMBER_LOST : 0;
}

static __always_inline int member_add(struct task_struct *task, struct task_member *member)
{
	__u64 address = (__u64)task;
	struct task_member *stored;
	int r;

	if (cfg.use_storage) {
		r = member_store(task, member);
	} else {
		stored = member_by_key(address, member->tgid);
		if (stored)
			return MEMBER_LOST;
		r = bpf_map_update_elem(&member_by_address, &address, member, BPF_ANY)
			    ? MEMBER_FAILED
			    : 0;
	}
	return r;
}

static __always_inline void read_counters(struct task_struct *task, struct task_counters *counters)
{
	counters->cpu_ns = task->se.sum_exec_runtime;
	counters->user_ns = task->utime;
	counters->system_ns = task->stime;
	counters->run_delay_ns = task->sched_info.run_delay;
	counters->faults_minor = task->min_flt;
	counters->faults_major = task->maj_flt;
	counters->switches_voluntary = task->nvcsw;
	counters->switches_involuntary = task->nivcsw;
	counters->migrations = task->se.nr_migrations;
	counters->read_chars = task->ioac.rchar;
	counters->write_chars = task->ioac.wchar;
	counters->read_bytes = task->ioac.read_bytes;
	counters->write_bytes = task->ioac.write_bytes;
}

#endif
