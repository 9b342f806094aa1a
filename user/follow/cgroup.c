/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From the name of a cgroup to a monitor that follows whoever is in it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow/monitor_internal.h"
#include "util/error.h"

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

static int check_options(const struct denet_options *options, struct denet_error *error)
{
	if (options->exclude_children)
		return error_set(error, -EINVAL, "a cgroup has no children to be left out");
	if (options->since_process_start)
		return error_set(error, -EINVAL,
				 "of a cgroup only what is used from now on can be told");
	return 0;
}

/* Where a limit, a network and pressure are looked for: in a process that is in the group itself. */
static pid_t open_member(struct denet_monitor *monitor)
{
	pid_t pid = cgroup_target_member(monitor->cgroup);

	if (pid)
		around_open_net(&monitor->around, &monitor->procfs, pid);
	return pid;
}

/* Where nobody samples, nobody else would hear that the last one has ended. */
static void ask_for_ends(struct denet_monitor *monitor)
{
	if (monitor->source && monitor->options.no_polling)
		monitor->source->ops->wake_at_every_exit(monitor->source);
}

static int watch_group(struct denet_monitor *monitor)
{
	const struct source *source = monitor->source;
	struct watch *watch = &monitor->watch;
	int r = watch_open(watch);

	if (!r)
		r = watch_add(watch, monitor->control.request_fd);
	if (!r && source->fd >= 0)
		r = watch_add(watch, source->fd);
	return r;
}

/* Before their children can end: what they have not execed is its command. */
static void read_commands(struct denet_monitor *monitor)
{
	for (struct process *process = monitor->tree.oldest; process; process = process->younger)
		if (!process->command)
			identity_read_command(&monitor->identity, &monitor->tree, process);
}

static int begin_following(struct denet_monitor *monitor, pid_t member)
{
	int r;

	start_clocks(monitor);
	r = tick_begin_rates(monitor);
	if (!r)
		r = watch_group(monitor);
	if (r)
		return r;
	read_commands(monitor);
	ask_for_ends(monitor);
	start_observing(monitor, member);
	return 0;
}

static int name_root(struct denet_monitor *monitor, const char *name, struct denet_error *error)
{
	char shown[PATH_MAX + 16];

	(void)snprintf(shown, sizeof(shown), "cgroup:%s", name);
	if (root_set_group(&monitor->root, shown))
		return error_set(error, -ENOMEM, "out of memory");
	return 0;
}

static int find(struct denet_monitor *monitor, const char *name, struct denet_error *error)
{
	monitor->cgroup = malloc(sizeof(*monitor->cgroup));
	if (!monitor->cgroup)
		return error_set(error, -ENOMEM, "out of memory");
	return cgroup_target_find(&monitor->procfs, name, monitor->cgroup, error);
}

static int follow(struct denet_monitor *monitor, const char *name,
		  const struct source_ops *const *sources, struct denet_error *error)
{
	pid_t member;
	int r = check_options(&monitor->options, error);

	if (!r)
		r = find(monitor, name, error);
	if (!r)
		r = name_root(monitor, name, error);
	if (r)
		return r;
	monitor->options.wait_all = true;
	facts_of_machine(&monitor->facts, monitor->options.label);
	member = open_member(monitor);
	r = open_source(monitor, sources, error);
	if (r)
		return r;
	r = begin_following(monitor, member);
	return r ? error_set(error, r, "cannot watch the cgroup: %s", strerror(-r)) : 0;
}

int cgroup_follow(const struct denet_options *options, const struct denet_observer *observer,
		  const char *name, const struct source_ops *const *sources,
		  struct denet_monitor **ret_monitor, struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	int r = monitor_new(options, observer, &monitor, error);

	if (r || !monitor)
		return r;
	r = follow(monitor, name, sources, error);
	if (r)
		return r;
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}

int denet_attach_cgroup(const struct denet_options *options, const struct denet_observer *observer,
			const char *cgroup, struct denet_monitor **ret_monitor,
			struct denet_error *error)
{
	if (!cgroup)
		return error_set(error, -EINVAL, "no cgroup");
	return cgroup_follow(options, observer, cgroup, source_list, ret_monitor, error);
}
