/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Members by their cgroup: whoever is in it or below it, whoever started them. Part of the object that
 * libbpf loads, and loaded only where a cgroup is followed: a run has none of it.
 *
 * Who comes in has used something before. That is taken away from the totals and in its account here,
 * in the kernel, so that no lost event and no late reader lets it count; both may be below 0 for a
 * while. Who goes out has its account closed with what it has by then. Membership is in the hash,
 * which is preallocated: a move is told with interrupts off, where little memory can be had otherwise.
 *
 * What others call are global functions, which the verifier walks through once; those take no pointer to
 * a task, but its address.
 */
#include "tree/account.bpf.h"
#include "tree/cgroup.bpf.h"
#include "tree/member.bpf.h"
#include "tree/slot.bpf.h"
#include "task/sample.bpf.h"
#include <bpf/bpf_tracing.h>

#define LEVELS_MAX 32
#define THREADS_MAX 16384 /* of a process, for which one event tells */
#define AT_ONCE 128 /* in one function, which is walked through once */
#define SIBLINGS_MAX 32

/* How a task comes in. */
#define BORN 0
#define MOVED 1
#define SEEDED 2 /* by the walk, which a birth may interrupt */

const volatile struct group_knobs cfg_group;
static struct process_account empty_account;
__u32 group_monitor_tgid; /* the kernel's: it is no member */

static __always_inline struct cgroup *followed_cgroup_of(struct task_struct *task)
{
	return cgroup_of(task, cfg_group.hierarchy);
}

static __always_inline bool is_below(struct cgroup *cgroup)
{
	__s32 level = BPF_CORE_READ(cgroup, level), at;

	if (cfg_group.level >= 0)
		return level >= cfg_group.level &&
		       cgroup_ancestor_id(cgroup, cfg_group.level) == cfg_group.id;
	for (at = 0; at < LEVELS_MAX && at <= level; at++)
		if (cgroup_ancestor_id(cgroup, at) == cfg_group.id)
			return true;
	return false;
}

/* As a number, for which the verifier does not take a pointer that it knows. */
static __always_inline __u64 address_of(struct task_struct *task)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &task);
	return address;
}

/* The id of its process; 0 for who is no member. */
static __always_inline __u64 member_id_at(struct task_struct *task)
{
	struct task_member *member = member_by_key((__u64)task, BPF_CORE_READ(task, tgid));

	return member ? member->id : 0;
}

static __always_inline void negate(struct task_counters *counters)
{
	__u64 *at = (__u64 *)counters;
	unsigned int i;

#pragma unroll
	for (i = 0; i < sizeof(*counters) / sizeof(*at); i++)
		at[i] = -at[i];
}

static __always_inline void fill_account(struct task_struct *task, struct process_account *account)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	const struct cred *cred = BPF_CORE_READ(task, cred);

	account->parent_id = member_id_at(parent);
	account->start_boot_ns = process_start_boot_ns(task);
	account->tgid = shown_tgid(task, BPF_CORE_READ(task, tgid));
	account->parent_tgid = shown_tgid(parent, BPF_CORE_READ(parent, tgid));
	account->uid = BPF_CORE_READ(cred, uid.val);
	bpf_probe_read_kernel(account->comm, sizeof(account->comm),
			      BPF_CORE_READ(task, group_leader, comm));
}

/* Fork begins with a peak of 0: without an exec since then nobody knows what it was given. */
static __always_inline void note_past(struct task_struct *task, struct process_account *account)
{
	account->peak_before_exec_pages = BPF_CORE_READ(task, signal, maxrss);
	account->inherited_pages = account->peak_before_exec_pages ? 0 : ~0ull;
	account->threads_total = 1;
	account->flags = ACCOUNT_PARTIAL | ACCOUNT_JOINED;
}

/*
 * The id of a new account. It is filled where it lies: on the stack it would be most of what all functions from a
 * move on may have together. Nobody has its id before it is returned.
 */
