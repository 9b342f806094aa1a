/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the source tells of processes, on its way to the observer. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "engine/account.h"
#include "engine/privacy.h"
#include "engine/programs.h"
#include "follow/monitor_internal.h"
#include "metrics/publish.h"
#include "procfs/cgroup_file.h"
#include "tree/counters.h"
#include "util/clock.h"

void news_done(struct news *news)
{
	idmap_done(&news->known);
}

/* Out of memory costs one process its record, never the monitoring. */
static void count_lost(struct news *news)
{
	news->lost++;
}

static bool is_known(const struct news *news, const struct process *process)
{
	return idmap_get(&news->known, process->id);
}

/* Without memory it is shown once more. */
static void note_known(struct news *news, struct process *process)
{
	(void)idmap_put(&news->known, process->id, process);
}

void news_forget(struct denet_monitor *monitor, struct process *process)
{
	(void)idmap_remove(&monitor->news.known, process->id);
	memory_forget(&monitor->memory, process);
	tree_remove(&monitor->tree, process);
}

static void show_arrival(struct denet_monitor *monitor, const struct process *process)
{
	struct denet_arrival arrival = {
		.size = sizeof(arrival),
		.ts_ms = clock_wall_ms(),
		.pid = process->pid,
		.ppid = process->ppid,
		.command = identity_show(process->command),
	};

	if (monitor->observer.on_arrival)
		monitor->observer.on_arrival(monitor->observer.context, &arrival);
}

void news_arrival(struct denet_monitor *monitor, struct process *process)
{
	bool is_new = !is_known(&monitor->news, process);

	if (is_new && !process->command)
		identity_read_command(&monitor->identity, &monitor->tree, process);
	identity_resolve_exe(&monitor->identity, process);
	identity_find_cwd(&monitor->identity, process);
	if (!is_new)
		return;
	note_known(&monitor->news, process);
	if (process->id != monitor->root.id)
		show_arrival(monitor, process);
}

static struct denet_start start_of(const struct denet_monitor *monitor)
{
	return (struct denet_start){
		.size = sizeof(struct denet_start),
		.pid = (uint32_t)monitor->root.pid,
		.t0_ms = monitor->times.start_wall_ms,
		.command = root_command(&monitor->root),
		.accounting = monitor->accounting,
		.interval_ms = monitor->options.interval_ms,
		.max_interval_ms = monitor->options.max_interval_ms,
		.host = monitor->facts.host,
		.cwd = monitor->facts.cwd,
		.user = monitor->facts.user,
		.label = monitor->facts.label,
		.job = monitor->facts.job,
		.has_system_psi = monitor->around.pressure_fd >= 0,
		.is_attached = !monitor->root.is_ours,
		.cpus_usable = monitor->root.cpus_usable,
		.memory_limit_kb = around_memory_limit_kb(&monitor->around),
		.cpu_limit_cores = around_cpu_limit_cores(&monitor->around),
	};
}

void news_note_start(struct denet_monitor *monitor)
{
	struct denet_start start;

	if (monitor->news.has_started)
		return;
	root_find_exe(&monitor->root, &monitor->identity, NULL);
	root_note_cpus(&monitor->root);
	start = start_of(monitor);
	records_note_start(monitor->records, &start);
}

void news_start(struct denet_monitor *monitor)
{
	const struct process *process = tree_find(&monitor->tree, monitor->root.id);
	struct denet_start start;

	if (monitor->news.has_started)
		return;
	monitor->news.has_started = true;
	/* Whoever asked for the metadata before has had it looked up. */
	root_find_exe(&monitor->root, &monitor->identity,
		      process ? identity_show(process->command).exe : NULL);
	root_note_cpus(&monitor->root);
	start = start_of(monitor);
	if (monitor->observer.on_start)
		monitor->observer.on_start(monitor->observer.context, &start);
}

static bool is_start(const struct denet_monitor *monitor, const struct exec_event *event)
{
	return event->id == monitor->root.id && !monitor->news.has_started;
}

/* Who has not seen it happen does not know what was used by then. */
static void leave_program(struct denet_monitor *monitor, const struct exec_event *event)
{
	struct process *process = tree_enter(&monitor->tree, event->id, event->tgid);
	uint64_t seen_kb;

	if (!process || !(event->flags & EXEC_COUNTED))
		return;
	if (is_start(monitor, event)) {
		programs_forget_stub(process, event);
		ledger_exclude_only(&monitor->ledger, &process->before);
		return;
	}
	seen_kb = memory_peak_seen_kb(&monitor->memory, process);
	if (programs_take_exec(&monitor->tree, process, event, seen_kb))
		count_lost(&monitor->news);
}

static void on_exec(void *context, const struct exec_event *event, const char *text)
{
	struct denet_monitor *monitor = context;
	struct process *process;

	leave_program(monitor, event);
	process = identity_take_exec(&monitor->identity, &monitor->tree, event, text);
	if (!process) {
		count_lost(&monitor->news);
		return;
	}
	memory_begin_program(&monitor->memory, process);
	note_known(&monitor->news, process);
	if (is_start(monitor, event))
		news_start(monitor);
	else
		show_arrival(monitor, process);
}

