/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Processes told to an analysis, in milliseconds since the start of the run. */
#ifndef DENET_TESTS_ANALYSIS_WORLD_H
#define DENET_TESTS_ANALYSIS_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "util/cleanup.h"
#include "util/units.h"

#define WORLD_RUNNING (-1)

struct world_process {
	uint64_t id; /* and the pid; 1 is the root */
	uint64_t parent_id;
	const char *comm;
	int64_t start_ms;
	int64_t end_ms; /* or WORLD_RUNNING */
	uint64_t cpu_ms;
	uint64_t delay_ms;
	uint64_t told_by_id;
	uint64_t told_ms;
	const char *before; /* the program that it ran until exec_ms; NULL for none */
	int64_t exec_ms;
	uint64_t peak_kb;
	uint64_t uid;
	int exit_code;
	const char *args; /* one word; NULL: comm */
};

/* Of whom nothing counts but when it lived. */
#define WORLD_LIFE(id_, parent_id_, comm_, start_ms_, end_ms_)                                    \
	{                                                                                         \
		.id = (id_), .parent_id = (parent_id_), .comm = (comm_), .start_ms = (start_ms_), \
		.end_ms = (end_ms_)                                                               \
	}

static inline struct denet_process world_process_of(const struct world_process *told)
{
	bool is_running = told->end_ms == WORLD_RUNNING;

	return (struct denet_process){
		.size = sizeof(struct denet_process),
		.pid = (uint32_t)told->id,
		.comm = told->comm,
		.command = { .args = told->args ? told->args : told->comm,
			     .args_len = strlen(told->args ? told->args : told->comm) + 1 },
		.uid = told->uid,
		.used = { .cpu_time_ns = told->cpu_ms * NS_PER_MS,
			  .run_delay_ns = told->delay_ms * NS_PER_MS },
		.end = { .known = !is_running, .exit_code = told->exit_code },
		.peak_rss_kb = told->peak_kb,
		.is_exact = true,
		.is_running = is_running,
		.id = told->id,
		.parent_id = told->parent_id,
		.start_ns = told->start_ms * (int64_t)NS_PER_MS,
		.end_ns = is_running ? DENET_UNKNOWN : (uint64_t)told->end_ms * NS_PER_MS,
		.told_signal = told->told_by_id ? 15 : 0,
		.told_by_id = told->told_by_id,
		.told_ns = told->told_ms * NS_PER_MS,
	};
}

/* Half of the CPU is each program's. */
static inline void world_tell(const struct denet_observer *to, const struct world_process *told)
{
	struct denet_process process = world_process_of(told);
	const struct denet_process_program programs[] = {
		{ .comm = told->before,
		  .start_ns = process.start_ns,
		  .used.cpu_time_ns = process.used.cpu_time_ns / 2,
		  .peak_rss_kb = told->peak_kb / 2,
		  .is_forked = true },
		{ .comm = told->comm,
		  .start_ns = told->exec_ms * (int64_t)NS_PER_MS,
		  .used.cpu_time_ns = process.used.cpu_time_ns / 2,
		  .peak_rss_kb = told->peak_kb },
	};

	if (told->before) {
		process.programs = programs;
		process.programs_count = 2;
	}
	to->on_process(to->context, &process);
}

static inline void world_sum_up(const struct denet_observer *to, uint64_t wall_ms, uint64_t total)
{
	const struct denet_summary summary = {
		.size = sizeof(summary),
		.accounting = DENET_ACCOUNTING_BPF,
		.wall_ns = wall_ms * NS_PER_MS,
		.processes_total = total,
	};

	to->on_summary(to->context, &summary);
}

/* The first is the root. */
static inline struct denet_analysis *world_analysis(const struct world_process *told, size_t count)
{
	struct denet_analysis *analysis = NULL;
	const struct denet_observer *to;

	assert_int_equal(denet_analysis_new(NULL, &analysis), 0);
	to = denet_analysis_observer(analysis);
	for (size_t i = count; i > 0; i--)
		world_tell(to, &told[i - 1]);
	world_sum_up(to, 1000, count);
	return analysis;
}

static inline void denet_analysis_freep(struct denet_analysis **analysis)
{
	denet_analysis_free(*analysis);
}

#endif