__noinline __u64 group_open(__u64 address, __u32 how)
{
	struct task_struct *task = (void *)address;
	struct process_account *account;
	__u64 id = new_id();

	ADD(totals.processes_started, 1);
	if (bpf_map_update_elem(&account_by_id, &id, &empty_account, BPF_NOEXIST)) {
		/* As account_open() does. */
		id = new_id();
		bpf_map_update_elem(&account_by_id, &id, &empty_account, BPF_NOEXIST);
	}
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (!account) {
		ADD(totals.dropped_accounts, 1);
		return id;
	}
	ADD(totals.alive.processes, 1);
	account->id = id;
	fill_account(task, account);
	if (how == BORN) {
		account->inherited_pages = ~0ull;
	} else {
		note_past(task, account);
		/* User space files the command of who has not execed here under its id, for who is forked from it. */
		account->command_id = id;
	}
	return id;
}

/* Nobody has become a member of it. */
static __always_inline void forget(__u64 id)
{
	if (!bpf_map_delete_elem(&account_by_id, &id))
		ADD(totals.alive.processes, -1);
	ADD(totals.processes_started, -1);
}

/* Adds the signs to what is counted of the living; what it has used goes with them. */
static __always_inline void count_in(__u64 id, struct task_counters *less, __s32 sign)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);

	add_counters(&totals.dead, less);
	ADD(totals.alive.threads, sign);
	if (!account)
		return;
	add_counters(&account->used, less);
	ADD(account->threads_live, sign);
	ADD(account->threads_total, sign);
}

/*
 * Before it is a member: whose end finds none left closes the account. One that the walk meets at its
 * last switch may have made that before it was a member: then it is none.
 */
static __always_inline int add_member(struct task_struct *task, struct task_member *member)
{
	__u64 address = (__u64)task;
	int r = member_put(task, member);

	if (r == MEMBER_FAILED)
		ADD(totals.dropped_tasks, 1);
	if (!r && task_is_dead_at(task) && !bpf_map_delete_elem(&member_by_address, &address))
		return MEMBER_LOST;
	return r;
}

static __always_inline void note_running(struct task_struct *task, __u64 id)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);
	struct task_struct___any *any = (void *)task;

	if (account && BPF_CORE_READ(any, on_cpu) & 1)
		account->flags |= ACCOUNT_RAN_AT_SEED;
}

/* 0, or why it is no member of the process with that id. */
__noinline int group_join(__u64 address, __u64 id, __u32 how)
{
	struct task_struct *task = (void *)address;
	struct task_member member = {};
	struct task_counters less = {};
	int r;

	member.id = id;
	member.generation = generation;
	member.tgid = BPF_CORE_READ(task, tgid);
	member.slot = slot_take(task, id, how == SEEDED ? NEXT_SEED_SLOT : NEXT_SLOT);
	if (how != BORN)
		read_counters_at(task, &less);
	negate(&less);
	ADD(totals.dying_seq, 1);
	count_in(id, &less, 1);
	r = add_member(task, &member);
	if (r) {
		slot_give_back(member.slot);
		negate(&less);
		count_in(id, &less, -1);
	} else if (how == SEEDED) {
		note_running(task, id);
	}
	ADD(totals.dead_seq, 1);
	return r;
}

static __always_inline void close_left(struct task_struct *task, struct process_account *account,
				       __u64 id)
{
	account->exit_boot_ns = now_boot_ns();
	account->flags |= ACCOUNT_LEFT;
	bpf_probe_read_kernel(account->comm, sizeof(account->comm),
			      BPF_CORE_READ(task, group_leader, comm));
	account_send(account, id);
}

/* What it has by now is counted, and nothing after. */
__noinline int group_leave(__u64 address)
{
	struct task_struct *task = (void *)address;
	struct task_member *member = member_by_key(address, BPF_CORE_READ(task, tgid));
	struct process_account *account;
	struct task_counters used;
	__u32 slot;
	__u64 id;

	if (!member)
		return 0;
	id = member->id;
	slot = member->slot;
	ADD(totals.dying_seq, 1);
	if (!bpf_map_delete_elem(&member_by_address, &address)) {
		ADD(totals.alive.threads, -1);
		slot_give_back(slot);
		read_counters_at(task, &used);
		add_counters(&totals.dead, &used);
		account = bpf_map_lookup_elem(&account_by_id, &id);
		if (account) {
			add_counters(&account->used, &used);
			ADD(account->threads_live, -1);
			if (!*(volatile __u32 *)&account->threads_live)
				close_left(task, account, id);
		}
	}
	ADD(totals.dead_seq, 1);
	return 0;
}

static __always_inline __u64 first_thread(struct task_struct *task)
{
	return (__u64)BPF_CORE_READ(task, signal, thread_head.next);
}

