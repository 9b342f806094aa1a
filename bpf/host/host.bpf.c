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
#include "host/cgroup.bpf.h"
#include "kernel/host.h"
#include "task/end.bpf.h"

#define ADD(to, value) __sync_fetch_and_add(&(to), value)
#define THREADS_MAX 1024 /* of a process, for which one event tells */

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

struct host_totals totals;
struct host_row overflow;

static __always_inline __u64 cgroup_id_of(struct task_struct *task)
{
	return BPF_CORE_READ(cgroup_of(task), kn, id);
}

/* The main thread of one that nobody waits for may be gone: reading never faults. */
static __always_inline void read_key(struct task_struct *task, struct host_key *key)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);

	__builtin_memset(key, 0, sizeof(*key));
	key->cgroup_id = cgroup_id_of(task);
	key->uid = BPF_CORE_READ(cred, uid.val);
	BPF_CORE_READ_INTO(&key->comm, task, group_leader, comm);
}

static __always_inline void read_used(struct task_struct *task, struct host_used *used)
{
	used->cpu_time_ns = BPF_CORE_READ(task, se.sum_exec_runtime);
	used->run_delay_ns = BPF_CORE_READ(task, sched_info.run_delay);
	used->page_faults_cached = BPF_CORE_READ(task, min_flt);
	used->page_faults_disk = BPF_CORE_READ(task, maj_flt);
	used->disk_read_bytes = BPF_CORE_READ(task, ioac.read_bytes);
	used->disk_write_bytes = BPF_CORE_READ(task, ioac.write_bytes);
}

static __always_inline void take_away(struct host_used *used, const struct host_used *base)
{
	used->cpu_time_ns -= base->cpu_time_ns;
	used->run_delay_ns -= base->run_delay_ns;
	used->page_faults_cached -= base->page_faults_cached;
	used->page_faults_disk -= base->page_faults_disk;
	used->disk_read_bytes -= base->disk_read_bytes;
	used->disk_write_bytes -= base->disk_write_bytes;
}

static __always_inline void add_row(struct host_row *to, const struct host_row *row)
{
	ADD(to->used.cpu_time_ns, row->used.cpu_time_ns);
	ADD(to->used.run_delay_ns, row->used.run_delay_ns);
	ADD(to->used.page_faults_cached, row->used.page_faults_cached);
	ADD(to->used.page_faults_disk, row->used.page_faults_disk);
	ADD(to->used.disk_read_bytes, row->used.disk_read_bytes);
	ADD(to->used.disk_write_bytes, row->used.disk_write_bytes);
	ADD(to->threads, row->threads);
	ADD(to->processes, row->processes);
	ADD(to->failed, row->failed);
	ADD(to->killed, row->killed);
	ADD(to->oom_killed, row->oom_killed);
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

static __always_inline void note_end(struct task_struct *task, struct host_row *row)
{
	__u32 status = exit_status_of(task, BPF_CORE_READ(task, signal));
	bool is_killed = status & 0x7f;

	row->processes = 1;
	row->killed = is_killed;
	row->failed = !is_killed && status;
	row->oom_killed = is_killed && was_killed_for_memory(task);
}

/* From the one sequence number to the other it is neither among the living nor in the rows. */
static __noinline int close_task(struct task_struct *task)
{
	__u64 address = (__u64)task;
	struct host_base *base = bpf_map_lookup_elem(&base_by_task, &address);
	struct host_row row = { .threads = 1 };
	struct host_key key;

	ADD(totals.dying_seq, 1);
	read_key(task, &key);
	read_used(task, &row.used);
	if (base) {
		take_away(&row.used, &base->used);
		bpf_map_delete_elem(&base_by_task, &address);
	}
	if (BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid))
		note_end(task, &row);
	fold(&key, &row);
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

/* What it has used since its base is the old cgroup's. */
static __noinline int move_task(struct task_struct *task, __u64 former_id)
{
	__u64 address = (__u64)task;
	struct host_base *before = bpf_map_lookup_elem(&base_by_task, &address);
	struct host_base base = { 0 };
	struct host_row row = { 0 };
	struct host_key key;

	read_key(task, &key);
	base.cgroup_id = key.cgroup_id;
	read_used(task, &base.used);
	key.cgroup_id = before ? before->cgroup_id : former_id;
	row.used = base.used;
	if (before)
		take_away(&row.used, &before->used);
	fold(&key, &row);
	ADD(totals.moves, 1);
	if (bpf_map_update_elem(&base_by_task, &address, &base, BPF_ANY))
		ADD(totals.bases_lost, 1);
	return 0;
}

/* One event tells of all threads of a process. */
static __always_inline void move_others(struct task_struct *task, __u64 former_id)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u64 head = (__u64)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	__u64 within = bpf_core_field_offset(struct task_struct, thread_node);
	__u64 node = (__u64)BPF_CORE_READ(signal, thread_head.next);
	int i;

	for (i = 0; i < THREADS_MAX && node && node != head; i++) {
		struct task_struct *other = (void *)(node - within);

		if (other != task)
			move_task(other, former_id);
		node = (__u64)BPF_CORE_READ(other, thread_node.next);
	}
	if (node && node != head)
		ADD(totals.bases_lost, 1);
}

/* Once for each hierarchy, when the task is there already. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_move, struct cgroup *to, const char *path, struct task_struct *task,
	     bool is_whole_process)
{
	__u64 former_id;

	if (cgroup_of(task) != to)
		return 0;
	former_id = former_cgroup_id(task, is_whole_process);
	move_task(task, former_id);
	if (is_whole_process)
		move_others(task, former_id);
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
	base.cgroup_id = cgroup_id_of(task);
	read_used(task, &base.used);
	/* One that has moved since is known better. */
	if (bpf_map_update_elem(&base_by_task, &address, &base, BPF_NOEXIST) &&
	    !bpf_map_lookup_elem(&base_by_task, &address))
		ADD(totals.bases_lost, 1);
	return 0;
}

SEC("iter/task")
int show_living(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct host_living living;
	struct host_base *base;
	__u64 address = (__u64)task;

	if (!is_living(task))
		return 0;
	__builtin_memset(&living, 0, sizeof(living));
	read_key(task, &living.key);
	read_used(task, &living.used);
	living.tid = BPF_CORE_READ(task, pid);
	living.tgid = BPF_CORE_READ(task, tgid);
	base = bpf_map_lookup_elem(&base_by_task, &address);
	if (base)
		take_away(&living.used, &base->used);
	bpf_seq_write(context->meta->seq, &living, sizeof(living));
	return 0;
}
