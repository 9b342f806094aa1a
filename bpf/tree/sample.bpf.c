/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One record for each living task of the tree, at each sample. */
#include "tree/member.bpf.h"
#include "task/sample.bpf.h"

/*
 * The process's share in the totals of the dead goes with the first of its tasks that is met: its
 * leader, but for one that has ended and is in the hash no more. One record fits the stack.
 */
static __always_inline void write_ended_threads(struct seq_file *seq,
						struct process_account *account,
						struct task_sample *sample)
{
	sample->id = account->id;
	sample->tid = account->tgid;
	sample->tgid = account->tgid;
	sample->flags = SAMPLE_ENDED_THREADS;
	sample->used = account->used;
	bpf_seq_write(seq, sample, sizeof(*sample));
	__builtin_memset(sample, 0, sizeof(*sample));
}

SEC("iter/task")
int sample_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq; /* each load of it is a look-up for the verifier */
	struct task_struct *task = ctx->task;
	struct process_account *account = NULL;
	struct task_sample sample = {};
	struct task_member member;
	bool is_leader;
	__u64 id;

	if (ctx->meta->seq_num == 0) {
		walk++;
		calibrate_rq_clock();
		if (cfg_task.map_pids)
			note_pid_view();
	}
	if (!task)
		return 0;
	is_leader = task->pid == task->tgid;
	id = member_id(task, &member);
	if (!id)
		return 0;
	if (is_leader || !cfg.use_storage) {
		account = bpf_map_lookup_elem(&account_by_id, &id);
		if (account && account->walk != walk) {
			if (is_full(seq))
				return 1;
			account->walk = walk;
			if (account_has_used(account))
				write_ended_threads(seq, account, &sample);
		}
	}
	if (account && is_leader)
		sample.command_id = account->command_id;
	sample.id = id;
	if (is_leader)
		sample.flags = SAMPLE_LEADER;
	if (member.flags & MEMBER_FOLDED) {
		/* A zombie whose process is closed has no account any more. */
		if (!account || account->flags & ACCOUNT_UNSENT)
			return 0;
		sample.flags |= SAMPLE_DEAD;
	}
	read_sample(task, &sample);
	/* Without a look first: three loads of on_cpu share an address, and none is made to fit 7.3. */
	add_slice(task, &sample);
	bpf_seq_write(seq, &sample, sizeof(sample));
	return 0;
}
