/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/network.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "denet/system.h"
#include "host/cgroup.h"
#include "host/folders.h"
#include "procfs/netdev.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define TRIES_SOON 4
#define TRIES_SELDOM 12
#define TRIES_AT_REST 2

/*
 * What a namespace that is not ours is known by; 0 where it is ours, or cannot be told. The kernel makes the files of
 * each anew, so that theirs is as good as that of ns/net, which it takes CAP_SYS_PTRACE to look at.
 */
static uint64_t elsewhere(const struct procfs *procfs, pid_t pid)
{
	char path[PATH_MAX];
	struct stat its, ours;

	if (procfs_path_pid(procfs, pid, "net/dev", sizeof(path), path) || stat(path, &its) ||
	    stat("/proc/self/net/dev", &ours))
		return 0;
	return its.st_ino != ours.st_ino ? its.st_ino : 0;
}

/*
 * A runtime's first process may be in our namespace for a while: it is asked for again, later now and then, unless
 * nothing runs that could leave it.
 */
static void find(struct cgroup *group, const struct procfs *procfs)
{
	uint64_t inode;
	pid_t pid;
	int fd;

	if (!group->is_moving && group->net_tries >= TRIES_AT_REST)
		return;
	if (group->net_tries++ >= TRIES_SOON && group->net_tries % TRIES_SELDOM)
		return;
	pid = folders_member(group);
	inode = pid ? elsewhere(procfs, pid) : 0;
	fd = inode ? netdev_open(procfs, pid) : -1;
	if (fd < 0)
		return;
	group->net_fd = fd;
	group->net_inode = inode;
}

/* The sum falls when an interface goes; what went through it is kept. */
static void raise_to(uint64_t *counter, uint64_t value)
{
	if (*counter == DENET_UNKNOWN || value > *counter)
		*counter = value;
}

void network_read(struct cgroup *group, const struct procfs *procfs)
{
	struct netdev_totals totals = { 0 };

	if (group->net_fd < 0)
		find(group, procfs);
	if (group->net_fd < 0 || netdev_read(group->net_fd, &totals))
		return;
	raise_to(&group->figures.net_recv_bytes, totals.rx_bytes);
	raise_to(&group->figures.net_sent_bytes, totals.tx_bytes);
}

void network_close(struct cgroup *group)
{
	cleanup_fd(&group->net_fd);
	group->net_fd = -1;
	group->net_tries = 0;
}
