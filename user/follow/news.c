/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the kernel tells of processes, on its way to the observer. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/publish.h"
#include "follow/monitor_internal.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "tree/counters.h"
#include "util/clock.h"

/* Out of memory costs one process its record, never the monitoring. */
static void count_lost(struct denet_monitor *monitor)
{
	monitor->news_lost++;
}

static struct denet_command show_command(const struct command *command)
{
	if (!command || command->is_private)
		return (struct denet_command){ 0 };
	return (struct denet_command){
		.args = command->args,
		.args_len = command->args_len,
		.truncated = command->is_truncated,
		.exe = command->exe,
	};
}

static void show_arrival(struct denet_monitor *monitor, const struct process *process)
{
	struct denet_arrival arrival = {
		.size = sizeof(arrival),
		.ts_ms = clock_wall_ms(),
		.pid = process->pid,
		.ppid = process->ppid,
		.command = show_command(process->command),
	};

	if (monitor->observer.on_arrival)
		monitor->observer.on_arrival(monitor->observer.context, &arrival);
}

/* The kernel tells us more than it would tell our caller: see own_programs_only. */
static bool is_private(const struct denet_monitor *monitor, const struct exec_event *event)
{
	return monitor->options.own_programs_only && monitor->accounting == DENET_ACCOUNTING_BPF &&
	       (event->uid != getuid() || event->gid != getgid() || event->flags & EXEC_HAS_RIGHTS);
}

/* For a process that lived before us, or whose exec event was lost. */
static void read_command(struct denet_monitor *monitor, struct process *process)
{
	char args[DENET_ARGS_MAX], path[PATH_MAX];
	struct command *command;
	bool is_truncated;
	size_t len;

	if (process_read_cmdline(procfs_host(), (pid_t)process->pid, sizeof(args), args, &len,
				 &is_truncated))
		return;
	command =
		command_add(&monitor->tree.commands, process->id, args, len, is_truncated, NULL, 0);
	if (!command)
		return;
	command->is_private =
		monitor->options.own_programs_only &&
		process_read_exe(procfs_host(), (pid_t)process->pid, sizeof(path), path) == -EACCES;
	process_set_command(&monitor->tree, process, command);
}

/* What exec was given may be a link; the kernel's own path may be read while the program runs. */
static void resolve_exe(const struct process *process)
{
	char path[PATH_MAX];

	if (!process->command || process->command->is_exe_resolved)
		return;
	process->command->is_exe_resolved = true;
	if (!process_read_exe(procfs_host(), (pid_t)process->pid, sizeof(path), path))
		command_resolve_exe(process->command, path);
}

void news_arrival(struct denet_monitor *monitor, struct process *process)
{
	bool is_new = !process->has_arrived;

	if (is_new && !process->command)
		read_command(monitor, process);
	resolve_exe(process);
	process->has_arrived = true;
	if (is_new && process->id != monitor->root_id)
		show_arrival(monitor, process);
}

void news_start(struct denet_monitor *monitor)
{
	char path[PATH_MAX];
	struct denet_start start = {
		.size = sizeof(start),
		.pid = (uint32_t)monitor->root_pid,
		.t0_ms = monitor->t0_ms,
		.accounting = monitor->accounting,
		.interval_ms = monitor->options.interval_ms,
		.max_interval_ms = monitor->options.max_interval_ms,
	};
	struct process *root = tree_find(&monitor->tree, monitor->root_id);

	if (monitor->has_started)
		return;
	monitor->has_started = true;
	/* Whoever asked for the metadata before has had it looked up. */
	if (!monitor->exe &&
	    !process_read_exe(procfs_host(), monitor->root_pid, sizeof(path), path))
		monitor->exe = strdup(path);
	if (!monitor->exe && root && root->command && root->command->exe &&
	    !root->command->is_private)
		monitor->exe = strdup(root->command->exe);
	start.command.args = monitor->args;
	start.command.args_len = monitor->args_len;
	start.command.exe = monitor->exe;
	if (monitor->observer.on_start)
		monitor->observer.on_start(monitor->observer.context, &start);
}

