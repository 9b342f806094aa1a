/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the kernel side has counted of the tree as a whole. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "probe/probe_internal.h"

void probe_raise_at_once(struct at_once *most, const struct at_once *seen)
{
	if (seen->processes > most->processes)
		most->processes = seen->processes;
	if (seen->threads > most->threads)
		most->threads = seen->threads;
}

struct at_once probe_most_at_once(const struct probe *probe)
{
	struct at_once most = probe->shared.totals->alive;
	__u32 zero = 0;
	size_t i;

	probe_raise_at_once(&most, &probe->seeded);
	if (bpf_map_lookup_elem(probe->at_once_fd, &zero, probe->at_once))
		return most;
	for (i = 0; i < probe->at_once_count; i++)
		probe_raise_at_once(&most, &probe->at_once[i]);
	return most;
}

int probe_forget_at_once(struct probe *probe)
{
	const __u32 zero = 0;

	memset(probe->at_once, 0, probe->at_once_count * sizeof(*probe->at_once));
	return bpf_map_update_elem(probe->at_once_fd, &zero, probe->at_once, BPF_ANY) ? -errno : 0;
}

/* Nobody was on the way from the living to the dead, and nobody went. */
bool probe_is_same_moment(const struct tree_totals *a, const struct tree_totals *b)
{
	return a->dying_seq == a->dead_seq && a->dying_seq == b->dying_seq &&
	       a->processes_started == b->processes_started &&
	       a->threads_started == b->threads_started;
}

bool probe_is_whole(const struct probe *probe)
{
	const struct source_ops *ops = probe->source.ops;
	struct tree_totals totals;

	ops->counted(&probe->source, &totals);
	return !totals.dropped_accounts && !totals.dropped_births &&
	       !ops->tasks_lost(&probe->source);
}

/* The kernel skips a program that is running on this CPU already: somebody was missed then. */
uint64_t probe_missed_runs(const struct probe *probe)
{
	/* Not on_process_exit: on_switch makes good what that one has missed. */
	static const enum tree_program counted[] = { TREE_ON_WAKEUP_NEW, TREE_ON_PROCESS_EXEC,
						     TREE_ON_SWITCH };
	uint64_t missed = 0;
	size_t i;

	for (i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(probe->tree.program_fds[counted[i]], &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}
