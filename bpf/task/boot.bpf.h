/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Times since the boot as the monitor's time namespace gives them, which are those of its own clock
 * and of /proc. In the initial one they are the kernel's.
 */
#ifndef DENET_TASK_BOOT_H
#define DENET_TASK_BOOT_H

#include "task/knobs.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u64 shown_boot_ns(__u64 boot_ns)
{
	return boot_ns + cfg_task.boot_offset_ns;
}

static __always_inline __u64 now_boot_ns(void)
{
	return shown_boot_ns(bpf_ktime_get_boot_ns());
}

/* Of the process that the task belongs to. */
static __always_inline __u64 process_start_boot_ns(struct task_struct *task)
{
	return shown_boot_ns(BPF_CORE_READ(task, group_leader, start_boottime));
}

#endif
