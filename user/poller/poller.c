/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "poller/poller.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/io.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "tree/counters.h"
#include "util/clock.h"

/* How often, and for how long at most, it is looked whether our stub has come to rest. */
#define STUB_LOOKS_MAX 50
#define STUB_LOOK_NS 100000
/* What a stub may still grow by until its exec. */
#define STUB_GROWTH_KB 256

/* A /proc that was mounted elsewhere would show us other processes under the pids that we know. */
static int check_proc(const struct procfs *procfs)
{
	struct statfs fs;

	if (statfs(procfs->proc, &fs) || fs.f_type != PROC_SUPER_MAGIC)
		return -ENOSYS;
	return procfs_knows_us(procfs) ? 0 : -EXDEV;
}

static bool has_kcmp(void)
{
	return syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0) == 0;
}

/* The process that adopts by us, or one that it was forked from: being a subreaper is not inherited. */
static _Atomic pid_t adopter;

/* Two would take each other's, and leave the process what neither has found it. */
static bool become_adopter(void)
{
	pid_t before = atomic_load(&adopter);

	return before != getpid() && atomic_compare_exchange_strong(&adopter, &before, getpid());
}

static int begin_adopting(struct poller *poller)
{
	int was = 0;

	if (!become_adopter()) {
		poller->options.adopt_orphans = false;
		return 0;
	}
	if (prctl(PR_GET_CHILD_SUBREAPER, &was) || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		atomic_store(&adopter, 0);
		return -errno;
	}
	poller->was_subreaper = was;
	return 0;
}

static int open_all(struct poller *poller)
{
	uint64_t clock_ns;
	int fd, r = check_proc(poller->procfs);

	if (r)
		return r;
	poller->has_clocks = true;
	poller->has_clocks =
		!poller->options.no_clocks && !figures_clock(poller, getpid(), &clock_ns);
	poller->has_kcmp = !poller->options.no_kcmp && has_kcmp();
	fd = children_open(poller->procfs, getpid(), getpid());
	if (fd >= 0)
		poller->self_children_fd = fd;
	poller->has_children_files = fd >= 0 && !poller->options.no_children_files;
	return poller->options.adopt_orphans ? begin_adopting(poller) : 0;
}

int poller_open(const struct poller_options *options, struct poller **ret_poller)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	int r;

	if (!poller)
		return -ENOMEM;
	poller->options = *options;
	poller->procfs = procfs_host();
	poller->was_subreaper = -1;
	poller->self_children_fd = -1;
	poller->root_pidfd = -1;
	poller->next_id = 1;
	r = open_all(poller);
	if (r) {
		poller_free(poller);
		return r;
	}
	*ret_poller = poller;
	return 0;
}

void poller_end(struct poller *poller)
{
	if (poller->was_subreaper < 0)
		return;
	(void)prctl(PR_SET_CHILD_SUBREAPER, poller->was_subreaper);
	atomic_store(&adopter, 0);
	poller->was_subreaper = -1;
}

void poller_free(struct poller *poller)
{
	if (!poller)
		return;
	poller_end(poller);
	members_done(poller);
	pid_list_done(&poller->pids);
	pid_list_done(&poller->strangers);
	buf_done(&poller->texts);
	free(poller->events);
	if (poller->self_children_fd >= 0)
		(void)close(poller->self_children_fd);
	if (poller->root_pidfd >= 0)
		(void)close(poller->root_pidfd);
	free(poller);
}

void poller_explain(int error, char *text, size_t size)
{
	if (error == -ENOSYS)
		snprintf(text, size, "/proc is not mounted here");
	else if (error == -EXDEV)
		snprintf(text, size, "/proc shows the processes of another pid namespace");
	else
		snprintf(text, size, "/proc cannot be read: %s", strerror(-error));
}