/* What an account says, whether it is closed or not. */
static void show_account(struct denet_monitor *monitor, const struct process_account *account,
			 const struct process *process, struct denet_process *ret)
{
	const struct times *times = &monitor->times;
	uint64_t seen_kb = process ? memory_peak_seen_kb(&monitor->memory, process) : 0;
	uint64_t end_boot_ns = account_end_boot_ns(account);

	account_show(account, process, seen_kb, ret);
	ret->start_ms = times_wall_ms(times, account->start_boot_ns);
	account_show_told(account, times->start_boot_ns, ret);
	ret->start_ns = times_run_ns(times, account->start_boot_ns);
	if (account->flags & ACCOUNT_ENDED) {
		ret->end_ns =
			end_boot_ns > times->start_boot_ns ? end_boot_ns - times->start_boot_ns : 0;
		ret->cgroup = identity_cgroup(&monitor->identity, account);
	}
	/* Our stub was held for a while before it became the command. */
	if (account->id != monitor->root.id || !monitor->root.is_ours)
		return;
	ret->start_ms = times->start_wall_ms;
	ret->start_ns = 0;
	ret->wall_ns = end_boot_ns > times->start_boot_ns ? end_boot_ns - times->start_boot_ns : 0;
}

static void show_process(struct denet_monitor *monitor, const struct denet_process *shown,
			 bool is_root)
{
	bool counts = is_root || !monitor->options.exclude_children;

	if (is_root)
		root_note_threads(&monitor->root, shown->threads_total);
	if (counts && tally_add(&monitor->tally, shown, is_root))
		count_lost(&monitor->news);
	if (monitor->observer.on_process)
		monitor->observer.on_process(monitor->observer.context, shown);
}

static void show_programs(const struct denet_monitor *monitor,
			  const struct process_account *account, struct process *process,
			  const struct task_counters *used, struct programs_shown *ret_programs,
			  struct denet_process *shown)
{
	programs_show(account, process, used, monitor->sampler.tick_ns,
		      monitor->times.start_boot_ns, ret_programs, shown);
}

/* What others may not know of it is in no sum either. */
static void withhold(struct denet_monitor *monitor, const struct command *command,
		     struct process_account *account, struct task_counters *used)
{
	struct task_counters withheld;

	if (!privacy_covers(&monitor->identity, command))
		return;
	privacy_cut(used, &account->unknown, &withheld);
	ledger_exclude(&monitor->ledger, &withheld);
}

static void show_ended(struct denet_monitor *monitor, const struct process_account *account,
		       struct process *process, const struct command *command)
{
	bool is_root = account->id == monitor->root.id;
	struct process_account told = *account;
	char comm[DENET_COMM_LEN + 1] = "";
	struct programs_shown programs;
	struct task_counters used;
	struct denet_process shown;

	told.unknown |= monitor->tree.unknown;
	account_used(account, process, &used);
	withhold(monitor, command, &told, &used);
	times_note_end(&monitor->times, account->exit_boot_ns);
	show_account(monitor, account, process, &shown);
	memcpy(comm, account->comm, DENET_COMM_LEN);
	shown.comm = comm;
	if (!identity_is_stale(process, account, is_root && monitor->root.is_ours)) {
		shown.command = identity_show(command);
		shown.cwd = identity_cwd(command);
	}
	shown.is_exact &= !privacy_covers(&monitor->identity, command);
	/* It went out of the cgroup, and on. */
	shown.is_running = told.flags & ACCOUNT_LEFT;
	if (shown.is_running)
		summary_add_survivor(&monitor->summary, comm, told.tgid);
	publish_counters(&used, told.unknown, monitor->sampler.tick_ns, &shown.used);
	show_programs(monitor, &told, process, &used, &programs, &shown);
	if (is_root)
		root_note_account(&monitor->root, &told, &used, &shown.end);
	show_process(monitor, &shown, is_root);
}

static void on_exit_account(void *context, const struct process_account *account)
{
	struct denet_monitor *monitor = context;
	struct process *process = tree_find(&monitor->tree, account->id);
	struct command *command = identity_of_ended(&monitor->tree, process, account);

	/* A root that was too short for its exec to be seen. */
	news_start(monitor);
	monitor->news.exits_seen++;
	if (process && programs_forget_slice(process, account))
		ledger_exclude_only(&monitor->ledger, &process->before);
	show_ended(monitor, account, process, command);
	command_drop(&monitor->tree.commands, command);
	if (process)
		news_forget(monitor, process);
}

int news_drain(struct denet_monitor *monitor)
{
	struct source_events events = {
		.context = monitor,
		.on_exec = on_exec,
		.on_exit = on_exit_account,
	};

	return monitor->source->ops->drain(monitor->source, &events);
}

