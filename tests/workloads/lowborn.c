/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lowborn FILE MS: a child with a lower pid than its parent's; when FILE (struct lowborn_page)
 * says so, it leaves a child of its own, which burns MS, and ends. Lives on until it is killed;
 * status 77 when a pid may not be chosen.
 */
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared.h"
#include "work.h"

static pid_t fork_below(pid_t limit)
{
	for (pid_t pid = limit - 1; pid > 1; pid--) {
		struct clone_args args;
		pid_t child;

		memset(&args, 0, sizeof(args));
		args.exit_signal = SIGCHLD;
		args.set_tid = (uintptr_t)&pid;
		args.set_tid_size = 1;
		child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
		if (child >= 0)
			return child;
	}
	return -1;
}

static void child(struct lowborn_page *page, uint64_t ms)
{
	pid_t pid;

	atomic_store(&page->child, (uint32_t)getpid());
	while (!atomic_load(&page->may_go))
		work_sleep_ms(1);
	pid = work_fork();
	if (pid == 0)
		work_burn_us(ms * 1000);
	else
		atomic_store(&page->grandchild, (uint32_t)pid);
	_exit(0);
}

int main(int argc, char *argv[])
{
	struct lowborn_page *page;
	pid_t pid;

	if (argc < 3)
		return 2;
	page = work_map(argv[1], sizeof(*page));
	pid = fork_below(getpid());
	if (pid < 0)
		return 77;
	if (pid == 0)
		child(page, work_number(argc, argv, 2, 0));
	work_wait(pid);
	atomic_store(&page->is_child_gone, 1);
	for (;;)
		pause();
}