static void sample_of(const struct member *member, struct task_sample *ret_task)
{
	bool is_running = member->stat.state == 'R', is_leader_dead = member->stat.state == 'Z';

	*ret_task = (struct task_sample){
		.id = member->id,
		.parent_id = member->parent->id,
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

static int show_all(const struct poller *poller, poller_task_fn on_task, void *context)
{
	struct task_sample task;
	size_t i;
	int r = 0;

	for (i = 0; !r && i < poller->order_count; i++) {
		if (!poller->order[i] || poller->order[i]->state != MEMBER_ALIVE)
			continue;
		sample_of(poller->order[i], &task);
		r = on_task(context, &task);
	}
	return r;
}

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
	if (status_read_uid(poller->procfs, pid, &poller->root->uid))
		poller->root->uid = UINT32_MAX;
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

static int find_strangers(struct poller *poller, pid_t root)
{
	size_t i, kept = 0;
	int r;

	if (poller->self_children_fd < 0)
		return 0;
	r = children_read(poller->self_children_fd, &poller->strangers);
	for (i = 0; i < poller->strangers.count; i++)
		if (poller->strangers.pids[i] != root)
			poller->strangers.pids[kept++] = poller->strangers.pids[i];
	poller->strangers.count = kept;
	return r;
}

static int seed_stub(struct poller *poller, pid_t pid, poller_task_fn on_task, void *context)
{
	uint64_t voluntary, involuntary;
	struct task_sample task;
	int r = find_strangers(poller, pid);

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
	sample_of(poller->root, &task);
	/* For the final account: living processes do not show theirs. */
	if (!status_read_switches(poller->procfs, pid, &voluntary, &involuntary)) {
		task.used.switches_voluntary = voluntary;
		task.used.switches_involuntary = involuntary;
	}
	return on_task(context, &task);
}

static uint64_t round_up(uint64_t ticks_ns, bool is_any)
{
	return ticks_ns + (is_any ? 1000000000 / clock_ticks_per_s() : 0);
}

/* What /proc has cut off is taken for a whole tick: the rest must not appear as used since. */
static void exclude_past(struct poller *poller, struct member *member)
{
	struct task_counters past = member->reaped;
	bool is_any = past.faults_minor || past.faults_major;

	past.user_ns = round_up(past.user_ns, is_any);
	past.system_ns = round_up(past.system_ns, is_any);
	past.cpu_ns = past.user_ns + past.system_ns;
	member->lost = member->reaped;
	counters_add(&poller->base, &past);
	if (member->state == MEMBER_ZOMBIE)
		counters_add(&poller->base, &member->own);
}

static int seed_tree(struct poller *poller, pid_t pid, poller_task_fn on_task, void *context)
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
	return show_all(poller, on_task, context);
}

int poller_seed(struct poller *poller, pid_t pid, bool is_tree, poller_task_fn on_task,
		void *context)
{
	poller->now_ns = clock_mono_ns();
	poller->now_boot_ns = clock_boot_ns();
	return is_tree ? seed_tree(poller, pid, on_task, context)
		       : seed_stub(poller, pid, on_task, context);
}

uint64_t poller_root_id(const struct poller *poller)
{
	return poller->root_id;
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

int poller_drain(struct poller *poller, const struct poller_events *events)
{
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

int poller_sample(struct poller *poller, poller_task_fn on_task, void *context)
{
	int r = walk(poller);

	return r ? r : show_all(poller, on_task, context);
}

void poller_totals(const struct poller *poller, struct tree_totals *ret_totals)
{
	*ret_totals = poller->totals;
	ret_totals->dead = poller->dead;
}

uint32_t poller_unknown(const struct poller *poller)
{
	return COUNTER_RUN_DELAY | COUNTER_MIGRATIONS |
	       (poller->has_switches ? 0 : COUNTER_SWITCHES) | (poller->has_io ? 0 : COUNTER_IO);
}

int poller_account(const struct poller *poller, uint64_t id, struct process_account *ret_account)
{
	const struct member *member = idmap_get(&poller->by_id, id);

	if (!member || member->state != MEMBER_ALIVE)
		return -ENOENT;
	account_of(poller, member, ret_account);
	return 0;
}

uint64_t poller_tasks_lost(const struct poller *poller)
{
	return poller->lost;
}

uint64_t poller_peak_kb(const struct poller *poller)
{
	return poller->peak_kb;
}
