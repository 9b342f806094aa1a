/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Children that this process had before the command: no orphans of the command's. */
#include <errno.h>
#include <stdlib.h>

#include "poller/poller_internal.h"
#include "util/array.h"

static int add(struct poller *poller, pid_t pid)
{
	struct stranger *grown = array_resize(poller->strangers, poller->strangers_count + 1,
					      sizeof(*poller->strangers));
	struct process_stat stat;

	if (!grown)
		return -ENOMEM;
	poller->strangers = grown;
	/* Gone meanwhile: the pid is anybody's. */
	if (!process_read_stat(poller->procfs, pid, &stat))
		grown[poller->strangers_count++] =
			(struct stranger){ .pid = pid, .start_boot_ns = stat.start_boot_ns };
	return 0;
}

int strangers_find(struct poller *poller, pid_t root)
{
	size_t i;
	int r;

	if (poller->self_children_fd < 0)
		return 0;
	poller->pids.count = 0;
	r = children_read(poller->self_children_fd, &poller->pids);
	for (i = 0; !r && i < poller->pids.count; i++)
		if (poller->pids.pids[i] != root)
			r = add(poller, poller->pids.pids[i]);
	return r;
}

/* Of one that has ended and was waited for, the pid is forgotten: the next who has it may be ours. */
bool strangers_have(struct poller *poller, pid_t pid)
{
	struct process_stat stat;
	size_t i = 0;

	while (i < poller->strangers_count && poller->strangers[i].pid != pid)
		i++;
	if (i == poller->strangers_count)
		return false;
	if (!process_read_stat(poller->procfs, pid, &stat) &&
	    stat.start_boot_ns == poller->strangers[i].start_boot_ns)
		return true;
	poller->strangers[i] = poller->strangers[--poller->strangers_count];
	return false;
}