/* What a task has used before: the kernel's charge, and what it will charge later. */
static struct task_counters used_before(const struct task_sample *task, bool is_gone)
{
	struct task_counters used = task->used;

	if (!is_gone)
		used.cpu_time_ns += task->slice_ns;
	return used;
}

/* It is not ours to count, or with since_process_start just that. */
static void take_past(struct denet_monitor *monitor, struct process *process,
		      const struct task_sample *task)
{
	bool is_wanted = monitor->options.since_process_start && !monitor->root.is_ours;
	/* Of a whole process only the main thread has ended: among the dead is none of it. */
	bool is_gone = task->flags & (SAMPLE_ENDED_THREADS | SAMPLE_DEAD) &&
		       !(task->flags & SAMPLE_PROCESS);
	struct task_counters used = used_before(task, is_gone);

	if (is_gone && is_wanted) {
		counters_subtract(&process->before, &used);
		ledger_include(&monitor->ledger, &used);
	} else if (!is_gone && !is_wanted) {
		counters_add(&process->before, &used);
		ledger_exclude(&monitor->ledger, &used);
	}
	/* It may end before the first sample, and what was before is in no rate. */
	if (is_wanted && task->tgid == (uint32_t)monitor->root.pid)
		root_exclude_from_rate(&monitor->root, task->used.cpu_time_ns + task->slice_ns);
}

static void note_own_thread(struct own *own, const struct task_sample *task)
{
	if (own->is_watched && task->tid == (uint32_t)gettid() &&
	    !(task->flags & (SAMPLE_ENDED_THREADS | SAMPLE_PROCESS)))
		own->seeded_ns = task->used.cpu_time_ns + task->slice_ns;
}

static int on_seeded(void *context, const struct task_sample *task)
{
	struct denet_monitor *monitor = context;
	struct process *process = tree_enter(&monitor->tree, task->id, task->tgid);

	if (!process)
		return -ENOMEM;
	process->is_partial = !monitor->root.is_ours;
	ledger_seed(&monitor->ledger, task);
	if (task->flags & SAMPLE_LEADER) {
		process->ppid = task->parent_tgid;
		process->start_boot_ns = task->start_boot_ns;
		memcpy(process->comm, task->comm, DENET_COMM_LEN);
		/* Before its children can end: what they have not execed is its command. */
		if (!monitor->root.is_ours)
			identity_read_command(&monitor->identity, &monitor->tree, process);
	}
	take_past(monitor, process, task);
	note_own_thread(&monitor->own, task);
	return 0;
}

int news_seed(struct denet_monitor *monitor)
{
	const struct source_ops *ops = monitor->source->ops;
	struct root *root = &monitor->root;
	struct process *process;
	int r;

	if (monitor->cgroup)
		return ops->seed_group(monitor->source, on_seeded, monitor);
	r = ops->seed(monitor->source, root->pid, !root->is_ours, on_seeded, monitor);

	if (r)
		return r;
	process = tree_find(&monitor->tree, ops->root_id(monitor->source));
	if (!process)
		return -ESRCH;
	root_note_seeded(root, process->id, process->start_boot_ns);
	if (root->is_ours)
		identity_give_command(&monitor->tree, process, root->args, root->args_len);
	return 0;
}

void news_forget_seeded(struct denet_monitor *monitor)
{
	tree_done(&monitor->tree);
	root_forget_seeded(&monitor->root);
	monitor->own.seeded_ns = 0;
	ledger_forget_seeded(&monitor->ledger);
}

void news_survivor(struct denet_monitor *monitor, struct process *process,
		   const struct process_account *read)
{
	uint64_t seen_kb = memory_peak_seen_kb(&monitor->memory, process);
	struct process_account account;
	char cgroup[PATH_MAX];
	struct programs_shown programs;
	struct denet_process shown;

	if (!read)
		account_recall(process, &account);
	else
		account = *read;
	if (read && process->id == monitor->root.id)
		account.threads_total -= monitor_has_own_thread(monitor);
	account.unknown |= monitor->tree.unknown;
	show_account(monitor, &account, process, &shown);
	shown.uid = identity_read_uid(&monitor->identity, (pid_t)process->pid);
	if (!cgroup_file_read(&monitor->procfs, (pid_t)process->pid, sizeof(cgroup), cgroup))
		shown.cgroup = cgroup;
	shown.comm = process->comm;
	shown.command = identity_show(process->command);
	shown.cwd = identity_cwd(process->command);
	shown.is_running = true;
	shown.is_exact &=
		!process->is_running && !privacy_covers(&monitor->identity, process->command);
	shown.peak_rss_kb = seen_kb ? seen_kb : DENET_UNKNOWN;
	shown.peak_is_bound = true;
	publish_counters(&process->used, process->unknown, monitor->sampler.tick_ns, &shown.used);
	show_programs(monitor, &account, process, &process->used, &programs, &shown);
	show_process(monitor, &shown, process->id == monitor->root.id);
}
