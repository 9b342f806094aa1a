/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What every thread of the machine has used, by cgroup, name and user. It is added up at a thread's last
 * switch: nothing is done at a birth or an exec, and everybody else pays one test. Rows only grow: user
 * space takes differences, since a row that is read and deleted loses what is added between.
 *
 * A thread that is moved to another cgroup has used what it has used in the old one: a base says how much.
 * With it the rows of a cgroup add up to what that has counted itself, to the nanosecond.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "host/ran.bpf.h"
#include "host/used.bpf.h"
#include "kernel/host.h"
#include "task/end.bpf.h"

#define CHANGES_BYTES (1 << 19)
#define ALL_THREADS 1 /* BPF_TASK_ITER_ALL_THREADS */
#define DESCENDANTS 2 /* BPF_CGROUP_ITER_DESCENDANTS_PRE */
#define PF_FORKNOEXEC 0x40 /* the same from 5.10 to 7.3 */
#define SIGNAL_OF_STATUS 0x7f
#define CORE_OF_STATUS 0x80
#define THREADS_MAX 16384 /* of a process, for which one event tells */
#define AT_ONCE 128 /* in one function, which is walked through once */

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct task_knobs cfg_task;
struct pid_view pid_view;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, HOST_ROWS_MAX);
	__type(key, struct host_key);
	__type(value, struct host_row);
} row_by_key SEC(".maps");

/* Of those that did not end with status 0, how: few of many. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, HOST_ENDS_MAX);
	__type(key, struct host_key);
	__type(value, __u64);
} count_by_end SEC(".maps");

/*
 * By the task's address, until its last switch. Preallocated: a move is told with interrupts off, where
 * only a handful of elements could be had otherwise.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HOST_BASES_MAX);
	__type(key, __u64);
	__type(value, struct host_base);
} base_by_task SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CHANGES_BYTES);
} changes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HOST_LIVING_AT_ONCE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct host_living);
} living_at_once SEC(".maps");

/* Whoever was born until then may have been told as living. 0: nobody was, nor is anybody. */
__u64 told_boot_ns;

struct host_pass pass;

struct host_totals totals;
struct host_row overflow;

static __always_inline __u64 cgroup_id_of(struct task_struct *task)
{
	return BPF_CORE_READ(cgroup_of(task), kn, id);
}

/* The main thread of one that nobody waits for may be gone: reading never faults. */
static __always_inline void read_key(struct task_struct *task, struct host_key *key)
{
	const struct cred *cred = task->cred;
	const struct task_struct *leader = task->group_leader;

	__builtin_memset(key, 0, sizeof(*key));
	key->cgroup_id = cgroup_id_of_known(task);
	key->uid = cred->uid.val;
	bpf_probe_read_kernel(key->comm, sizeof(key->comm), leader->comm);
}

/* By an address that the verifier knows nothing of. */
static __always_inline void read_key_at(struct task_struct *task, struct host_key *key)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);

	__builtin_memset(key, 0, sizeof(*key));
	key->cgroup_id = cgroup_id_of(task);
	key->uid = BPF_CORE_READ(cred, uid.val);
	BPF_CORE_READ_INTO(&key->comm, task, group_leader, comm);
}

/* Two CPUs may begin the same row at once: the second finds it. */
static __noinline int fold(const struct host_key *key, const struct host_row *row)
{
	struct host_row *to;
	long r;

	if (!key || !row)
		return 0;
	to = bpf_map_lookup_elem(&row_by_key, key);
	if (!to) {
		r = bpf_map_update_elem(&row_by_key, key, row, BPF_NOEXIST);
		if (!r)
			return 0;
		to = bpf_map_lookup_elem(&row_by_key, key);
	}
	if (!to) {
		ADD(totals.rows_lost, row->threads);
		to = &overflow;
	}
	add_row(to, row);
	return 0;
}

/*
 * Only of one that may have been told as living: of those that are born and end between two passes, which are
 * most, user space has never heard. Not static, so that it is verified once and not for each thread that moves.
 */
__noinline int tell_change(__u64 address, __u32 is_moved)
{
	struct task_struct *task = (void *)address;
	struct host_change *change;

	if (BPF_CORE_READ(task, start_boottime) > told_boot_ns)
		return 0;
	change = bpf_ringbuf_reserve(&changes, sizeof(*change), 0);
	if (!change) {
		ADD(totals.changes_lost, 1);
		return 0;
	}
	read_key_at(task, &change->key);
	change->address = address;
	change->tid = BPF_CORE_READ(task, pid);
	change->is_moved = is_moved;
	bpf_ringbuf_submit(change, BPF_RB_NO_WAKEUP);
	return 0;
}

