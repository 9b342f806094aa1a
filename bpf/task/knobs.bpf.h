/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What each object that reads tasks defines, and user space fills in before it is loaded. */
#ifndef DENET_TASK_KNOBS_H
#define DENET_TASK_KNOBS_H

#include "vmlinux.h"
#include "kernel/task.h"

extern const volatile struct task_knobs cfg_task;
extern struct pid_view pid_view; /* if pids are mapped */

#endif
