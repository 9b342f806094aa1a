/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/ledger.h"

#include "tree/counters.h"

#define WALKS_MAX 3

void ledger_begin(struct ledger *ledger, uint64_t now_ns)
{
	ledger->rate.mono_ns = now_ns;
}

static bool is_gone(const struct task_sample *task)
{
	/* Of a whole process only the main thread has ended. */
	return !(task->flags & SAMPLE_PROCESS) &&
	       (task->flags & (SAMPLE_ENDED_THREADS | SAMPLE_DEAD));
}

void ledger_seed(struct ledger *ledger, const struct task_sample *task)
{
	if (task->flags & SAMPLE_LEADER)
		ledger->seeded_processes++;
	else if (!is_gone(task))
		ledger->seeded_threads++;
	if (task->flags & SAMPLE_PROCESS)
		ledger->seeded_threads += task->threads - 1;
}

void ledger_forget_seeded(struct ledger *ledger)
{
	ledger->before = (struct task_counters){ 0 };
	ledger->seeded_processes = 0;
	ledger->seeded_threads = 0;
}

void ledger_exclude(struct ledger *ledger, const struct task_counters *used)
{
	counters_add(&ledger->before, used);
}

void ledger_include(struct ledger *ledger, const struct task_counters *used)
{
	counters_subtract(&ledger->before, used);
}

void ledger_exclude_only(struct ledger *ledger, const struct task_counters *used)
{
	ledger->before = *used;
}

static int on_task(void *context, const struct task_sample *task)
{
	return tree_add_task(context, task);
}

int ledger_walk(struct ledger *ledger, struct source *source, struct tree *tree)
{
	int i, r;

	ledger->is_of_one_moment = false;
	for (i = 0; i < WALKS_MAX && !ledger->is_of_one_moment; i++) {
		tree_begin_walk(tree);
		r = source->ops->sample(source, on_task, tree, &ledger->totals);
		if (r < 0)
			return r;
		ledger->is_of_one_moment = !r;
	}
	tree_end_walk(tree);
	ledger->unknown = source->ops->unknown(source);
	return 0;
}

static void add_up(struct ledger *ledger, const struct task_counters *live)
{
	struct task_counters sum = ledger->totals.dead;

	counters_add(&sum, live);
	counters_subtract(&sum, &ledger->before);
	counters_floor(&sum);
	ledger->exact = sum;
	counters_raise(&ledger->total, &sum);
}

void ledger_add_up(struct ledger *ledger, const struct tree *tree)
{
	ledger->slice_ns = tree->slice_ns;
	add_up(ledger, &tree->live);
}

void ledger_raise_cpu(struct ledger *ledger, uint64_t cpu_time_ns)
{
	if (ledger->exact.cpu_time_ns < cpu_time_ns)
		ledger->exact.cpu_time_ns = cpu_time_ns;
	counters_raise(&ledger->total, &ledger->exact);
}

bool ledger_read_totals(struct ledger *ledger, const struct source *source)
{
	const struct task_counters none = { 0 };
	struct task_counters known = ledger->exact;
	bool is_all;

	source->ops->totals(source, &ledger->totals);
	add_up(ledger, &none);
	is_all = ledger_counts_all(source, &ledger->totals) &&
		 ledger_processes(ledger) <= ledger->totals.processes_exited;
	/* Who lives is in what was known, and not in this. */
	if (!is_all)
		counters_raise(&ledger->exact, &known);
	return is_all;
}

void ledger_begin_from_here(struct ledger *ledger, bool is_wanted)
{
	ledger->rate.cpu_time_ns = ledger->total.cpu_time_ns + ledger->slice_ns;
	if (is_wanted)
		ledger->cpu_before_ns = ledger->total.cpu_time_ns;
}

double ledger_rate(struct ledger *ledger, uint64_t now_ns)
{
	return rate_update(&ledger->rate, ledger->total.cpu_time_ns + ledger->slice_ns, now_ns);
}

uint64_t ledger_processes(const struct ledger *ledger)
{
	return ledger->seeded_processes + ledger->totals.processes_started;
}

uint64_t ledger_threads(const struct ledger *ledger)
{
	return ledger_processes(ledger) + ledger->seeded_threads + ledger->totals.threads_started;
}

bool ledger_counts_all(const struct source *source, const struct tree_totals *totals)
{
	return source->sees_births && !totals->dropped_accounts && !totals->dropped_births;
}
