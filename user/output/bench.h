/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What many runs of some commands have shown, for all that tells it. Pointers are borrowed. */
#ifndef DENET_OUTPUT_BENCH_H
#define DENET_OUTPUT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "output/term.h"
#include "util/buf.h"

struct bench_parameter {
	const char *name;
	const char *value;
};

struct bench_run {
	size_t round; /* from 1 */
	uint64_t wall_ns;
	uint64_t cpu_time_ns;
	uint64_t peak_mem_rss_kb;
	uint64_t processes_total;
	struct denet_end end;
};

struct bench_command {
	const char *text;
	const struct bench_parameter *parameters; /* of a sweep */
	size_t parameters_count;
	const struct bench_run *runs;
	size_t runs_count;
	size_t failed;
	const struct denet_comparison
		*comparison; /* its runs as the head, the first's as the base; NULL without runs */
};

/* What went on beside the runs, while they ran. */
struct bench_noise {
	uint64_t available_ns; /* of all CPUs */
	uint64_t busy_ns; /* of these, as the kernel's ticks have it */
	uint64_t steal_ns;
	uint64_t used_ns; /* by the runs and by us */
	uint64_t wall_ns; /* of all runs */
	uint64_t throttled_ns;
	uint64_t memory_stall_ns;
	size_t throttled_runs;
	size_t survived_runs; /* that have left processes behind */
};

struct bench_result {
	const struct bench_command *commands;
	size_t count;
	uint64_t rounds; /* that were asked for */
	uint64_t warmups;
	struct bench_noise noise;
	bool is_sampled; /* from /proc: lower bounds */
	bool is_pss_rough; /* a tree changed while it was read */
	bool has_shell;
	bool is_cut; /* a signal ended it */
	bool is_verbose; /* all figures */
};

/* A table for each command, and notes. */
void bench_view_append(struct buf *buf, const struct term_style *style,
		       const struct bench_result *result);

/* A row for each command, and the same notes. */
void bench_markdown_append(struct buf *buf, const struct bench_result *result);

/* An indented object. */
void bench_json_append(struct buf *buf, const struct bench_result *result);

/* RFC 4180: a row for each figure of each command, and for the CPU of each program. */
void bench_csv_append(struct buf *buf, const struct bench_result *result);

#endif
