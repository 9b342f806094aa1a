/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The root and whoever there is already. */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/io.h"
#include "procfs/status.h"
#include "tree/counters.h"
#include "util/clock.h"
#include "util/units.h"

/* How often, and for how long at most, it is looked whether our stub has come to rest. */
#define STUB_LOOKS_MAX 50
#define STUB_LOOK_NS 100000
/* What a stub may still grow by until its exec: each page of a file that it touches brings 15 others. */
#define STUB_GROWTH_KB 2048

static int add_root(struct poller *poller, pid_t pid)
{
	struct process_stat stat;
	int r = process_read_stat(poller->procfs, pid, &stat);

	if (r)
		return r;
	poller->root_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (poller->root_pidfd < 0)
		return -errno;
	poller->root = member_add(poller, pid, &poller->outside);
	if (!poller->root)
		return -ENOMEM;
	poller->root->stat = stat;
	poller->root->is_stat_fresh = true;
	poller->root->first_ppid = stat.ppid;
	poller->root->is_ours = poller->is_run;
	/* A zombie's can be read by who had opened it before only, root apart. */
	poller->root->io_fd = io_open(poller->procfs, pid);
	look_up_uid(poller, poller->root);
	poller->root_id = poller->root->id;
	return 0;
}

/* What it does before its exec is not the command's; it rests when it waits for us. */
static void await_stub(const struct poller *poller, pid_t pid)
{
	const struct timespec moment = { .tv_nsec = STUB_LOOK_NS };
	struct process_stat stat;
	int i;

	for (i = 0; i < STUB_LOOKS_MAX; i++) {
		if (process_read_stat(poller->procfs, pid, &stat) || stat.state == 'S')
			return;
		(void)nanosleep(&moment, NULL);
	}
}

static int seed_stub(struct poller *poller, pid_t pid, source_task_fn on_task, void *context)
{
	uint64_t voluntary, involuntary;
	struct task_sample task;
	int r = strangers_find(poller, pid);

	if (r)
		return r;
	await_stub(poller, pid);
	poller->is_run = true;
	r = add_root(poller, pid);
	if (!r)
		r = look(poller, poller->root);
	if (r)
		return r;
	if (!status_read_peak_rss(poller->procfs, pid, &poller->stub_peak_kb))
		poller->stub_peak_kb += STUB_GROWTH_KB;
	poller_sample_of(poller->root, &task);
	/* For the final account: living processes do not show theirs. */
	if (!status_read_switches(poller->procfs, pid, &voluntary, &involuntary)) {
		task.used.ctx_switches_voluntary = voluntary;
		task.used.ctx_switches_involuntary = involuntary;
	}
	return on_task(context, &task);
}

static uint64_t round_up(uint64_t ticks_ns, bool is_any)
{
	return ticks_ns + (is_any ? NS_PER_S / clock_ticks_per_s() : 0);
}

/* What /proc has cut off is taken for a whole tick: the rest must not appear as used since. */
static void exclude_past(struct poller *poller, struct member *member)
{
	struct task_counters past = member->reaped;
	bool is_any = past.page_faults_cached || past.page_faults_disk;

	past.cpu_user_ns = round_up(past.cpu_user_ns, is_any);
	past.cpu_system_ns = round_up(past.cpu_system_ns, is_any);
	past.cpu_time_ns = past.cpu_user_ns + past.cpu_system_ns;
	member->lost = member->reaped;
	counters_add(&poller->base, &past);
	if (member->state == MEMBER_ZOMBIE)
		counters_add(&poller->base, &member->own);
}

static int seed_tree(struct poller *poller, pid_t pid, source_task_fn on_task, void *context)
{
	size_t i;
	int r = add_root(poller, pid);

	poller->is_seeding = true;
	if (!r)
		r = walk(poller);
	poller->is_seeding = false;
	if (r)
		return r;
	if (!poller->root || poller->root->state != MEMBER_ALIVE)
		return -ESRCH;
	poller->ended = (struct task_counters){ 0 };
	for (i = 0; i < poller->order_count; i++)
		if (poller->order[i])
			exclude_past(poller, poller->order[i]);
	return poller_show_all(poller, on_task, context);
}

int poller_seed(struct source *source, pid_t pid, bool is_tree, source_task_fn on_task,
		void *context)
{
	struct poller *poller = poller_of(source);

	poller->now_ns = clock_mono_ns();
	poller->now_boot_ns = clock_boot_ns();
	return is_tree ? seed_tree(poller, pid, on_task, context)
		       : seed_stub(poller, pid, on_task, context);
}

int poller_seed_group(struct source *source, source_task_fn on_task, void *context)
{
	struct poller *poller = poller_of(source);
	int r;

	poller->is_seeding = true;
	r = walk(poller);
	poller->is_seeding = false;
	return r ? r : poller_show_all(poller, on_task, context);
}
