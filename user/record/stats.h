/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary of a recorded file, in denet's terms. */
#ifndef DENET_RECORD_STATS_H
#define DENET_RECORD_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "metrics/tally.h"
#include "util/buf.h"

#define STATS_NAME_BYTES 16
#define STATS_SURVIVORS_MAX 16

struct stats {
	/* denet's keys, and with has_summary ours; without groups and the like. */
	struct denet_summary summary;
	bool is_ours; /* denet-bpf wrote it */
	bool has_summary; /* our own record of exact totals was there: all is from it */
	bool is_mixed; /* records of ours from more than one run */

	uint64_t lines_skipped;
	bool is_truncated;
	bool is_set_back; /* the clock, where samples alone tell the time */
	char skipped_text[160]; /* the first thing wrong in the file; may be empty */

	char *command_args; /* owned; summary.command.args */
	char *peak_process_comm; /* owned; summary.peak_process_comm */
	char *incomplete; /* owned; summary.incomplete */

	const struct denet_observer *observer; /* borrowed while it reads; NULL for nobody */
	struct tally processes; /* of their records; summary.groups and failures */
	struct tally root; /* the root's alone, for a summary that is of it alone */
	uint32_t root_pid;
	bool is_attached;
	uint64_t t0_ms; /* this and those below of the metadata */
	uint64_t cpus_usable;
	uint64_t memory_limit_kb;
	double cpu_limit_cores;
	enum denet_accounting accounting; /* of the metadata */
	struct denet_survivor *survivors; /* owned; summary.survivors */
	char (*names)[STATS_NAME_BYTES]; /* owned; theirs */
	size_t survivors_count;
};

/*
 * Reads a whole recorded file. The observer, which may be NULL, is told of what passes. On failure ret_error holds one line without the file's name, such
 * as "No valid metrics found in file".
 */
int stats_read_file(const char *path, const struct denet_observer *observer,
		    struct stats *ret_stats, char *ret_error, size_t error_size);
int stats_read_fd(int fd, const struct denet_observer *observer, struct stats *ret_stats,
		  char *ret_error, size_t error_size);
void stats_done(struct stats *stats);
static inline void stats_freep(struct stats *stats)
{
	stats_done(stats);
}

/* Of no records at all: what denet never leaves out is 0. */
void stats_of_nothing(struct stats *ret_stats);

/* What denet prints with -j stats: indented, ours behind denet's keys, no newline at the end. */
void stats_append_json(const struct stats *stats, struct buf *buf);

/* The same in one line, also without newline. */
void stats_append_line(const struct stats *stats, struct buf *buf);

#endif
