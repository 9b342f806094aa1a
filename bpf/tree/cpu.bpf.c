/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The last switch of a thread closes its account. Only there is sum_exec_runtime complete: at
 * sched_process_exit the slice in progress is missing, which is most of a short process.
 */
#include "tree/account.bpf.h"
#include "tree/member.bpf.h"
#include "task/boot.bpf.h"
#include "tree/slot.bpf.h"
#include "task/counters.bpf.h"
#include <bpf/bpf_tracing.h>

static __always_inline void close_process(struct task_struct *task, struct process_account *account,
					  __u64 id)
{
	account->exit_boot_ns = now_boot_ns();
	/* on_process_exit was left out, as can be where it can be preempted. */
	if (!(account->flags & ACCOUNT_ENDED))
		note_status(task, account);
	account_send(account, id);
}

static __always_inline void close_thread(struct task_struct *task, struct task_counters *counters,
					 __u64 id)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);

	if (!account)
		return;
	add_counters(&account->used, counters);
	ADD(account->threads_live, -1);
	if (!*(volatile __u32 *)&account->threads_live)
		close_process(task, account, id);
}

/*
 * From the one sequence number to the other, who walks the living sees this task neither there nor
 * among the dead. static: the verifier refuses a global function that takes a pointer to a task.
 */
static __noinline int close_task(struct task_struct *task)
{
	struct task_counters counters;
	struct task_member member;
	__u64 id = member_id(task, &member);

	if (!id)
		return 0;
	ADD(totals.dying_seq, 1);
	ADD(totals.alive.threads, -1);
	member_fold(task);
	slot_give_back(member.slot);
	read_counters(task, &counters);
	add_counters(&totals.dead, &counters);
	close_thread(task, &counters, id);
	ADD(totals.dead_seq, 1);
	return 0;
}

/* The third argument and what follows it changed place between kernels: not declared. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev)
{
	if (!task_is_dead(prev) || is_of_earlier_use(ctx))
		return 0;
	return close_task(prev);
}
