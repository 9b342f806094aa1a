/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Birth, exec and exit: who belongs to the tree, and what is known of each process. */
#define MAPS_OWNER
#include "tree/member.bpf.h"
#include "tree/account.bpf.h"
#include "tree/slot.bpf.h"
#include "task/boot.bpf.h"
#include "task/clock.bpf.h"
#include "task/counters.bpf.h"
#include "task/credentials.bpf.h"
#include "task/limits.bpf.h"
#include "task/pid.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct exec_message {
	struct exec_event head;
	/* Room for the longest path after the longest arguments, for the verifier's sake. */
	char text[DENET_ARGS_MAX + DENET_EXEC_PATH_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exec_message);
} exec_message_by_cpu SEC(".maps");

static __always_inline void open_thread(__u64 id, struct task_struct *child)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);
	struct task_member member = {};
	int r;

	member.id = id;
	member.generation = generation;
	member.tgid = child->tgid;
	member.slot = slot_take(child, id, NEXT_SLOT);
	r = member_add(child, &member);
	if (r == MEMBER_FAILED)
		ADD(totals.dropped_tasks, 1);
	if (r) {
		slot_give_back(member.slot);
		return;
	}
	ADD(totals.threads_started, 1);
	ADD(totals.alive.threads, 1);
	note_at_once();
	if (!account)
		return;
	/* Whoever creates a thread is alive itself: the count cannot pass 0 on the way. */
	ADD(account->threads_live, 1);
	ADD(account->threads_total, 1);
}

/*
 * What will be in signal->maxrss at the first exec though the child has not made it: its copy of
 * the address space begins with the pages that fork gave, and a shared one is the parent's.
 */
static __always_inline __u64 inherited_pages(struct task_struct *child)
{
	struct task_struct *parent = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(child, mm);

	return mm == BPF_CORE_READ(parent, mm) ? ~0ull : BPF_CORE_READ(mm, hiwater_rss);
}

static __always_inline void fill_account(__u64 parent_id, struct task_struct *child,
					 struct process_account *account)
{
	struct process_account *of_parent = bpf_map_lookup_elem(&account_by_id, &parent_id);

	account->parent_id = parent_id;
	account->command_id = of_parent ? of_parent->command_id : 0;
	account->start_boot_ns = shown_boot_ns(child->start_boottime);
	account->tgid = shown_tgid(child, child->tgid);
	account->parent_tgid =
		shown_tgid((void *)bpf_get_current_task(), bpf_get_current_pid_tgid() >> 32);
	account->threads_live = 1;
	account->threads_total = 1;
	account->uid = bpf_get_current_uid_gid();
	account->inherited_pages = inherited_pages(child);
	bpf_get_current_comm(account->comm, sizeof(account->comm));
}

static __always_inline void open_process(__u64 parent_id, struct task_struct *child)
{
	struct process_account account = {};
	struct task_member member = {};
	int no_account, r;

	fill_account(parent_id, child, &account);
	no_account = account_open(&account);
	member.id = account.id;
	member.generation = generation;
	member.tgid = child->tgid;
	member.slot = slot_take(child, account.id, NEXT_SLOT);
	r = member_add(child, &member);
	if (r == MEMBER_FAILED)
		ADD(totals.dropped_births, 1);
	if (r) {
		slot_give_back(member.slot);
		bpf_map_delete_elem(&account_by_id, &account.id);
		return;
	}
	ADD(totals.processes_started, 1);
	ADD(totals.alive.threads, 1);
	/* Nobody sees the end of one without an account. */
	if (!no_account)
		ADD(totals.alive.processes, 1);
	note_at_once();
}

/*
 * Under the lock of the run queue, before the child can run. Not sched_process_fork: that one
 * misses the threads that io_uring and vhost create. Nor task_newtask: from 7.0 on it may be
 * preempted, and the kernel leaves out a program that is running on this CPU already.
 */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *child)
{
	__u64 id = member_id_of_current();

	if (!id || is_of_earlier_use(ctx))
		return 0;
	if (child->pid != child->tgid)
		open_thread(id, child);
	else
		open_process(id, child);
	return 0;
}

/* The pages of the arguments were just written, so that reading them does not fault. */
static __always_inline void read_args(struct task_struct *task, struct exec_message *message)
{
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long end = BPF_CORE_READ(task, mm, arg_end);
	__u32 len = end - start;

	message->head.args_whole_len = len;
	if (len > DENET_ARGS_MAX)
		len = DENET_ARGS_MAX;
	if (bpf_probe_read_user(message->text, len, (void *)start))
		len = 0;
	message->head.args_len = len;
}

static __always_inline void note_credentials(struct task_struct *task, struct exec_event *event)
{
	struct credentials credentials;

	read_credentials(task, &credentials);
	event->uid = credentials.uid;
	event->gid = credentials.gid;
	event->flags = credentials.has_rights ? EXEC_HAS_RIGHTS : 0;
	event->pad = 0;
}