/* What wait() gives; 0 is the usual. */
static __always_inline __u32 note_end(struct task_struct *task, struct host_row *row)
{
	struct signal_struct *signal = task->signal;
	__u32 status =
		(signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : task->exit_code) &
		0xffff;
	bool is_killed = status & SIGNAL_OF_STATUS;

	row->processes = 1;
	row->killed = is_killed;
	row->failed = !is_killed && status;
	row->oom_killed = is_killed && was_killed_for_memory(task);
	return row->oom_killed ? status | HOST_END_OOM : status;
}

/* The key of its row is changed. */
static __noinline int count_end(struct host_key *key, __u32 end)
{
	__u64 none = 0, *count;

	if (!key)
		return 0;
	/* A core that was dumped is no other end. */
	key->end = end & SIGNAL_OF_STATUS ? end & ~CORE_OF_STATUS : end;
	count = bpf_map_lookup_elem(&count_by_end, key);
	if (!count) {
		bpf_map_update_elem(&count_by_end, key, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&count_by_end, key);
	}
	if (!count) {
		ADD(totals.ends_lost, 1);
		return 0;
	}
	ADD(*count, 1);
	ADD(totals.ends, 1);
	return 0;
}

/* From the one sequence number to the other it is neither among the living nor in the rows. */
static __noinline int close_task(struct task_struct *task)
{
	__u64 address = (__u64)task;
	struct host_base *base = bpf_map_lookup_elem(&base_by_task, &address);
	struct host_row row = { .threads = 1 };
	struct host_key key;
	__u32 end = 0;

	ADD(totals.dying_seq, 1);
	read_key(task, &key);
	read_used(task, &row.used);
	if (base) {
		take_away(&row.used, &base->used);
		bpf_map_delete_elem(&base_by_task, &address);
	}
	if (task->pid == task->tgid)
		end = note_end(task, &row);
	fold(&key, &row);
	if (end)
		count_end(&key, end);
	if (task->start_boottime <= told_boot_ns)
		tell_change(number_of(&address), false);
	ADD(totals.dead_seq, 1);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_last_switch, bool preempt, struct task_struct *prev)
{
	return task_is_dead(prev) ? close_task(prev) : 0;
}

/*
 * Where a thread was that has no base, being born since the start: a process where it was begotten, a thread where its
 * process is, or was before all of it went.
 */
static __always_inline __u64 former_cgroup_id(struct task_struct *task, bool is_whole_process)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u64 address = (__u64)leader;
	struct host_base *base;

	if (!is_whole_process && leader != task)
		return cgroup_id_of(leader);
	base = bpf_map_lookup_elem(&base_by_task, &address);
	return base ? base->cgroup_id : cgroup_id_of(BPF_CORE_READ(leader, real_parent));
}

/* What it has used since its base is the old cgroup's. Not static: verified once, not for each thread, as 6.1 wants. */
__noinline int host_move_task(__u64 address, __u64 former_id)
{
	struct task_struct *task = (void *)address;
	struct host_base *before = bpf_map_lookup_elem(&base_by_task, &address);
	struct host_base base = { 0 };
	struct host_row row = { 0 };
	struct host_key key;

	read_key_at(task, &key);
	base.cgroup_id = key.cgroup_id;
	read_used_at(task, &base.used);
	key.cgroup_id = before ? before->cgroup_id : former_id;
	row.used = base.used;
	if (before)
		take_away(&row.used, &before->used);
	fold(&key, &row);
	ADD(totals.moves, 1);
	if (bpf_map_update_elem(&base_by_task, &address, &base, BPF_ANY))
		ADD(totals.bases_lost, 1);
	tell_change(number_of(&address), true);
	return 0;
}

static __always_inline __u64 thread_at(__u64 node)
{
	return node - bpf_core_field_offset(struct task_struct, thread_node);
}

/*
 * Some of the threads from there on but that one; what comes after them, or 0. Global, as the above, and with one way
 * out a round: the verifier of 5.10 follows two of them through all rounds that are left.
 */
__noinline __u64 host_move_some(__u64 node, __u64 head, __u64 moved, __u64 former_id)
{
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		if (!node || node == head)
			return 0;
		if (thread_at(node) != moved)
			host_move_task(thread_at(node), former_id);
		node = (__u64)BPF_CORE_READ((struct task_struct *)thread_at(node),
					    thread_node.next);
	}
	return node;
}

/* One event tells of all threads of a process. */
static __always_inline void move_others(struct task_struct *task, __u64 moved, __u64 former_id)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u64 head = (__u64)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	__u64 node = (__u64)BPF_CORE_READ(signal, thread_head.next);
	int i;

	for (i = 0; i < THREADS_MAX / AT_ONCE; i++) {
		node = host_move_some(node, head, moved, former_id);
		if (!node)
			return;
	}
	ADD(totals.bases_lost, 1);
}