/* A descriptor that was executed has a name that means nothing elsewhere. */
static bool is_usable_path(const char *path, size_t len)
{
	static const char by_descriptor[] = "/dev/fd/";

	if (!len || path[0] != '/')
		return false;
	return len < sizeof(by_descriptor) ||
	       memcmp(path, by_descriptor, sizeof(by_descriptor) - 1);
}

/* What our stub used until it became the command is not the command's. */
static void forget_stub(struct denet_monitor *monitor, struct process *root)
{
	struct task_counters used;

	if (!monitor->source->ops->root_before_exec(monitor->source, &used))
		return;
	root->before = used;
	monitor->before = used;
}

static void on_exec(void *context, const struct exec_event *event, const char *text)
{
	struct denet_monitor *monitor = context;
	struct process *process = tree_enter(&monitor->tree, event->id, event->tgid);
	const char *path = text + event->args_len;
	struct command *command;

	if (!process) {
		count_lost(monitor);
		return;
	}
	if (!process->start_boot_ns) {
		process->ppid = event->parent_tgid;
		process->start_boot_ns = event->start_boot_ns;
	}
	memcpy(process->comm, event->comm, DENET_COMM_LEN);
	/* What was seen so far was the memory of what ran before. */
	process->peak_seen_kb = 0;
	process->memory_read_ns = 0;
	command = command_add(&monitor->tree.commands, event->command_id, text, event->args_len,
			      event->args_whole_len > event->args_len,
			      is_usable_path(path, event->path_len) ? path : NULL, event->path_len);
	if (command)
		command->is_private = is_private(monitor, event);
	process_set_command(&monitor->tree, process, command);
	process->has_arrived = true;
	if (event->id == monitor->root_id && !monitor->has_started) {
		forget_stub(monitor, process);
		news_start(monitor);
	} else {
		show_arrival(monitor, process);
	}
}

/*
 * signal->maxrss holds what the process inherited at fork and what it ran before. If it has grown
 * since the last exec, this program made it grow. If not, only the address space can tell, which
 * older kernels have let go of by then.
 */
static uint64_t peak_kb(const struct process_account *account, uint64_t seen_kb, bool *ret_is_bound)
{
	uint64_t page_kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	uint64_t kb;

	*ret_is_bound = false;
	if (account->peak_pages > account->peak_before_exec_pages) {
		kb = account->peak_pages * page_kb;
	} else if (account->peak_mm_pages) {
		kb = account->peak_mm_pages * page_kb;
	} else {
		*ret_is_bound = true;
		return seen_kb ? seen_kb : DENET_UNKNOWN;
	}
	return kb > seen_kb ? kb : seen_kb;
}

static const char *cgroup_of(struct denet_monitor *monitor, const struct process_account *account)
{
	if (!monitor->cgroups && cgroup_paths_new(procfs_host(), &monitor->cgroups))
		return NULL;
	return cgroup_paths_find(monitor->cgroups, account->cgroup_v2_id,
				 account->cgroup_memory_id);
}

/* What an account says, whether it is closed or not. */
static void show_account(struct denet_monitor *monitor, const struct process_account *account,
			 const struct process *process, struct denet_process *ret)
{
	bool is_ended = account->flags & ACCOUNT_ENDED;
	uint64_t end_boot_ns = account->exit_boot_ns ? account->exit_boot_ns : clock_boot_ns();

	*ret = (struct denet_process){
		.pid = account->tgid,
		.ppid = account->parent_tgid,
		.uid = account->uid == UINT32_MAX ? DENET_UNKNOWN : account->uid,
		.start_ms = monitor_wall_ms_of_boot(monitor, account->start_boot_ns),
		.wall_ns = end_boot_ns - account->start_boot_ns,
		.threads_total = account->threads_total,
		.oom_killed = account->flags & ACCOUNT_OOM_KILLED,
		.is_partial = process && process->is_partial,
		.is_exact = !(account->flags & ACCOUNT_SAMPLED),
	};
	/* Our stub was held for a while before it became the command. */
	if (account->id == monitor->root_id && !monitor->is_attached) {
		ret->start_ms = monitor->t0_ms;
		ret->wall_ns = end_boot_ns > monitor->start_boot_ns
				       ? end_boot_ns - monitor->start_boot_ns
				       : 0;
	}
	ret->peak_rss_kb =
		peak_kb(account, process ? process->peak_seen_kb : 0, &ret->peak_is_bound);
	if (is_ended) {
		ret->end = publish_end(account->exit_status);
		ret->cgroup = cgroup_of(monitor, account);
	}
	if (ret->is_partial && account->flags & ACCOUNT_RAN_AT_SEED)
		ret->is_exact = false;
}