/*
 * The peak that the kernel keeps of all address spaces that the process has left. When this exec has
 * raised it, it is that of the last one.
 */
static __always_inline __u64 note_left_peak(struct task_struct *task,
					    struct process_account *account)
{
	__u64 peak_pages = BPF_CORE_READ(task, signal, maxrss), left_pages = 0;

	if (peak_pages > account->peak_before_exec_pages && peak_pages > account->inherited_pages)
		left_pages = peak_pages - account->inherited_pages;
	if (left_pages > account->peak_left_pages)
		account->peak_left_pages = left_pages;
	account->peak_before_exec_pages = peak_pages;
	account->inherited_pages = 0;
	return left_pages;
}

/* At an exec the process has one thread; all others are in its account. */
static __always_inline void note_left_program(struct task_struct *task,
					      struct process_account *account,
					      struct exec_event *event)
{
	read_counters(task, &event->used);
	event->slice_ns = slice_in_progress_ns(task);
	include_counters(&event->used, &account->used);
	event->left_peak_pages = note_left_peak(task, account);
	event->boot_ns = now_boot_ns();
	event->flags |= EXEC_COUNTED;
}

static __always_inline void send_exec(struct task_struct *task, struct linux_binprm *bprm,
				      struct process_account *account)
{
	__u32 zero = 0;
	struct exec_message *message = bpf_map_lookup_elem(&exec_message_by_cpu, &zero);
	long path_len;
	__u32 args_len, size;

	if (!message)
		return;
	message->head.type = EVENT_EXEC;
	message->head.tgid = account->tgid;
	message->head.id = account->id;
	message->head.command_id = account->command_id;
	message->head.start_boot_ns = account->start_boot_ns;
	message->head.parent_tgid = account->parent_tgid;
	note_credentials(task, &message->head);
	note_left_program(task, account, &message->head);
	__builtin_memcpy(message->head.left_comm, account->comm, DENET_COMM_LEN);
	bpf_probe_read_kernel(account->comm, sizeof(account->comm), task->comm);
	__builtin_memcpy(message->head.comm, account->comm, DENET_COMM_LEN);
	read_args(task, message);

	args_len = message->head.args_len;
	if (args_len > DENET_ARGS_MAX)
		return;
	/* interp is the file that runs, which for a script is not the script. */
	path_len = bpf_probe_read_kernel_str(message->text + args_len, DENET_EXEC_PATH_MAX,
					     BPF_CORE_READ(bprm, interp));
	message->head.path_len = path_len > 1 && path_len < DENET_EXEC_PATH_MAX ? path_len - 1 : 0;
	size = sizeof(message->head) + args_len + message->head.path_len;
	if (size > sizeof(*message))
		return;
	if (bpf_ringbuf_output(&events, message, size, BPF_RB_NO_WAKEUP))
		ADD(totals.dropped_events, 1);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_process_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct process_account *account;
	struct task_member member;
	__u64 id = member_id(task, &member);

	if (!id || is_of_earlier_use(ctx))
		return 0;
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (!account)
		return 0;
	account->command_id = new_id();
	send_exec(task, bprm, account);
	return 0;
}

/* False when it is in another one by now. */
static __always_inline bool note_cpu_limits(struct task_struct *task)
{
	int i;

	if (!limits_at_end.own_cpu_group || !has_cpu_limits(task))
		return true;
	if (limits_at_end.own_cpu_group != (__u64)BPF_CORE_READ(task, sched_task_group))
		return false;
	for (i = 0; i < LIMITS_AT_END_MAX && limits_at_end.cpu_groups[i]; i++)
		read_cpu_limit(limits_at_end.cpu_groups[i], &limits_at_end.cpu[i]);
	return true;
}

static __always_inline bool note_memory_limit(struct task_struct *task)
{
	if (!limits_at_end.own_memory_group || !has_memory_cgroups())
		return true;
	if (limits_at_end.own_memory_group != (__u64)memory_cgroup_of(task))
		return false;
	read_memory_limit((void *)limits_at_end.memory_group, &limits_at_end.memory);
	return true;
}

/* Later its cgroups may go. */
static __always_inline void note_limits(struct task_struct *task)
{
	bool is_known;

	if (!limits_at_end.own_cpu_group && !limits_at_end.own_memory_group)
		return;
	is_known = note_cpu_limits(task) && note_memory_limit(task);
	barrier();
	limits_at_end.is_known = is_known;
}

/*
 * What has to be read before the process lets go of it. Two threads that leave at once may both
 * see live at 0: they write the same.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_process_exit, struct task_struct *task)
{
	struct process_account *account;
	struct task_member member;
	__u64 id = member_id(task, &member);

	if (!id || is_of_earlier_use(ctx))
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter))
		return 0;
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (!account)
		return 0;
	note_belongings(task, account);
	note_status(task, account);
	if (id == root_id)
		note_limits(task);
	return 0;
}