static __always_inline __u64 end_of_threads(struct task_struct *task)
{
	return (__u64)BPF_CORE_READ(task, signal) +
	       bpf_core_field_offset(struct signal_struct, thread_head);
}

static __always_inline struct task_struct *thread_at(__u64 node)
{
	return (void *)(node - bpf_core_field_offset(struct task_struct, thread_node));
}

static __always_inline __u64 next_thread(__u64 node)
{
	return (__u64)BPF_CORE_READ(thread_at(node), thread_node.next);
}

/*
 * The id of the process that it is a thread of, 0 when that has none: mostly its main thread's. Of very
 * many threads without that one, those that come in one by one may be shown as several processes.
 */
__noinline __u64 group_id_of(__u64 address)
{
	struct task_struct *task = (void *)address;
	__u64 id = member_id_at(BPF_CORE_READ(task, group_leader));
	__u64 node = first_thread(task), end = end_of_threads(task);
	int i;

	for (i = 0; i < SIBLINGS_MAX && !id && node && node != end; i++) {
		id = member_id_at(thread_at(node));
		node = next_thread(node);
	}
	return id;
}

/* All others have ended while one was counted that is none: whose end it was did not find itself the last. */
static __always_inline void close_if_none(__u64 id)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);

	if (!account || *(volatile __u32 *)&account->threads_live)
		return;
	account->exit_boot_ns = now_boot_ns();
	leave_for_harvest(account);
}

static __always_inline void enter(__u64 address, __u32 how)
{
	__u64 id = group_id_of(address);
	__u64 into = id ? id : group_open(address, how);

	if (group_join(address, into, how)) {
		if (id)
			close_if_none(id);
		else
			forget(into);
		return;
	}
	if (id)
		ADD(totals.threads_started, 1);
	note_at_once();
}

/* Makes it what it has to be. */
__noinline int group_visit(__u64 address, __u32 how)
{
	struct task_struct *task = (void *)address;
	bool is_in = is_below(followed_cgroup_of(task));
	bool is_member = member_id_at(task);

	if (is_member && !is_in)
		group_leave(address);
	else if (!is_member && is_in && (__u32)BPF_CORE_READ(task, tgid) != group_monitor_tgid)
		enter(address, how);
	return 0;
}

/*
 * Some of the threads from there on; what comes after them, or 0. Each loop has one way out a round: the
 * verifier of 5.10 follows two of them through all rounds that are left.
 */
__noinline __u64 group_visit_some(__u64 node, __u64 end)
{
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		if (!node || node == end)
			return 0;
		group_visit((__u64)thread_at(node), MOVED);
		node = next_thread(node);
	}
	return node;
}

static __always_inline void visit_all(struct task_struct *task)
{
	__u64 node = first_thread(task), end = end_of_threads(task);
	int i;

	for (i = 0; i < THREADS_MAX / AT_ONCE; i++) {
		node = group_visit_some(node, end);
		if (!node)
			return;
	}
	ADD(totals.dropped_tasks, 1);
}

/*
 * Once for each hierarchy, when the task is there already, and while none of its process can be born or
 * end. It may be one that has ended itself, and was left where it was.
 */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_group_move, struct cgroup *to, const char *path, struct task_struct *task,
	     bool is_whole_process)
{
	__u64 address = address_of(task);

	if (BPF_CORE_READ(followed_cgroup_of(task), root) != BPF_CORE_READ(to, root))
		return 0;
	if (!is_below(to) && !group_id_of(address))
		return 0;
	if (is_whole_process)
		visit_all(task);
	else
		group_visit(address, MOVED);
	return 0;
}

/*
 * After the program that makes the children of members members: who was born into another cgroup than
 * that of its parent, as can be asked for. Nobody has moved it, so that no move tells.
 */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_group_birth, struct task_struct *child)
{
	group_visit(address_of(child), BORN);
	return 0;
}

/* Those who are there already. */
SEC("iter/task")
int seed_group(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (ctx->meta->seq_num == 0)
		group_monitor_tgid = bpf_get_current_pid_tgid() >> 32;
	if (!task || BPF_CORE_READ(task, exit_state))
		return 0;
	if (!is_below(followed_cgroup_of(task)))
		return 0;
	group_visit(address_of(task), SEEDED);
	return 0;
}
