/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The account of a process: opening it, what is noted at the end, sending it or leaving it behind. */
#ifndef DENET_TREE_ACCOUNT_H
#define DENET_TREE_ACCOUNT_H

#include "tree/maps.bpf.h"
#include "task/end.bpf.h"

static __always_inline __u64 new_id(void)
{
	__u32 which = NEXT_ID;
	__u64 *next = bpf_map_lookup_elem(&next_by_cpu, &which);

	if (!next)
		return 0;
	*next += 1;
	return (__u64)(bpf_get_smp_processor_id() + 1) << DENET_ID_CPU_SHIFT | *next;
}

/*
 * Enters the account under a fresh id, which it leaves in account->id. Where tracepoints can be
 * preempted two handlers may read one counter: the insert is the check, the second try the mend.
 */
static __always_inline int account_open(struct process_account *account)
{
	account->id = new_id();
	if (!bpf_map_update_elem(&account_by_id, &account->id, account, BPF_NOEXIST))
		return 0;
	account->id = new_id();
	if (!bpf_map_update_elem(&account_by_id, &account->id, account, BPF_NOEXIST))
		return 0;
	ADD(totals.dropped_accounts, 1);
	return -1;
}

/*
 * Called by the last thread itself, at its last switch at the latest. Pointers are read once: each
 * field that is named is looked up by the kernel at every load.
 */
static __always_inline void note_status(struct task_struct *task, struct process_account *account)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	account->exit_status = exit_status_of(task, signal);
	account->peak_pages = BPF_CORE_READ(signal, maxrss);
	account->uid = bpf_get_current_uid_gid();
	account->flags |= ACCOUNT_ENDED;
}

/* What the process lets go of on its way to the last switch. */
static __always_inline void note_belongings(struct task_struct *task,
					    struct process_account *account)
{
	account->peak_mm_pages = peak_at_exit_pages(task);
	account->cgroup_v2_id = bpf_get_current_cgroup_id();
	account->cgroup_memory_id = memory_cgroup_id(task);
	bpf_probe_read_kernel(account->comm, sizeof(account->comm),
			      BPF_CORE_READ(task, group_leader, comm));
	if (was_killed_for_memory(task))
		account->flags |= ACCOUNT_OOM_KILLED;
}

/* Counted when it is harvested: two threads may get here, and then one too few is alive. */
static __always_inline void leave_for_harvest(struct process_account *account)
{
	ADD(totals.alive.processes, -1);
	account->flags |= ACCOUNT_UNSENT;
	ADD(totals.unsent_seq, 1);
}

static __always_inline void raise(__s64 *most, __s64 count)
{
	if (count > *most)
		*most = count;
}

/*
 * After a birth is counted. The highest count stands at some birth, whose CPU sees it here, short
 * only of ends that fall between the two. Not for a walk, which a birth may interrupt.
 */
static __always_inline void note_at_once(void)
{
	__u32 zero = 0;
	struct at_once *most = bpf_map_lookup_elem(&at_once_by_cpu, &zero);

	if (!most)
		return;
	raise(&most->processes, *(volatile __s64 *)&totals.alive.processes);
	raise(&most->threads, *(volatile __s64 *)&totals.alive.threads);
}

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

#define ENOENT 2
#define RING_HALF (256 * 1024)

static __always_inline __u64 wakeup_flag(__u64 id)
{
	if (id == root_id || wake_at_every_exit ||
	    bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > RING_HALF)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* Two threads may get here at once; the one whose delete succeeds sends. */
static __always_inline void account_send(struct process_account *account, __u64 id)
{
	struct exit_event *event;
	long r;

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

#endif
