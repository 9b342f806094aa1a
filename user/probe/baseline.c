/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/baseline.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe_internal.h"
#include "util/array.h"
#include "util/clock.h"

/* A storm of births and deaths, which seeding is made for. */
#define LOOKS_MAX 8

/* What one walk has shown. */
struct gathered {
	struct task_sample *tasks; /* owned */
	size_t count;
	size_t room;
};

static int gather(void *context, const struct task_sample *task)
{
	struct gathered *gathered = context;
	size_t wanted = gathered->room ? gathered->room * 2 : 64;
	struct task_sample *grown;

	if (gathered->count == gathered->room) {
		grown = array_resize(gathered->tasks, wanted, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		gathered->tasks = grown;
		gathered->room = wanted;
	}
	gathered->tasks[gathered->count++] = *task;
	return 0;
}

static void subtract(struct task_counters *from, const struct task_counters *counters)
{
	__u64 *sums = (__u64 *)from;
	const __u64 *less = (const __u64 *)counters;

	for (size_t i = 0; i < sizeof(*from) / sizeof(*sums); i++)
		sums[i] -= less[i];
}

static struct before *find(const struct baseline *baseline, uint64_t id)
{
	return idmap_get(&baseline->by_id, id);
}

void baseline_done(struct baseline *baseline)
{
	idmap_done(&baseline->by_id);
	idmap_done(&baseline->by_command);
	free(baseline->processes);
	*baseline = (struct baseline){ 0 };
}

static int note_process(const struct probe *probe, const struct task_sample *leader,
			struct before *before)
{
	struct process_account account;

	if (bpf_map_lookup_elem(probe->accounts_fd, &leader->id, &account))
		return -EAGAIN;
	*before = (struct before){
		.id = leader->id,
		.parent_id = account.parent_id,
		.command_id = account.command_id,
		.used = account.used,
		.peak_left_pages = account.peak_left_pages,
		.threads_ended = account.threads_total - account.threads_live,
		.tgid = leader->tgid,
		.parent_tgid = leader->parent_tgid,
	};
	return 0;
}

static int index_process(struct baseline *baseline, struct before *before)
{
	int r = idmap_put(&baseline->by_id, before->id, before);

	/* Of several that run one program any will do, and best who ran it first. */
	if (!r && before->command_id &&
	    (before->id == before->command_id ||
	     !idmap_get(&baseline->by_command, before->command_id)))
		r = idmap_put(&baseline->by_command, before->command_id, before);
	return r;
}

/* One that has lost its main thread has nobody here who stands for it. */
static int note_processes(const struct probe *probe, const struct gathered *gathered,
			  struct baseline *baseline)
{
	int r = 0;

	baseline->processes = calloc(gathered->count + 1, sizeof(*baseline->processes));
	if (!baseline->processes)
		return -ENOMEM;
	for (size_t i = 0; i < gathered->count && !r; i++) {
		const struct task_sample *task = &gathered->tasks[i];
		struct before *before = &baseline->processes[baseline->count];

		if ((task->flags & (SAMPLE_LEADER | SAMPLE_DEAD)) != SAMPLE_LEADER)
			continue;
		r = note_process(probe, task, before);
		if (r)
			return r;
		baseline->count++;
		r = index_process(baseline, before);
	}
	return r;
}

static int note_running(const struct gathered *gathered, const struct baseline *baseline)
{
	for (size_t i = 0; i < gathered->count; i++) {
		struct before *before = find(baseline, gathered->tasks[i].id);

		if (!before)
			return -EAGAIN;
		before->was_running |= !!(gathered->tasks[i].flags & SAMPLE_RUNNING);
	}
	return 0;
}

/*
 * Whoever was left behind by his parents is followed on and on, and seeding would not find him: then
 * the parent of some process is none of these.
 */
static int check_descent(const struct baseline *baseline, uint64_t root_id)
{
	struct idmap by_tgid = { 0 };
	int r = 0;

	for (size_t i = 0; i < baseline->count && !r; i++)
		r = idmap_put(&by_tgid, baseline->processes[i].tgid, &baseline->processes[i]);
	for (size_t i = 0; i < baseline->count && !r; i++) {
		const struct before *before = &baseline->processes[i];

		if (before->id != root_id &&
		    (!before->parent_tgid || !idmap_get(&by_tgid, before->parent_tgid)))
			r = -EAGAIN;
	}
	idmap_done(&by_tgid);
	return r || find(baseline, root_id) ? r : -EAGAIN;
}

/* 1 when somebody was born or died meanwhile. */
static int look(struct probe *probe, struct gathered *gathered, struct baseline *baseline)
{
	const struct source_ops *ops = probe->source.ops;
	struct tree_totals after;
	int r;

	gathered->count = 0;
	r = ops->sample(&probe->source, gather, gathered, &baseline->totals);
	if (r)
		return r;
	baseline->boot_ns = clock_boot_ns();
	r = note_processes(probe, gathered, baseline);
	if (!r)
		r = note_running(gathered, baseline);
	if (!r)
		r = check_descent(baseline, ops->root_id(&probe->source));
	if (r)
		return r;
	ops->counted(&probe->source, &after);
	return !probe_is_same_moment(&baseline->totals, &after);
}

static int look_until_quiet(struct probe *probe, struct gathered *gathered,
			    struct baseline *baseline)
{
	int r = 1;

	for (int i = 0; i < LOOKS_MAX && r == 1; i++) {
		baseline_done(baseline);
		r = look(probe, gathered, baseline);
	}
	return r == 1 ? -EAGAIN : r;
}

/* The threads that had ended are in no sum from here on. */
static int tell(const struct gathered *gathered, const struct baseline *baseline,
		source_task_fn on_task, void *context)
{
	int r = 0;

	for (size_t i = 0; i < gathered->count && !r; i++) {
		struct task_sample task = gathered->tasks[i];

		if (task.flags & SAMPLE_ENDED_THREADS)
			continue;
		if (task.flags & SAMPLE_LEADER) {
			task.parent_id = find(baseline, task.id)->parent_id;
			task.command_id = task.id;
		}
		r = on_task(context, &task);
	}
	return r;
}

int baseline_take(struct probe *probe, source_task_fn on_task, void *context,
		  struct baseline *ret_baseline)
{
	struct baseline baseline = { 0 };
	struct gathered gathered = { 0 };
	int r = look_until_quiet(probe, &gathered, &baseline);

	if (!r)
		r = tell(&gathered, &baseline, on_task, context);
	free(gathered.tasks);
	if (r)
		baseline_done(&baseline);
	else
		*ret_baseline = baseline;
	return r;
}

void baseline_cut_totals(const struct baseline *baseline, struct tree_totals *totals)
{
	const struct tree_totals *before = &baseline->totals;

	subtract(&totals->dead, &before->dead);
	totals->processes_started -= before->processes_started;
	totals->processes_exited -= before->processes_exited;
	totals->threads_started -= before->threads_started;
	totals->dropped_events -= before->dropped_events;
}

/* Under the id of the process itself its command is known by who has begun here, as by seeding. */
static void cut_command(const struct baseline *baseline, __u64 *command_id)
{
	const struct before *before = idmap_get(&baseline->by_command, *command_id);

	if (before)
		*command_id = before->id;
}

void baseline_cut_task(const struct baseline *baseline, struct task_sample *task)
{
	const struct before *before = find(baseline, task->id);

	if (before && task->flags & SAMPLE_ENDED_THREADS)
		subtract(&task->used, &before->used);
	if (task->flags & SAMPLE_LEADER && task->command_id)
		cut_command(baseline, &task->command_id);
}

void baseline_cut_account(const struct baseline *baseline, struct process_account *account)
{
	const struct before *before = find(baseline, account->id);

	if (account->command_id)
		cut_command(baseline, &account->command_id);
	if (!before)
		return;
	subtract(&account->used, &before->used);
	account->threads_total -= before->threads_ended;
	if (account->peak_left_pages == before->peak_left_pages)
		account->peak_left_pages = 0;
	account->flags &= ~ACCOUNT_RAN_AT_SEED;
	account->flags |= ACCOUNT_PARTIAL | (before->was_running ? ACCOUNT_RAN_AT_SEED : 0);
}

void baseline_cut_exec(const struct baseline *baseline, struct exec_event *event)
{
	const struct before *before = find(baseline, event->id);

	if (before && event->flags & EXEC_COUNTED)
		subtract(&event->used, &before->used);
}
