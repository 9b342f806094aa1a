/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Whose a program is when it starts: user space decides by this whom it may be shown to. */
#ifndef DENET_TASK_CREDENTIALS_H
#define DENET_TASK_CREDENTIALS_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct credentials {
	__u32 uid;
	__u32 gid;
	bool has_rights; /* effective or saved ids that are not the real ones, or capabilities */
};

static __always_inline void read_credentials(struct task_struct *task,
					     struct credentials *credentials)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u32 uid = BPF_CORE_READ(cred, uid.val), gid = BPF_CORE_READ(cred, gid.val);
	__u64 permitted = 0;

	/* Two words until 6.2, one since. */
	bpf_probe_read_kernel(&permitted, sizeof(permitted),
			      __builtin_preserve_access_index(&cred->cap_permitted));
	credentials->uid = uid;
	credentials->gid = gid;
	credentials->has_rights = false;
	if (BPF_CORE_READ(cred, euid.val) != uid || BPF_CORE_READ(cred, suid.val) != uid ||
	    BPF_CORE_READ(cred, egid.val) != gid || BPF_CORE_READ(cred, sgid.val) != gid ||
	    permitted)
		credentials->has_rights = true;
}

#endif