/* Once for each hierarchy, when the task is there already. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_move, struct cgroup *to, const char *path, struct task_struct *task,
	     bool is_whole_process)
{
	__u64 address = (__u64)task, moved = number_of(&address), former_id;

	if (cgroup_of(task) != to)
		return 0;
	former_id = former_cgroup_id(task, is_whole_process);
	forget_cpu_of(cgroup_id_of(task));
	host_move_task(moved, former_id);
	if (is_whole_process)
		move_others(task, moved, former_id);
	return 0;
}

static __always_inline bool is_living(struct task_struct *task)
{
	return task && !task_is_dead(task);
}

/* Those that live when we begin: what they have used is not ours to tell. */
SEC("iter/task")
int note_living(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct host_base base;
	__u64 address = (__u64)task;

	if (!is_living(task))
		return 0;
	base.cgroup_id = cgroup_id_of_known(task);
	read_used(task, &base.used);
	/* One that has moved since is known better. */
	if (bpf_map_update_elem(&base_by_task, &address, &base, BPF_NOEXIST) &&
	    !bpf_map_lookup_elem(&base_by_task, &address))
		ADD(totals.bases_lost, 1);
	return 0;
}

static __always_inline void read_living(struct task_struct *task, struct host_living *living)
{
	__u64 address = (__u64)task;
	struct host_base *base;

	read_key(task, &living->key);
	read_used(task, &living->used);
	living->address = address;
	living->tid = task->pid;
	living->tgid = task->tgid;
	living->is_forked = !!(task->flags & PF_FORKNOEXEC);
	base = bpf_map_lookup_elem(&base_by_task, &address);
	if (base)
		take_away(&living->used, &base->used);
}

SEC("iter/task")
int show_living(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct host_living living;

	if (!is_living(task))
		return 0;
	read_living(task, &living);
	bpf_seq_write(context->meta->seq, &living, sizeof(living));
	return 0;
}

/*
 * The living that have run since the pass before, in one walk that stays in the kernel: a task that sleeps costs
 * 30 ns and not 500. From 6.7 on; else iter/task tells of all.
 */
struct task_walk {
	__u64 opaque[3];
} __attribute__((aligned(8)));

extern int bpf_iter_task_new(struct task_walk *it, struct task_struct *task,
			     unsigned int flags) __ksym __weak;
extern struct task_struct *bpf_iter_task_next(struct task_walk *it) __ksym __weak;
extern void bpf_iter_task_destroy(struct task_walk *it) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

static __noinline int tell_living(struct task_struct *task)
{
	__u32 number = pass.count;
	struct host_living *living = bpf_map_lookup_elem(&living_at_once, &number);

	if (!living) {
		pass.is_cut = 1;
		return 0;
	}
	read_living(task, living);
	pass.count++;
	return 0;
}

/* A function of its own: what another kernel has for the state is not taken out of a loop so, which would be refused. */
static __noinline int tell_if_ran(struct task_struct *task)
{
	if (!task_is_dead(task) && (pass.is_whole || may_have_run(task)))
		tell_living(task);
	return 0;
}

/*
 * While it lasts nobody knows who has been told: the end of each is told of. User space has read who ended and who
 * moved until then.
 */
static __always_inline void begin_pass(void)
{
	told_boot_ns = ~0ULL;
	pass.count = 0;
	pass.is_cut = 0;
	read_clocks(bpf_get_current_task_btf());
}

static __always_inline void end_pass(void)
{
	told_boot_ns = bpf_ktime_get_boot_ns();
}

SEC("syscall")
int pass_living(void *context)
{
	struct task_walk it;
	struct task_struct *task;

	begin_pass();
	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, ALL_THREADS);
	while ((task = bpf_iter_task_next(&it)))
		tell_if_ran(task);
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	end_pass();
	return 0;
}

static __always_inline void tell_tasks_of(struct cgroup *cgroup)
{
	struct css_task_walk it;
	struct task_struct *task;

	bpf_iter_css_task_new(&it, &cgroup->self, 0);
	while ((task = bpf_iter_css_task_next(&it)))
		tell_if_ran(task);
	bpf_iter_css_task_destroy(&it);
}

/* The same of those cgroups alone in which anything has run. 1 where the root is not to be had. */
SEC("syscall")
int pass_ran(void *context)
{
	struct cgroup *root, *cgroup;
	struct cgroup_subsys_state *css;
	struct css_walk it;

	bpf_rcu_read_lock();
	root = root_of(bpf_get_current_task_btf());
	if (!root) {
		bpf_rcu_read_unlock();
		return 1;
	}
	begin_pass();
	pass.cgroups = 0;
	bpf_iter_css_new(&it, &root->self, DESCENDANTS);
	while ((css = bpf_iter_css_next(&it))) {
		pass.cgroups++;
		cgroup = has_run(css->cgroup) ? bpf_cgroup_acquire(css->cgroup) : NULL;
		if (!cgroup)
			continue;
		tell_tasks_of(cgroup);
		bpf_cgroup_release(cgroup);
	}
	bpf_iter_css_destroy(&it);
	end_pass();
	bpf_rcu_read_unlock();
	bpf_cgroup_release(root);
	return 0;
}
