/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the records of processes say of a run as a whole, once it has ended: what the wall time waited
 * for, how many ran at once, and who used most. Part of denet/denet.h.
 */
#ifndef DENET_ANALYSIS_H
#define DENET_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/types.h" /* struct denet_command */

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_analysis;
struct denet_error;

struct denet_analysis_options {
	size_t size; /* sizeof(struct denet_analysis_options) */
	/* Of more only those that used most CPU are kept, and what needs all is not told; 0 = no bound. */
	size_t processes_max;
};

/* Of a run that goes on: hand the observer to the monitor. options may be NULL. */
int denet_analysis_new(const struct denet_analysis_options *options,
		       struct denet_analysis **ret_analysis);

/* Of a recorded file, "-" being stdin; of any version, though older ones tell less. error may be NULL. */
int denet_analysis_open(const char *path, struct denet_analysis **ret_analysis,
			struct denet_error *error);

/* Of records in memory, one a line, such as denet_monitor_take_records() hands out. */
int denet_analysis_of_lines(const char *text, size_t len, struct denet_analysis **ret_analysis,
			    struct denet_error *error);

/* Accepts NULL. */
void denet_analysis_free(struct denet_analysis *analysis);

/* Keeps what it is told of processes; valid as long as the analysis. */
const struct denet_observer *denet_analysis_observer(const struct denet_analysis *analysis);

/* How many processes were told of, and how many of these were dropped for processes_max. */
uint64_t denet_analysis_processes(const struct denet_analysis *analysis);
uint64_t denet_analysis_dropped(const struct denet_analysis *analysis);

/* A stretch of the wall time in which the run went on only as this program did. */
struct denet_waited_segment {
	uint64_t start_ns; /* since the start of the run; each begins where the one before ends */
	uint64_t end_ns;
	uint64_t id;
	uint32_t pid;
	const char *comm; /* of the program that the process ran then */
	struct denet_command command; /* not known of what a process was forked with */
	bool is_waiting; /* of all that it has on the path less than a tenth was CPU, or waiting for a CPU */
};

/* All segments of one name. */
struct denet_waited_program {
	const char *comm;
	uint64_t time_ns;
	uint64_t segments_count;
};

/*
 * The chain of processes that each had to wait for the next, back from the end of the first. Made of
 * starts, ends, who told whom to end, and CPU; where an idle process handed over to a sibling, that is a
 * conclusion.
 */
struct denet_waited {
	size_t size; /* sizeof(struct denet_waited), set by the caller */
	const char *unknown; /* why nothing of this is known; NULL when it is */
	uint64_t
		wall_ns; /* what the segments add up to: the root's life, as far as it was watched */
	uint64_t waiting_ns; /* in segments that are is_waiting */
	uint64_t run_delay_ns; /* about so much of it the path's processes waited for a CPU */
	const struct denet_waited_segment *segments; /* in the order of time */
	size_t segments_count;
	const struct denet_waited_program *programs; /* most time first */
	size_t programs_count;
};

/*
 * How many processes ran at once. One with a living child does not count: it is the child that works.
 * Within the root's life, to which the times add up.
 */
struct denet_parallel {
	size_t size; /* sizeof(struct denet_parallel), set by the caller */
	const char *unknown; /* why not; NULL when it is known */
	const uint64_t *time_ns; /* while so many ran, from 0 on */
	size_t count;
};

/* What a row of a roll-up is. */
enum denet_rollup_by {
	DENET_ROLLUP_PROCESS, /* each process: the heaviest, with their arguments */
	DENET_ROLLUP_COMM, /* all programs of one name: who execs has a share in several */
	DENET_ROLLUP_CMD, /* the same, of one command line */
	DENET_ROLLUP_EXE, /* all processes whose last program was of one file; its name where that is not known */
	/* Each child of the root, or of those that match `under`, with all that it has started. */
	DENET_ROLLUP_SUBTREE,
	DENET_ROLLUP_CGROUP,
	DENET_ROLLUP_USER,
};

enum denet_rollup_sort {
	DENET_ROLLUP_BY_CPU,
	DENET_ROLLUP_BY_WALL,
	DENET_ROLLUP_BY_PEAK,
	DENET_ROLLUP_BY_RUNS,
};

struct denet_rollup_options {
	size_t size; /* sizeof(struct denet_rollup_options) */
	enum denet_rollup_by by;
	enum denet_rollup_sort sort;
	/*
	 * Only what processes that match have started: a pattern as of a shell, for a name or for a whole command
	 * line with blanks between the arguments. NULL: all.
	 */
	const char *under;
	size_t rows_max; /* 0: all */
};

struct denet_rollup_row {
	const char
		*name; /* what all of the row have in common; of a process or a subtree its name */
	struct denet_command command; /* of a process, a subtree, a command line; else not known */
	uint32_t pid; /* of a process or a subtree; else 0 */
	uint64_t runs; /* what a child used before it execed is none */
	uint64_t failed;
	uint64_t cpu_time_ns;
	uint64_t
		wall_ns; /* while at least one of them lived; DENET_UNKNOWN when that is not told */
	uint64_t peak_rss_kb; /* the largest; DENET_UNKNOWN when none is known */
};

struct denet_rollup {
	size_t size; /* sizeof(struct denet_rollup), set by the caller */
	const char *unknown; /* why nothing is told; NULL when it is */
	const struct denet_rollup_row *rows;
	size_t rows_count;
	uint64_t rows_omitted; /* for rows_max */
	uint64_t processes; /* in all rows, the omitted ones included */
	uint64_t cpu_time_ns;
};

/* How the run went, by its samples. At most 64 columns of equal width, the last one cut off. */
struct denet_series {
	size_t size; /* sizeof(struct denet_series), set by the caller */
	uint64_t step_ns; /* of a column; 0 when there were no two samples */
	const double *cpu_cores; /* in use, on average over a column */
	const uint64_t *memory_kb; /* the largest sum of RSS at a sample; 0 when none is known */
	size_t count;
};

/*
 * Once the run has ended. What the results point to is valid until the analysis is told of another process,
 * or freed. One analysis belongs to one thread at a time.
 */
int denet_analysis_waited(struct denet_analysis *analysis, struct denet_waited *ret_waited);
int denet_analysis_parallel(struct denet_analysis *analysis, struct denet_parallel *ret_parallel);

/* The same; needs no exact times. */
int denet_analysis_rollup(struct denet_analysis *analysis,
			  const struct denet_rollup_options *options,
			  struct denet_rollup *ret_rollup);

/* At any time; valid until the next sample or the next call. */
int denet_analysis_series(struct denet_analysis *analysis, struct denet_series *ret_series);

/*
 * All of it as one object, without newline at its end: waited_for, running_ns, series and, with options, rows. Of
 * the segments the longest, in the order of time; segments_max 0: all. To be freed by denet_free().
 */
int denet_analysis_json(struct denet_analysis *analysis, const struct denet_rollup_options *options,
			size_t segments_max, bool is_indented, char **ret_text);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
