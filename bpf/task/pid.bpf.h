/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Pids as the monitor's pid namespace gives them, which are those that its user sees. In the
 * initial one they are the kernel's own, and none of this is left of the loaded programs.
 */
#ifndef DENET_TASK_PID_H
#define DENET_TASK_PID_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "task/knobs.bpf.h"

#define PIDTYPE_TGID 1

/* struct upid since 2.6.24. Read without CO-RE: one type less for the kernel to look up. */
struct pid_number {
	__s32 nr;
	__u32 pad;
	__u64 ns;
};

static __always_inline void read_number(struct pid *pid, __u32 level, struct pid_number *number)
{
	void *numbers = (void *)pid + bpf_core_field_offset(struct pid, numbers);

	if (bpf_probe_read_kernel(number, sizeof(*number), numbers + level * sizeof(*number)))
		number->ns = 0;
}

/* 0 for who is not in the namespace, and so has no number there. Seldom used: one copy will do. */
static __noinline __u32 number_in_view(struct pid *pid)
{
	struct pid_number number;

	if (!pid || BPF_CORE_READ(pid, level) < pid_view.level)
		return 0;
	read_number(pid, pid_view.level, &number);
	return number.ns == pid_view.ns ? number.nr : 0;
}

static __always_inline __u32 shown_tgid(struct task_struct *task, __u32 tgid)
{
	if (!cfg_task.map_pids)
		return tgid;
	return number_in_view(BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]));
}

static __always_inline __u32 shown_tid(struct task_struct *task, __u32 tid)
{
	if (!cfg_task.map_pids)
		return tid;
	return number_in_view(BPF_CORE_READ(task, thread_pid));
}

/* Of the task that runs this, which is the monitor. */
static __always_inline void note_pid_view(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct pid_number number;

	read_number(pid, level, &number);
	pid_view.level = level;
	pid_view.ns = number.ns;
}

#endif
