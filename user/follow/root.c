/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/root.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/sampler.h"
#include "metrics/publish.h"
#include "procfs/process.h"
#include "util/cleanup.h"
#include "util/clock.h"

#ifndef P_PIDFD
#define P_PIDFD 3 /* since 5.4; not in each libc */
#endif

#define CPUS_MAX 8192 /* the most that kernels are built for */

void root_init(struct root *root, const struct procfs *procfs)
{
	*root = (struct root){ .procfs = procfs, .fd = -1 };
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		(void)close(root->fd);
	root->fd = -1;
}

void root_done(struct root *root)
{
	root_close(root);
	free(root->args);
	free(root->exe);
}

void root_set_pid(struct root *root, pid_t pid)
{
	root->pid = pid;
	root->is_ours = true;
}

static int open_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int root_open(struct root *root, pid_t pid, bool is_ours)
{
	struct process_stat stat;

	root->pid = pid;
	root->is_ours = is_ours;
	root_close(root);
	root->fd = open_pidfd(pid);
	if (root->fd < 0)
		return root->fd;
	if (!process_read_stat(root->procfs, pid, &stat))
		root->born_boot_ns = stat.start_boot_ns;
	return 0;
}

static int take_args(struct root *root, const char *args, size_t len)
{
	root->args = malloc(len + 1);
	if (!root->args)
		return -ENOMEM;
	memcpy(root->args, args, len);
	root->args_len = len;
	return 0;
}

int root_set_args(struct root *root, char *const argv[])
{
	size_t len = 0, i, one;
	char *at;

	for (i = 0; argv[i]; i++)
		len += strlen(argv[i]) + 1;
	at = root->args = malloc(len + 1);
	if (!at)
		return -ENOMEM;
	root->args_len = len;
	for (i = 0; argv[i]; i++) {
		one = strlen(argv[i]) + 1;
		memcpy(at, argv[i], one);
		at += one;
	}
	return 0;
}

int root_set_group(struct root *root, const char *name)
{
	char *const argv[] = { (char *)(uintptr_t)name, NULL };

	root->is_group = true;
	return root_set_args(root, argv);
}

void root_read_args(struct root *root)
{
	char args[DENET_ARGS_MAX];
	bool is_truncated;
	size_t len;

	if (!process_read_cmdline(root->procfs, root->pid, sizeof(args), args, &len, &is_truncated))
		(void)take_args(root, args, len);
}

void root_find_exe(struct root *root, const struct identity *identity, const char *given)
{
	if (!root->exe && !root->is_group)
		root->exe = identity_find_exe(identity, root->pid);
	if (!root->exe && given)
		root->exe = strdup(given);
}

struct denet_command root_command(const struct root *root)
{
	return (struct denet_command){
		.args = root->args,
		.args_len = root->args_len,
		.exe = root->exe,
	};
}

static bool is_over(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	return poll(&end, 1, 0) == 1;
}

/*
 * Its pidfd again, -ESRCH when it has ended: while what was opened lives, what /proc says is said of
 * it, and nobody else was born at that moment under that pid.
 */
static int reopen(const struct root *root)
{
	AUTO_FD int fd = open_pidfd(root->pid);
	struct process_stat stat;

	if (fd < 0)
		return fd;
	if (!root->born_boot_ns || process_read_stat(root->procfs, root->pid, &stat) ||
	    stat.start_boot_ns != root->born_boot_ns || is_over(fd))
		return -ESRCH;
	return TAKE_FD(fd);
}

bool root_has_ended(const struct root *root)
{
	AUTO_FD int again = -1;

	if (root->fd >= 0)
		return is_over(root->fd);
	if (root->is_gone || root->is_group)
		return root->is_gone;
	again = reopen(root);
	return again < 0;
}

int root_signal(const struct root *root, int signal)
{
	AUTO_FD int again = -1;
	int fd = root->fd;

	if (root_has_ended(root))
		return -ESRCH;
	if (root->is_group)
		return -EOPNOTSUPP;
	if (fd < 0) {
		again = reopen(root);
		fd = again;
	}
	if (fd < 0)
		return fd;
	return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) ? -errno : 0;
}

