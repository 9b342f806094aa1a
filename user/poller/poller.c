/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "poller/poller.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/procfs.h"

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
	poller->has_children_files =
		fd >= 0 && !poller->options.no_children_files && !poller->group_folder;
	return poller->options.adopt_orphans ? begin_adopting(poller) : 0;
}

/* Orphans are no longer ours to wait for. */
static void end_adopting(struct poller *poller)
{
	if (poller->was_subreaper < 0)
		return;
	(void)prctl(PR_SET_CHILD_SUBREAPER, poller->was_subreaper);
	atomic_store(&adopter, 0);
	poller->was_subreaper = -1;
}

void poller_close(struct source *source)
{
	struct poller *poller = poller_of(source);

	end_adopting(poller);
	members_done(poller);
	children_done(&poller->pids);
	free(poller->strangers);
	buf_done(&poller->texts);
	free(poller->events);
	if (poller->self_children_fd >= 0)
		(void)close(poller->self_children_fd);
	if (poller->root_pidfd >= 0)
		(void)close(poller->root_pidfd);
	free(poller);
}

int poller_open(const struct poller_options *options, struct source **ret_source)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	int r;

	if (!poller)
		return -ENOMEM;
	poller->options = *options;
	poller->procfs = options->procfs;
	poller->group_folder = options->group_folder;
	poller->source = (struct source){ .ops = &poller_source_ops, .fd = -1 };
	poller->was_subreaper = -1;
	poller->self_children_fd = -1;
	poller->root_pidfd = -1;
	poller->next_id = 1;
	r = open_all(poller);
	if (r) {
		poller_close(&poller->source);
		return r;
	}
	*ret_source = &poller->source;
	return 0;
}

int poller_open_source(const struct source_options *options, struct source **ret_source)
{
	const struct poller_options own = {
		.procfs = options->procfs,
		.group_folder = options->group ? options->group->folder : NULL,
		.adopt_orphans = options->adopt_orphans,
	};

	return poller_open(&own, ret_source);
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
