/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which source a monitor gets: the best that is wanted and possible. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "follow/monitor_internal.h"
#include "util/error.h"

/* What an observer is told of where the figures come from. */
static enum denet_accounting accounting_of(const struct source_ops *ops)
{
	return ops->is_exact ? DENET_ACCOUNTING_BPF : DENET_ACCOUNTING_PROC;
}

static void warn(struct denet_monitor *monitor, const char *what, const char *why,
		 const char *remedy)
{
	(void)snprintf(monitor->warning, sizeof(monitor->warning), "%s: %s%s", what, why, remedy);
}

static void drop_source(struct denet_monitor *monitor)
{
	source_close(monitor->source);
	monitor->source = NULL;
	monitor->accounting = DENET_ACCOUNTING_NONE;
	/* What seeding had found until it failed. */
	news_forget_seeded(monitor);
}

void open_nothing(struct denet_monitor *monitor, const char *why)
{
	warn(monitor, "the command runs unmonitored", why, "");
	drop_source(monitor);
}

static int seed(struct denet_monitor *monitor, struct denet_error *error)
{
	int pid = (int)monitor->root.pid, r = news_seed(monitor);

	if (!r)
		return 0;
	drop_source(monitor);
	if (monitor->cgroup)
		return error_set(error, r, "the cgroup cannot be followed: %s", strerror(-r));
	/*
	 * A kernel may keep process 1 and its threads out of what programs walk: a 6.18 made for
	 * virtual machines does, also when asked for it by its pid.
	 */
	if (r == -ESRCH && !monitor->root.is_ours && root_has_ended(&monitor->root))
		return error_set(error, r, "process %d has ended", pid);
	if (r == -ESRCH)
		return error_set(error, r, "the kernel does not show process %d", pid);
	return error_set(error, r, "process %d cannot be followed: %s", pid, strerror(-r));
}

static struct source_group source_group_of(const struct cgroup_target *cgroup)
{
	if (!cgroup)
		return (struct source_group){ 0 };
	return (struct source_group){
		.folder = cgroup->folder,
		.controller = cgroup->controller,
		.id = cgroup->id,
		.level = cgroup->level,
	};
}

static int try_source(struct denet_monitor *monitor, const struct source_ops *ops,
		      struct denet_error *error)
{
	const struct source_group group = source_group_of(monitor->cgroup);
	const struct source_options options = {
		.procfs = &monitor->procfs,
		.group = monitor->cgroup ? &group : NULL,
		.adopt_orphans = monitor->options.adopt_orphans && monitor->root.is_ours,
		.net = monitor->options.net,
		.keep_loaded = monitor->options.keep_loaded,
		.is_self = monitor->own.is_watched && !monitor->options.since_process_start,
	};
	char why[200];
	int r;

	/* Only a sample would tell that nobody is in it any more. */
	if (monitor->cgroup &&
	    (!ops->seed_group || (!ops->is_exact && monitor->options.no_polling)))
		return error_set(error, -EOPNOTSUPP,
				 "a cgroup cannot be followed by /%s without samples", ops->name);
	r = source_open(ops, &options, &monitor->source, why, sizeof(why));

	if (r)
		return error_set(error, r, "%s", why);
	monitor->accounting = accounting_of(ops);
	if (ops->is_exact)
		identity_trust_kernel(&monitor->identity);
	monitor->ledger.unknown = ops->unknown(monitor->source);
	/* Of nobody; what else it does not tell each process says itself. */
	monitor->tree.unknown = monitor->ledger.unknown & COUNTER_NET;
	if (!monitor->source->sees_memory_at_exit)
		memory_look_for_peaks(&monitor->memory);
	return seed(monitor, error);
}

static bool is_wanted(const struct denet_monitor *monitor, const struct source_ops *ops)
{
	enum denet_accounting wanted = monitor->options.accounting;

	return wanted == DENET_ACCOUNTING_AUTO || wanted == accounting_of(ops);
}

/* Something better was wanted, and why it could not be had: r and its words. */
static void warn_of_second_best(struct denet_monitor *monitor, const char *why, int r)
{
	bool is_unseen = r == -ESRCH && !monitor->root.is_ours;

	if (is_unseen && root_has_ended(&monitor->root))
		warn(monitor, "figures are what /proc still shows", why, "");
	else if (is_unseen)
		/* Of the machine nothing is missing, so that doctor has nothing to tell. */
		warn(monitor, "figures are lower bounds, sampled from /proc", why,
		     "; its children can be attached to, each by itself");
	else
		warn(monitor, "figures are lower bounds, sampled from /proc", why,
		     "; 'denet-bpf doctor' tells what would help");
}

int open_source(struct denet_monitor *monitor, const struct source_ops *const *sources,
		struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) }, first = { .size = sizeof(first) };
	const struct source_ops *const *ops = sources;
	int r = -ENOSYS, first_r = 0;

	for (; *ops; ops++) {
		if (!is_wanted(monitor, *ops))
			continue;
		r = try_source(monitor, *ops, &why);
		if (!r)
			break;
		if (first.text[0])
			continue;
		first = why;
		first_r = r;
	}
	/* What would have been able to is worth more than what is not. */
	if (r && monitor->cgroup && first.text[0])
		return error_set(error, first_r, "%s", first.text);
	if (r)
		return error_set(error, r, "%s", why.text);
	if (first.text[0])
		warn_of_second_best(monitor, first.text, first_r);
	return 0;
}

int open_source_for_run(struct denet_monitor *monitor, const struct source_ops *const *sources,
			struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) };
	int r = open_source(monitor, sources, &why);

	if (!r)
		return 0;
	if (monitor->options.accounting != DENET_ACCOUNTING_AUTO)
		return error_set(error, r, "cannot measure: %s", why.text);
	open_nothing(monitor, why.text);
	return 0;
}
