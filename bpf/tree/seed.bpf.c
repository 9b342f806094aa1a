/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Makes members of tasks that exist already: the held command of `run`, the whole tree of
 * `attach`. Walked again until a pass finds nothing new.
 */
#include "tree/member.bpf.h"
#include "tree/account.bpf.h"
#include "tree/slot.bpf.h"
#include "task/limits.bpf.h"
#include "task/sample.bpf.h"

#define EXIT_DEAD 0x10
#define EXIT_ZOMBIE 0x20

/* Beside a sample the stack has no room for it. One walk at a time. */
static struct process_account opened;

/*
 * By tgid and start, not through the members: a typed pointer to another task costs the verifier a
 * millisecond of look-ups.
 */
static __always_inline struct seed *seed_of(struct task_struct *task)
{
	__u32 tgid = shown_tgid(task, BPF_CORE_READ(task, tgid));
	struct seed *seed = bpf_map_lookup_elem(&seed_by_tgid, &tgid);

	if (!seed)
		return NULL;
	if (seed->start_boot_ns && seed->start_boot_ns != process_start_boot_ns(task))
		return NULL;
	return seed;
}

/* The id of the process that begot this one, if that is a member; 0 if not. */
static __always_inline __u64 seeded_parent_id(struct task_struct *task)
{
	struct seed *seed = seed_of(BPF_CORE_READ(task, real_parent));

	return seed ? seed->id : 0;
}

/* 1 when it has ended and was not waited for, else 0. */
static __always_inline __u32 is_zombie(struct task_struct *task)
{
	__u32 state = BPF_CORE_READ(task, exit_state);

	return (state / EXIT_ZOMBIE | state / EXIT_DEAD) & 1;
}

static __always_inline void fill_account(struct task_struct *task, struct task_sample *sample,
					 struct process_account *account)
{
	__builtin_memset(account, 0, sizeof(*account));
	account->parent_id = sample->parent_id;
	account->start_boot_ns = sample->start_boot_ns;
	account->peak_before_exec_pages = BPF_CORE_READ(task, signal, maxrss);
	/* Fork begins with 0: without an exec since then nobody knows what it was given. */
	account->inherited_pages = account->peak_before_exec_pages ? 0 : ~0ull;
	account->tgid = sample->tgid;
	account->parent_tgid = sample->parent_tgid;
	account->threads_live = 1 - is_zombie(task);
	account->threads_total = 1;
	account->flags = ACCOUNT_PARTIAL |
			 (sample->flags & SAMPLE_RUNNING) / SAMPLE_RUNNING * ACCOUNT_RAN_AT_SEED;
	__builtin_memcpy(account->comm, sample->comm, sizeof(account->comm));
}

/* The threads that ended before us. Their I/O is lost: the kernel adds it to that of children. */
static __always_inline void write_ended_threads(struct seq_file *seq, struct task_struct *task,
						struct task_sample *sample)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u64 id = sample->id;
	__u32 tgid = sample->tgid;

	__builtin_memset(sample, 0, sizeof(*sample));
	sample->id = id;
	sample->tid = tgid;
	sample->tgid = tgid;
	sample->flags = SAMPLE_ENDED_THREADS;
	sample->used.cpu_time_ns = BPF_CORE_READ(signal, sum_sched_runtime);
	sample->used.cpu_user_ns = BPF_CORE_READ(signal, utime);
	sample->used.cpu_system_ns = BPF_CORE_READ(signal, stime);
	sample->used.page_faults_cached = BPF_CORE_READ(signal, min_flt);
	sample->used.page_faults_disk = BPF_CORE_READ(signal, maj_flt);
	sample->used.ctx_switches_voluntary = BPF_CORE_READ(signal, nvcsw);
	sample->used.ctx_switches_involuntary = BPF_CORE_READ(signal, nivcsw);
	bpf_seq_write(seq, sample, sizeof(*sample));
}

static __always_inline void remember_process(struct task_sample *sample, __u64 id)
{
	struct seed seed = {};
	__u32 tgid = sample->tgid;

	seed.start_boot_ns = sample->start_boot_ns;
	seed.id = id;
	if (bpf_map_update_elem(&seed_by_tgid, &tgid, &seed, BPF_ANY))
		ADD(totals.dropped_tasks, 1);
}

static __always_inline int add_seeded(struct task_struct *task, __u64 id, __u32 flags)
{
	struct task_member member = {};
	int r;

	member.id = id;
	member.generation = generation;
	member.tgid = task->tgid;
	member.flags = MEMBER_SEEDED | flags;
	/* A dead leader is not among the living. */
	member.slot = flags & MEMBER_FOLDED ? SLOT_UNWANTED : slot_take(task, id, NEXT_SEED_SLOT);
	r = member_add_seeded(task, &member);
	if (r)
		slot_give_back(member.slot);
	/* The next pass tries again. */
	if (r == MEMBER_FAILED)
		ADD(totals.dropped_births, 1);
	return r;
}

static __always_inline bool is_leader(struct task_struct *task)
{
	return task->pid == task->tgid;
}

