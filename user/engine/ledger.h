/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What everybody together has used: the sums of the dead, which the source keeps, and those of the
 * living, which a walk finds, of one moment. Others read the fields; the functions write them.
 */
#ifndef DENET_ENGINE_LEDGER_H
#define DENET_ENGINE_LEDGER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/tree.h"
#include "metrics/rate.h"
#include "source/source.h"
#include "tree/tree.h"

struct ledger {
	struct tree_totals totals; /* at the last walk, the dead among them */
	struct task_counters before; /* to be subtracted from dead and living */
	struct task_counters total; /* at the last walk, never less than before */
	struct task_counters exact; /* the same without that promise: what the last walk found */
	uint64_t slice_ns; /* used but not charged at the last walk: for the rate alone */
	uint32_t unknown; /* COUNTER_: what these do not tell */
	bool is_of_one_moment; /* the dead and the living of the last walk */
	uint64_t seeded_processes; /* that were there before; the totals do not know them */
	uint64_t seeded_threads; /* beyond the first of each process */
	uint64_t cpu_before_ns; /* in total, but older than the beginning */
	struct rate rate;
};

/* Rates begin at now_ns. */
void ledger_begin(struct ledger *ledger, uint64_t now_ns);

/* A task that was there before us. */
void ledger_seed(struct ledger *ledger, const struct task_sample *task);

/* Nothing of what was seeded holds. */
void ledger_forget_seeded(struct ledger *ledger);

/* What was used before is not ours to count; or it is, though it is in no total. */
void ledger_exclude(struct ledger *ledger, const struct task_counters *used);
void ledger_include(struct ledger *ledger, const struct task_counters *used);

/* Nothing but this was used before. */
void ledger_exclude_only(struct ledger *ledger, const struct task_counters *used);

/*
 * Finds out who lives, and what the dead have used. When somebody is born or dies meanwhile the walk
 * is repeated a few times; in a storm the older totals hold, and what they miss comes with the next.
 */
int ledger_walk(struct ledger *ledger, struct source *source, struct tree *tree);

/* Brings the sums to what the walk has found. */
void ledger_add_up(struct ledger *ledger, const struct tree *tree);
/* Of all of them somebody else knows that it was so much at least. */
void ledger_raise_cpu(struct ledger *ledger, uint64_t cpu_time_ns);

/*
 * Without a walk, which has failed: what the ended have used. True if that is everybody; else what
 * lives counts as far as the last walk has seen it.
 */
bool ledger_read_totals(struct ledger *ledger, const struct source *source);

/* What the totals hold by now is older than the beginning, and in no rate. */
void ledger_begin_from_here(struct ledger *ledger, bool is_wanted);

double ledger_rate(struct ledger *ledger, uint64_t now_ns);

/* That were there or were born since. */
uint64_t ledger_processes(const struct ledger *ledger);
uint64_t ledger_threads(const struct ledger *ledger);

/* False where births or ends are not all counted: then nothing follows from these. */
bool ledger_counts_all(const struct source *source, const struct tree_totals *totals);

#endif