static void close_root(struct denet_monitor *monitor, const struct denet_process *shown,
		       const struct task_counters *used, const struct process_account *account)
{
	monitor->is_root_closed = true;
	monitor->root_used = *used;
	monitor->root_unknown = account->unknown;
	monitor->root_start_boot_ns = account->start_boot_ns;
	if (!monitor->root_end.known)
		monitor->root_end = shown->end;
}

static void show_to_observer(struct denet_monitor *monitor, const struct denet_process *shown)
{
	if (monitor->observer.on_process)
		monitor->observer.on_process(monitor->observer.context, shown);
}

static void show_process(struct denet_monitor *monitor, const struct denet_process *shown,
			 bool is_root)
{
	if (is_root)
		monitor->root_threads_total = shown->threads_total;
	if (!is_root && monitor->options.exclude_children)
		return show_to_observer(monitor, shown);
	if (tally_add(&monitor->tally, shown, is_root))
		count_lost(monitor);
	show_to_observer(monitor, shown);
}

/* The name that exec gives: of the file, cut. */
static bool is_named_after(const struct command *command, const char *comm)
{
	const char *name = command->args_len ? strrchr(command->args, '/') : NULL;

	name = name ? name + 1 : command->args;
	return name && !strncmp(name, comm, DENET_COMM_LEN - 1);
}

/* Between the last look and its end it has become another program, which nobody saw. */
static bool is_stale(const struct denet_monitor *monitor, const struct process *process,
		     const struct process_account *account)
{
	bool was_started_by_us = !monitor->is_attached && account->id == monitor->root_id;

	if (!(account->flags & ACCOUNT_SAMPLED) || !process || !process->command ||
	    is_named_after(process->command, account->comm))
		return false;
	/* What it was started with has its own id until an exec is seen. */
	return (was_started_by_us && process->command->id == process->id) ||
	       memcmp(process->comm, account->comm, DENET_COMM_LEN) != 0;
}