/* Notes what the sample has to tell whatever happens until then. */
static __always_inline bool is_wanted_process(struct task_struct *task, struct task_sample *sample)
{
	struct seed *wanted = seed_of(task);
	__u32 is_dead = is_zombie(task);

	sample->parent_id = seeded_parent_id(task);
	if (!wanted && !sample->parent_id)
		return false;
	/* Found by an earlier pass, and in the hash no more since its main thread has ended. */
	if (wanted && wanted->id && is_dead)
		return false;
	sample->flags = is_dead * SAMPLE_DEAD;
	return BPF_CORE_READ(task, signal, live.counter) != 0;
}

static __always_inline bool is_wanted_thread(struct task_struct *task, struct task_sample *sample)
{
	struct seed *seed = seed_of(task);

	if (!seed)
		return false;
	sample->id = seed->id;
	return sample->id && !is_zombie(task);
}

static __always_inline int seed_process(struct seq_file *seq, struct task_struct *task,
					struct task_sample *sample)
{
	struct process_account *account = &opened;
	__u32 is_dead = (sample->flags & SAMPLE_DEAD) / SAMPLE_DEAD;

	sample->flags |= SAMPLE_LEADER;
	fill_account(task, sample, account);
	if (account_open(account))
		return 0;
	/* User space files the command of a seeded process under its id, for who is forked from it. */
	account->command_id = account->id;
	bpf_map_update_elem(&account_by_id, &account->id, account, BPF_EXIST);
	/* A leader that ended before its threads is in no account, yet they follow it. */
	if (add_seeded(task, account->id, is_dead * MEMBER_FOLDED)) {
		bpf_map_delete_elem(&account_by_id, &account->id);
		return 0;
	}
	ADD(totals.alive.processes, 1);
	ADD(totals.alive.threads, 1 - is_dead);
	remember_process(sample, account->id);
	sample->id = account->id;
	bpf_seq_write(seq, sample, sizeof(*sample));
	write_ended_threads(seq, task, sample);
	return 0;
}

/* Before it is a member: whose end finds none left closes the account. */
static __always_inline void count_thread(__u64 id)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);

	if (!account)
		return;
	ADD(account->threads_live, 1);
	ADD(account->threads_total, 1);
}

static __always_inline void discount_thread(__u64 id)
{
	struct process_account *account = bpf_map_lookup_elem(&account_by_id, &id);

	if (!account)
		return;
	ADD(account->threads_total, -1);
	ADD(account->threads_live, -1);
	/* All others have ended meanwhile, and nobody was the last. */
	if (!*(volatile __u32 *)&account->threads_live)
		leave_for_harvest(account);
}

static __always_inline int seed_thread(struct seq_file *seq, struct task_struct *task,
				       struct task_sample *sample)
{
	__u64 id = sample->id;

	count_thread(id);
	if (add_seeded(task, id, 0)) {
		discount_thread(id);
		return 0;
	}
	ADD(totals.alive.threads, 1);
	bpf_seq_write(seq, sample, sizeof(*sample));
	return 0;
}

static __always_inline void answer_cpu_limit(struct task_struct *task)
{
	__u64 group = limit_walk.cpu_group;

	if (!has_cpu_limits(task))
		return;
	if (!group)
		group = (__u64)BPF_CORE_READ(task, sched_task_group);
	read_cpu_limit(group, &limit_walk.cpu);
}

static __always_inline void answer_memory_limit(struct task_struct *task)
{
	__u64 group = limit_walk.memory_group;

	if (!has_memory_cgroups())
		return;
	if (!group)
		group = (__u64)memory_cgroup_of(task);
	read_memory_limit((void *)group, &limit_walk.memory);
}

/* Of a member as well: it may be asked for when that has been one for long. */
static __always_inline void answer_limits(struct task_struct *task)
{
	if (!limit_walk.tgid || !is_leader(task) || shown_tgid(task, task->tgid) != limit_walk.tgid)
		return;
	answer_cpu_limit(task);
	answer_memory_limit(task);
	limit_walk.start_boot_ns = task->start_boottime;
	limit_walk.is_answered = 1;
}

/* One reading for both: each costs the kernel's verifier and its relocation a tenth of the program. */
SEC("iter/task")
int seed_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq; /* each load of it is a look-up for the verifier */
	struct task_struct *task = ctx->task;
	struct task_sample sample = {};
	struct task_member member;

	if (ctx->meta->seq_num == 0)
		calibrate_rq_clock();
	if (!task)
		return 0;
	answer_limits(task);
	/* The monitor never counts itself, unless it was asked to. */
	if ((__u32)task->tgid == bpf_get_current_pid_tgid() >> 32 && !seed_of(task))
		return 0;
	if (member_id(task, &member))
		return 0;
	if (is_leader(task) ? !is_wanted_process(task, &sample) : !is_wanted_thread(task, &sample))
		return 0;
	if (is_full(seq))
		return 1;
	read_sample(task, &sample);
	add_slice(task, &sample);
	/* Read again: with the answer of before all of this would be verified twice. */
	return is_leader(task) ? seed_process(seq, task, &sample) : seed_thread(seq, task, &sample);
}
