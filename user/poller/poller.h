/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The source by /proc: follows a tree of processes, without any right over the machine. All figures are lower
 * bounds: what was not seen is missing, nothing is counted twice.
 *
 * Living processes are looked at one by one. What ended is in the sums of who waited for it: its
 * parent's, or ours when it was an orphan.
 */
#ifndef DENET_POLLER_POLLER_H
#define DENET_POLLER_POLLER_H

#include <stdbool.h>

#include "source/source.h"

/* What source_options ask for; the rest is for tests, as if the kernel did not have them. */
struct poller_options {
	const struct procfs *procfs; /* borrowed, as the next */
	const char *group_folder; /* of a cgroup; NULL: a tree is followed */
	bool adopt_orphans;
	bool no_children_files;
	bool no_clocks;
	bool no_kcmp;
};

/* -ENOSYS when /proc is not there, -EXDEV when it shows another pid namespace than ours. */
int poller_open(const struct poller_options *options, struct source **ret_source);

#endif
