/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary of a recorded file, in denet's terms. */
#ifndef DENET_RECORD_STATS_H
#define DENET_RECORD_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "record/json.h"
#include "util/buf.h"

/* Unknown figures are DENET_UNKNOWN or NaN. */
struct stats {
	double total_time_secs;
	uint64_t sample_count;
	uint64_t max_processes;
	uint64_t max_threads;
	uint64_t total_disk_read_bytes;
	uint64_t total_disk_write_bytes;
	uint64_t total_syscall_read_bytes;
	uint64_t total_syscall_write_bytes;
	uint64_t peak_page_faults_cached;
	uint64_t peak_page_faults_disk;
	uint64_t total_sys_net_rx_bytes;
	uint64_t total_sys_net_tx_bytes;
	uint64_t peak_mem_rss_kb;
	double avg_cpu_usage; /* with has_summary cpu_time / wall, else the plain mean of samples */
	double psi_some_fraction; /* share of the samples with memory stalls */
	const char *verdict; /* on memory; NULL when there is nothing to judge by */

	bool has_summary; /* our own record of exact totals was there: all above is from it */
	struct denet_summary summary; /* valid with has_summary; without groups and the like */
	struct denet_command command; /* from metadata or summary, args_len 0 when not known */
	struct denet_end end;

	uint64_t lines_skipped;
	bool is_truncated;
	char skipped_text[160]; /* the first thing wrong in the file; may be empty */

	char *command_args; /* owned; command.args */
	char *peak_process_comm; /* owned; summary.peak_process_comm */
};

/*
 * Reads a whole recorded file. On failure ret_error holds one line without the file's name, such
 * as "No valid metrics found in file".
 */
int stats_read_file(const char *path, struct stats *ret_stats, char *ret_error, size_t error_size);
int stats_read_fd(int fd, struct stats *ret_stats, char *ret_error, size_t error_size);
void stats_done(struct stats *stats);
static inline void stats_freep(struct stats *stats)
{
	stats_done(stats);
}

/* The figures of a summary; owns nothing, borrows the summary's strings. */
void stats_from_summary(const struct denet_summary *summary, struct stats *ret_stats);

/* denet's keys in denet's order into an object that is open. */
void stats_write_members(struct json *json, const struct stats *stats);

/* What denet prints with -j stats: indented, ours behind denet's keys, no newline at the end. */
void stats_append_json(const struct stats *stats, struct buf *buf);

/* The same in one line, also without newline. */
void stats_append_line(const struct stats *stats, struct buf *buf);

#endif