/* By pidfd: when our host has waited for it, its pid may be another child's of the host. */
static bool wait_for(const struct root *root, siginfo_t *ret_info, int flags)
{
	int r;

	do
		r = waitid(P_PIDFD, (id_t)root->fd, ret_info, WEXITED | flags);
	while (r && errno == EINTR);
	return !r;
}

bool root_note_end(struct root *root)
{
	siginfo_t info = { 0 };

	if (root->is_gone || root->is_group || !is_over(root->fd))
		return false;
	root->is_gone = true;
	if (!root->end_boot_ns)
		root->end_boot_ns = clock_boot_ns();
	/* wait() would take the status away from whoever calls it at the end. */
	if (!root->is_ours || !wait_for(root, &info, WNOWAIT))
		return true;
	root->end = (struct denet_end){ .known = true, .exit_code = -1 };
	if (info.si_code == CLD_EXITED)
		root->end.exit_code = info.si_status;
	else
		root->end.signal = info.si_status;
	root->end.core_dumped = info.si_code == CLD_DUMPED;
	return true;
}

void root_note_empty(struct root *root, uint64_t since_boot_ns)
{
	root->is_gone = true;
	root->is_closed = true;
	root->end_boot_ns = since_boot_ns ? since_boot_ns : clock_boot_ns();
}

void root_note_unseen(struct root *root)
{
	root->end.unseen = root->is_gone && !root->end.known;
}

void root_reap(const struct root *root)
{
	siginfo_t info;

	if (root->is_ours && root->is_gone)
		(void)wait_for(root, &info, 0);
}

void root_note_seeded(struct root *root, uint64_t id, uint64_t start_boot_ns)
{
	root->id = id;
	root->start_boot_ns = start_boot_ns;
}

void root_forget_seeded(struct root *root)
{
	root->id = 0;
	root->rate.cpu_time_ns = 0;
}

void root_begin_rate(struct root *root, uint64_t now_ns)
{
	root->rate.mono_ns = now_ns;
}

void root_exclude_from_rate(struct root *root, uint64_t cpu_time_ns)
{
	root->rate.cpu_time_ns += cpu_time_ns;
}

void root_note_sample(struct root *root, const struct process *process, struct rate rate)
{
	root->used = process->used;
	root->unknown = process->unknown;
	root->rate = rate;
}

void root_note_account(struct root *root, const struct process_account *account,
		       const struct task_counters *used, const struct denet_end *end)
{
	root->is_closed = true;
	root->used = *used;
	root->unknown = account->unknown;
	root->start_boot_ns = account->start_boot_ns;
	/* Of /proc it is when it was seen last. */
	if (account->exit_boot_ns && !(account->flags & ACCOUNT_SAMPLED))
		root->end_boot_ns = account->exit_boot_ns;
	if (!root->end.known)
		root->end = *end;
}

void root_note_cpus(struct root *root)
{
	unsigned long mask[CPUS_MAX / (8 * sizeof(unsigned long))] = { 0 };
	uint64_t count = 0;

	if (root->is_gone || root->is_group ||
	    sched_getaffinity(root->pid, sizeof(mask), (cpu_set_t *)mask))
		return;
	for (size_t i = 0; i < sizeof(mask) / sizeof(mask[0]); i++)
		count += (uint64_t)__builtin_popcountl(mask[i]);
	root->cpus_usable = count;
}

void root_note_threads(struct root *root, uint64_t threads_total)
{
	root->threads_total = threads_total;
}

void root_fill_ended(struct root *root, uint64_t tick_ns, uint64_t ts_ms, uint64_t now_ns,
		     struct denet_sample *ret_sample)
{
	*ret_sample = (struct denet_sample){
		.ts_ms = ts_ms,
		.cpu_usage = rate_update(&root->rate, root->used.cpu_time_ns, now_ns),
		.pss_kb = DENET_UNKNOWN,
		.cpu_core = DENET_UNKNOWN,
	};
	publish_counters(&root->used, root->unknown, tick_ns, &ret_sample->used);
	sampler_fill_times(root->start_boot_ns, ret_sample);
}
