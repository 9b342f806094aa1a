/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/privacy.h"

#include <string.h>

#include "metrics/table.h"
#include "tree/counters.h"

/* Of times in /proc/PID/stat. */
#define STEP_NS 10000000ull

bool privacy_matters(const struct identity *identity)
{
	return identity->own_programs_only && identity->is_told_by_kernel;
}

bool privacy_covers(const struct identity *identity, const struct command *command)
{
	return privacy_matters(identity) && (!command || command->is_private);
}

/* What sockets carry is I/O as any other. */
#define HIDDEN (COUNTER_IO | COUNTER_NET)

static void hide_io(struct task_counters *used)
{
	struct metric_list list = metric_list_of_kernel();

	for (size_t i = 0; i < list.count; i++) {
		const struct metric *metric = list.uses[i].metric;

		if (metric->kernel_unknown & HIDDEN)
			memset((char *)used + metric->kernel_offset, 0, sizeof(uint64_t));
	}
}

void privacy_cut(struct task_counters *used, uint32_t *unknown, struct task_counters *ret_withheld)
{
	*ret_withheld = *used;
	hide_io(used);
	used->cpu_time_ns -= used->cpu_time_ns % STEP_NS;
	used->cpu_user_ns -= used->cpu_user_ns % STEP_NS;
	used->cpu_system_ns -= used->cpu_system_ns % STEP_NS;
	used->run_delay_ns -= used->run_delay_ns % STEP_NS;
	*unknown |= HIDDEN;
	counters_subtract(ret_withheld, used);
}

void privacy_cut_living(const struct identity *identity, struct tree *tree)
{
	struct task_counters withheld;
	struct process *process;

	if (!privacy_matters(identity))
		return;
	for (process = tree->oldest; process; process = process->younger) {
		if (!process_is_alive(tree, process) || !privacy_covers(identity, process->command))
			continue;
		privacy_cut(&process->used, &process->unknown, &withheld);
		/* Of its ended threads as well, which are among the dead: the sum of both is right. */
		counters_subtract(&tree->live, &withheld);
		tree->slice_ns -= process->slice_ns;
		process->slice_ns = 0;
	}
}
