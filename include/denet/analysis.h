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

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_analysis;
struct denet_error;
struct denet_observer;

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

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