static void on_exit_account(void *context, const struct process_account *account)
{
	struct denet_monitor *monitor = context;
	struct process *process = tree_find(&monitor->tree, account->id);
	struct command *command =
		process && process->command
			? process->command
			: command_take(&monitor->tree.commands, account->command_id);
	struct task_counters used = account->used;
	bool is_root = account->id == monitor->root_id;
	char comm[DENET_COMM_LEN + 1] = "";
	struct denet_process shown;

	/* A root that was too short for its exec to be seen. */
	news_start(monitor);
	monitor->exits_seen++;
	if (process)
		counters_subtract(&used, &process->before);
	counters_floor(&used);
	show_account(monitor, account, process, &shown);
	memcpy(comm, account->comm, DENET_COMM_LEN);
	shown.comm = comm;
	if (is_stale(monitor, process, account))
		command = NULL;
	shown.command = show_command(command);
	publish_counters(&used, account->unknown, monitor->tick_ns, &shown.used);
	if (is_root)
		close_root(monitor, &shown, &used, account);
	show_process(monitor, &shown, is_root);

	if (!process || command != process->command)
		command_drop(&monitor->tree.commands, command);
	if (process)
		tree_remove(&monitor->tree, process);
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

/* What a task used before: not ours to count, or with since_process_start just that. */
static int on_seeded(void *context, const struct task_sample *task)
{
	struct denet_monitor *monitor = context;
	struct process *process = tree_enter(&monitor->tree, task->id, task->tgid);
	bool is_wanted = monitor->options.since_process_start && monitor->is_attached;
	bool is_gone = task->flags & (SAMPLE_ENDED_THREADS | SAMPLE_DEAD);

	if (!process)
		return -ENOMEM;
	/* Only its main thread has ended: among the dead is none of it. */
	if (task->flags & SAMPLE_PROCESS)
		is_gone = false;
	process->is_partial = monitor->is_attached;
	if (task->flags & SAMPLE_LEADER) {
		monitor->seeded_processes++;
		process->ppid = task->parent_tgid;
		process->start_boot_ns = task->start_boot_ns;
		memcpy(process->comm, task->comm, DENET_COMM_LEN);
		/* Before its children can end: what they have not execed is its command. */
		if (monitor->is_attached)
			read_command(monitor, process);
	} else if (!is_gone) {
		monitor->seeded_threads++;
	}
	if (task->flags & SAMPLE_PROCESS)
		monitor->seeded_threads += task->threads - 1;
	if (is_gone && is_wanted) {
		counters_subtract(&process->before, &task->used);
		counters_subtract(&monitor->before, &task->used);
	} else if (!is_gone && !is_wanted) {
		counters_add(&process->before, &task->used);
		counters_add(&monitor->before, &task->used);
		/* Used before, charged later. */
		process->before.cpu_ns += task->slice_ns;
		monitor->before.cpu_ns += task->slice_ns;
	}
	/* It may end before the first sample, and what was before is in no rate. */
	if (is_wanted && task->tgid == (uint32_t)monitor->root_pid)
		monitor->root_rate.cpu_ns += task->used.cpu_ns + task->slice_ns;
	return 0;
}

int news_seed(struct denet_monitor *monitor)
{
	struct process *root;
	int r = monitor->source->ops->seed(monitor->source, monitor->root_pid, monitor->is_attached,
					   on_seeded, monitor);

	if (r)
		return r;
	monitor->root_id = monitor->source->ops->root_id(monitor->source);
	root = tree_find(&monitor->tree, monitor->root_id);
	if (!root)
		return -ESRCH;
	monitor->root_start_boot_ns = root->start_boot_ns;
	if (!monitor->is_attached)
		process_set_command(&monitor->tree, root,
				    command_add(&monitor->tree.commands, root->id, monitor->args,
						monitor->args_len, false, NULL, 0));
	return 0;
}

/* Its account was closed a moment after the last walk, at which it lived. */
static void recall_account(const struct process *process, struct process_account *ret_account)
{
	*ret_account = (struct process_account){
		.id = process->id,
		.start_boot_ns = process->start_boot_ns,
		.tgid = process->pid,
		.parent_tgid = process->ppid,
		.threads_live = process->threads,
		.threads_total = process->threads,
	};
}

void news_survivor(struct denet_monitor *monitor, struct process *process)
{
	struct process_account account;
	struct denet_process shown;
	uint32_t uid;

	if (monitor->source->ops->account(monitor->source, process->id, &account))
		recall_account(process, &account);
	show_account(monitor, &account, process, &shown);
	shown.uid = status_read_uid(procfs_host(), (pid_t)process->pid, &uid) ? DENET_UNKNOWN : uid;
	shown.comm = process->comm;
	shown.command = show_command(process->command);
	shown.is_running = true;
	shown.is_exact &= !process->is_running;
	shown.peak_rss_kb = process->peak_seen_kb ? process->peak_seen_kb : DENET_UNKNOWN;
	shown.peak_is_bound = true;
	publish_counters(&process->used, process->unknown, monitor->tick_ns, &shown.used);
	show_process(monitor, &shown, process->id == monitor->root_id);
}
