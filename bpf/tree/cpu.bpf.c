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

#define ENOENT 2
#define RING_HALF (256 * 1024)

static __always_inline void add_counters(struct task_counters *sum, struct task_counters *counters)
{
	ADD(sum->cpu_time_ns, counters->cpu_time_ns);
	ADD(sum->cpu_user_ns, counters->cpu_user_ns);
	ADD(sum->cpu_system_ns, counters->cpu_system_ns);
	ADD(sum->run_delay_ns, counters->run_delay_ns);
	ADD(sum->page_faults_cached, counters->page_faults_cached);
	ADD(sum->page_faults_disk, counters->page_faults_disk);
	ADD(sum->ctx_switches_voluntary, counters->ctx_switches_voluntary);
	ADD(sum->ctx_switches_involuntary, counters->ctx_switches_involuntary);
	ADD(sum->migrations, counters->migrations);
	ADD(sum->syscall_read_bytes, counters->syscall_read_bytes);
	ADD(sum->syscall_write_bytes, counters->syscall_write_bytes);
	ADD(sum->disk_read_bytes, counters->disk_read_bytes);
	ADD(sum->disk_write_bytes, counters->disk_write_bytes);
	ADD(sum->disk_write_cancelled_bytes, counters->disk_write_cancelled_bytes);
	ADD(sum->syscall_read_count, counters->syscall_read_count);
	ADD(sum->syscall_write_count, counters->syscall_write_count);
}

static __always_inline __u64 wakeup_flag(__u64 id)
{
	if (id == root_id || wake_at_every_exit ||
	    bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > RING_HALF)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* Two threads may get here at once; the one whose delete succeeds sends. */
static __always_inline void close_process(struct task_struct *task, struct process_account *account,
					  __u64 id)
{
	struct exit_event *event;
	long r;

	account->exit_boot_ns = now_boot_ns();
	/* on_process_exit was left out, as can be where it can be preempted. */
	if (!(account->flags & ACCOUNT_ENDED))
		note_status(task, account);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		leave_for_harvest(account);
		return;
	}
	event->type = EVENT_EXIT;
	event->pad = 0;
	__builtin_memcpy(&event->account, account, sizeof(event->account));
	r = bpf_map_delete_elem(&account_by_id, &id);
	if (r) {
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		/* The map was busy on this CPU: nobody else has sent it. */
		if (r != -ENOENT)
			leave_for_harvest(account);
		return;
	}
	bpf_ringbuf_submit(event, wakeup_flag(id));
	ADD(totals.alive.processes, -1);
	/* After the event: who has read the count finds as many events. */
	ADD(totals.processes_exited, 1);
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
