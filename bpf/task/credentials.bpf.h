/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Whose a program is when it starts: user space decides by this whom it may be shown to. */
#ifndef DENET_TASK_CREDENTIALS_H
#define DENET_TASK_CREDENTIALS_H

#include "vmlinux.h"
#include "kernel/tree.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

static __always_inline void read_credentials(struct task_struct *task, struct exec_event *event)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u32 uid = BPF_CORE_READ(cred, uid.val), gid = BPF_CORE_READ(cred, gid.val);
	__u64 permitted = 0;

	/* Two words until 6.2, one since. */
	bpf_probe_read_kernel(&permitted, sizeof(permitted),
			      __builtin_preserve_access_index(&cred->cap_permitted));
	event->uid = uid;
	event->gid = gid;
	event->flags = 0;
	event->pad = 0;
	if (BPF_CORE_READ(cred, euid.val) != uid || BPF_CORE_READ(cred, suid.val) != uid ||
	    BPF_CORE_READ(cred, egid.val) != gid || BPF_CORE_READ(cred, sgid.val) != gid ||
	    permitted)
		event->flags = EXEC_HAS_RIGHTS;
}

#endif
