/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who told a process to end: the last such signal that another process has sent it. */
#include "task/boot.bpf.h"
#include "task/pid.bpf.h"
#include "tree/member.bpf.h"
#include <bpf/bpf_tracing.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGTERM 15

#define BIT(signal) (1u << (signal))
#define ENDING_SIGNALS (BIT(SIGHUP) | BIT(SIGINT) | BIT(SIGQUIT) | BIT(SIGKILL) | BIT(SIGTERM))

#define SENT_BY_KERNEL 1 /* in place of an info: of the terminal, out of memory, and the like */
#define SI_USER 0 /* also what is read of no info at all: that is sent by a process, too */
#define SI_QUEUE -1
#define SI_TKILL -6

#define DELIVERED 0
#define LOSE_INFO 4

/* Timers and I/O send out of an interrupt of whoever runs there. */
static __always_inline bool is_sent_by_process(struct kernel_siginfo *info)
{
	int code;

	if ((unsigned long)info == SENT_BY_KERNEL)
		return false;
	code = BPF_CORE_READ(info, si_code);
	return code == SI_USER || code == SI_QUEUE || code == SI_TKILL;
}

/* Under the lock of the receiver's signals: of two senders the later one is the last. */
SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal_generate, int signal, struct kernel_siginfo *info, struct task_struct *task,
	     int is_group, int result)
{
	__u32 sender_tgid = bpf_get_current_pid_tgid() >> 32;
	struct process_account *account;
	struct task_member member;
	__u64 id;

	if (signal > SIGTERM || !(BIT(signal & 31) & ENDING_SIGNALS))
		return 0;
	if (result != DELIVERED && result != LOSE_INFO)
		return 0;
	if ((__u32)task->tgid == sender_tgid || !is_sent_by_process(info))
		return 0;
	id = member_id(task, &member);
	if (!id || is_of_earlier_use(ctx))
		return 0;
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (!account)
		return 0;
	account->told_boot_ns = now_boot_ns();
	account->told_by_id = member_id_of_current();
	account->told_by_tgid = shown_tgid((void *)bpf_get_current_task(), sender_tgid);
	account->told_signal = signal;
	return 0;
}
