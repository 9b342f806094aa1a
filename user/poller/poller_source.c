/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The operations that make the poller a source. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "poller/poller_internal.h"
#include "procfs/io.h"
#include "util/clock.h"

void poller_sample_of(const struct member *member, struct task_sample *ret_task)
{
	bool is_running = member->stat.state == 'R', is_leader_dead = member->stat.state == 'Z';

	*ret_task = (struct task_sample){
		.id = member->id,
		.parent_id = member->first_parent_id,
		.mm = member->mm,
		.start_boot_ns = member->stat.start_boot_ns,
		.used = member->own,
		.tid = member->mm_tid,
		.tgid = (uint32_t)member->pid,
		.parent_tgid = (uint32_t)member->stat.ppid,
		.cpu = member->stat.cpu,
		.flags = SAMPLE_PROCESS | SAMPLE_LEADER | (is_running ? SAMPLE_RUNNING : 0) |
			 (is_leader_dead ? SAMPLE_DEAD : 0) |
			 member->unknown << SAMPLE_UNKNOWN_SHIFT,
		.threads = (uint32_t)member->stat.threads,
	};
	memcpy(ret_task->comm, member->stat.comm, DENET_COMM_LEN);
}

int poller_show_all(const struct poller *poller, source_task_fn on_task, void *context)
{
	struct task_sample task;
	size_t i;
	int r = 0;

	for (i = 0; !r && i < poller->order_count; i++) {
		if (!poller->order[i] || poller->order[i]->state != MEMBER_ALIVE)
			continue;
		poller_sample_of(poller->order[i], &task);
		r = on_task(context, &task);
	}
	return r;
}

static uint64_t root_id(const struct source *source)
{
	return poller_of_const(source)->root_id;
}

/* Its end must not wait for the next sample, and its exec tells what was started. */
static int look_at_root(struct poller *poller)
{
	struct pollfd end = { .fd = poller->root_pidfd, .events = POLLIN };
	bool is_due = poller->is_run && !poller->has_looked;
	int r;

	if (!poller->root || poller->root->state != MEMBER_ALIVE)
		return 0;
	if (!is_due && poll(&end, 1, 0) != 1)
		return 0;
	poller->now_ns = clock_mono_ns();
	poller->now_boot_ns = clock_boot_ns();
	if (end.revents)
		poller->root->seen_boot_ns = poller->now_boot_ns;
	/* A stub with rights that its caller lacks does not show it, what it has become does. */
	if (poller->root->io_fd < 0)
		poller->root->io_fd = io_open(poller->procfs, poller->root->pid);
	poller->root->is_stat_due = true;
	r = look(poller, poller->root);
	poller->has_looked = true;
	return r;
}

static int drain(struct source *source, const struct source_events *events)
{
	struct poller *poller = poller_of(source);
	int r = look_at_root(poller);
	size_t i;

	for (i = 0; i < poller->events_count; i++) {
		const struct event *event = &poller->events[i];

		if (event->type == EVENT_EXEC)
			events->on_exec(events->context, &event->exec,
					buf_text(&poller->texts) + event->text_at);
		else
			events->on_exit(events->context, &event->account);
	}
	poller->events_count = 0;
	buf_reset(&poller->texts);
	return r;
}

/* At the last look. processes_exited counts whose account was handed over, or is about to. */
static void totals(const struct source *source, struct tree_totals *ret_totals)
{
	*ret_totals = poller_of_const(source)->totals;
	ret_totals->dead = poller_of_const(source)->dead;
}

/* Looks at all members, then shows each that lives. */
static int sample(struct source *source, source_task_fn on_task, void *context,
		  struct tree_totals *ret_totals)
{
	struct poller *poller = poller_of(source);
	int r = walk(poller);

	if (!r)
		r = poller_show_all(poller, on_task, context);
	totals(source, ret_totals);
	return r;
}

static uint32_t unknown(const struct source *source)
{
	const struct poller *poller = poller_of_const(source);

	return COUNTER_RUN_DELAY | COUNTER_MIGRATIONS | COUNTER_NET |
	       (poller->has_switches ? 0 : COUNTER_SWITCHES) | (poller->has_io ? 0 : COUNTER_IO);
}

static void explain_net(const struct source *source, char *text, size_t size)
{
	(void)source;
	(void)snprintf(text, size, "/proc does not show them");
}

/* As last seen. */
static int account(const struct source *source, uint64_t id, struct process_account *ret_account)
{
	const struct poller *poller = poller_of_const(source);
	const struct member *member = idmap_get(&poller->by_id, id);

	if (!member || member->state != MEMBER_ALIVE)
		return -ENOENT;
	events_account_of(poller, member, ret_account);
	return 0;
}

/* Nobody wakes us but the root and the timer. */
static void wake_at_every_exit(struct source *source)
{
	(void)source;
}

/* Processes of which not even the CPU time can be read. */
static uint64_t tasks_lost(const struct source *source)
{
	return poller_of_const(source)->lost;
}

/* Of all that were waited for. */
static uint64_t peak_kb(const struct source *source)
{
	return poller_of_const(source)->peak_kb;
}

const struct source_ops poller_source_ops = {
	.name = "proc",
	.open = poller_open_source,
	.explain = poller_explain,
	.close = poller_close,
	.seed = poller_seed,
	.seed_group = poller_seed_group,
	.root_id = root_id,
	.drain = drain,
	.sample = sample,
	.totals = totals,
	.counted = totals,
	.unknown = unknown,
	.explain_net = explain_net,
	.account = account,
	.wake_at_every_exit = wake_at_every_exit,
	.tasks_lost = tasks_lost,
	.peak_kb = peak_kb,
};
