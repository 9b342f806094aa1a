/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/derive.h"
#include "metrics/keys.h"
#include "metrics/peaks.h"
#include "metrics/table.h"
#include "record/fields.h"
#include "record/reader.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/units.h"

/* What has been seen of one sort of rows. */
struct tally_of_rows {
	uint64_t count;
	uint64_t first_ms;
	uint64_t last_ms;
	bool is_set_back; /* the wall clock, between two of them */
	struct denet_summary figures; /* denet's, as far as samples tell them */
	uint64_t mean_count;
	uint64_t psi_count;
	uint64_t psi_stalled;
	bool has_perf;
	struct peaks peaks; /* as the monitor had them */
	struct denet_tree last;
};

static void rows_init(struct tally_of_rows *tally)
{
	*tally = (struct tally_of_rows){ 0 };
	peaks_init(&tally->peaks);
	derive_forget(DENET_RECORD_SUMMARY, &tally->figures);
}

static void roll_u64(enum metric_rollup how, uint64_t value, uint64_t *figure)
{
	bool is_larger = value != DENET_UNKNOWN && (*figure == DENET_UNKNOWN || value > *figure);

	if (how == ROLLUP_LAST || is_larger)
		*figure = value;
}

/* The sum of those that are known; what is divided by comes at the end. */
static void roll_mean(struct tally_of_rows *tally, double value, double *figure)
{
	if (isnan(value))
		return;
	*figure = tally->mean_count++ ? *figure + value : value;
}

static void roll_up(struct tally_of_rows *tally, const struct denet_tree *tree)
{
	struct metric_list list = metric_list_of_rollups();

	for (size_t i = 0; i < list.count; i++) {
		const struct metric *metric = list.uses[i].metric;
		const void *value = (const char *)tree + metric->rolled_offset;
		void *figure = (char *)&tally->figures + list.uses[i].offset;

		if (metric->rollup == ROLLUP_MEAN)
			roll_mean(tally, *(const double *)value, figure);
		else
			roll_u64(metric->rollup, *(const uint64_t *)value, figure);
	}
}

/* Since the start, or else since the first sample; not known where the wall clock was set back. */
static uint64_t elapsed_ns(const struct tally_of_rows *tally, uint64_t t0_ms, uint64_t ts_ms)
{
	uint64_t start_ms = t0_ms == DENET_UNKNOWN ? tally->first_ms : t0_ms;

	if (ts_ms == DENET_UNKNOWN || start_ms == DENET_UNKNOWN)
		return 0;
	return ts_ms >= start_ms ? (ts_ms - start_ms) * NS_PER_MS : DENET_UNKNOWN;
}

static void rows_add(struct tally_of_rows *tally, struct row *row, uint64_t t0_ms)
{
	double psi_some = row->tree.aggregated.psi_some_avg10;

	if (!tally->count++)
		tally->first_ms = row->tree.ts_ms;
	else
		tally->is_set_back |=
			tally->last_ms != DENET_UNKNOWN && row->tree.ts_ms < tally->last_ms;
	peaks_note(&tally->peaks, &row->tree, &row->tree.aggregated,
		   elapsed_ns(tally, t0_ms, row->tree.ts_ms));
	tally->last_ms = row->tree.ts_ms;
	if (row->kind == ROW_SAMPLE)
		row->tree.process_count = 1;
	roll_up(tally, &row->tree);
	if (!isnan(psi_some)) {
		tally->psi_count++;
		tally->psi_stalled += psi_some > 0;
	}
	tally->has_perf = tally->has_perf || row->has_perf;
	tally->last = row->tree;
}

static double elapsed_secs(const struct tally_of_rows *tally)
{
	if (tally->is_set_back || tally->first_ms == DENET_UNKNOWN ||
	    tally->last_ms == DENET_UNKNOWN)
		return NAN;
	return (double)(tally->last_ms - tally->first_ms) / 1e3;
}

/* The command and its end are known by other records. */
static void take_tally(struct stats *stats, const struct tally_of_rows *tally)
{
	struct denet_summary *summary = &stats->summary;
	struct denet_command command = summary->command;
	struct denet_end end = summary->end;

	*summary = tally->figures;
	summary->command = command;
	summary->end = end;
	summary->total_time_secs = elapsed_secs(tally);
	summary->sample_count = tally->count;
	stats->is_set_back = tally->is_set_back;
	if (tally->mean_count)
		summary->avg_cpu_usage /= (double)tally->mean_count;
	if (tally->psi_count)
		summary->psi_some_fraction = (double)tally->psi_stalled / (double)tally->psi_count;
	/* With hardware counters denet weighs more than we read. */
	if (!tally->has_perf)
		summary->memory_verdict = derive_verdict(summary->psi_some_fraction);
}

void stats_of_nothing(struct stats *ret_stats)
{
	struct denet_summary *summary = &ret_stats->summary;

	*ret_stats = (struct stats){ 0 };
	derive_forget(DENET_RECORD_SUMMARY, summary);
	summary->total_time_secs = 0;
	summary->sample_count = 0;
	summary->processes_peak = 0;
	summary->threads_peak = 0;
	summary->used.disk_read_bytes = 0;
	summary->used.disk_write_bytes = 0;
	summary->sys_net_rx_bytes = 0;
	summary->sys_net_tx_bytes = 0;
	summary->peak_mem_rss_kb = 0;
	summary->avg_cpu_usage = 0;
}

static int keep_command(struct stats *stats, const struct denet_command *command)
{
	char *args;

	if (!command->args_len)
		return 0;
	args = malloc(command->args_len);
	if (!args)
		return -ENOMEM;
	memcpy(args, command->args, command->args_len);
	free(stats->command_args);
	stats->command_args = args;
	stats->summary.command = (struct denet_command){
		.args = args,
		.args_len = command->args_len,
		.truncated = command->truncated,
	};
	return 0;
}

/* A copy in the place of an older one. */
static int keep_text(const char *text, char **copy)
{
	free(TAKE(*copy));
	if (text)
		*copy = strdup(text);
	return text && !*copy ? -ENOMEM : 0;
}

/* The row's strings go with the row, so that the summary gets copies. */
static int keep_summary(struct stats *stats, const struct row *row)
{
	int r = keep_command(stats, &row->summary.command);
	struct denet_command command = stats->summary.command;
	struct denet_end end = stats->summary.end;

	if (!r)
		r = keep_text(row->summary.peak_process_comm, &stats->peak_process_comm);
	if (!r)
		r = keep_text(row->summary.incomplete, &stats->incomplete);
	if (r)
		return r;
	stats->has_summary = true;
	stats->summary = row->summary;
	stats->summary.command = command;
	stats->summary.peak_process_comm = stats->peak_process_comm;
	stats->summary.incomplete = stats->incomplete;
	if (!row->summary.end.known)
		stats->summary.end = end;
	derive_summary(&stats->summary);
	return 0;
}

static bool has_room(struct stats *stats)
{
	if (!stats->survivors)
		stats->survivors = calloc(STATS_SURVIVORS_MAX, sizeof(*stats->survivors));
	if (!stats->names)
		stats->names = calloc(STATS_SURVIVORS_MAX, sizeof(*stats->names));
	return stats->survivors && stats->names && stats->survivors_count < STATS_SURVIVORS_MAX;
}

static int keep_process(struct stats *stats, const struct denet_process *process)
{
	bool is_root = process->pid == stats->root_pid;
	char *name;
	int r = is_root ? tally_add(&stats->root, process, true) : 0;

	if (process->is_running && has_room(stats)) {
		name = stats->names[stats->survivors_count];
		(void)snprintf(name, STATS_NAME_BYTES, "%s", process->comm);
		stats->survivors[stats->survivors_count++] =
			(struct denet_survivor){ .comm = name, .pid = process->pid };
	}
	return r ? r : tally_add(&stats->processes, process, is_root);
}

/* What the monitor had of the processes, made of their records anew. */
static int show_processes(struct stats *stats)
{
	struct denet_summary *summary = &stats->summary;
	struct denet_summary told = *summary;
	int r = 0;

	tally_view(summary->is_root_alone ? &stats->root : &stats->processes, &told);
	summary->groups = told.groups;
	summary->groups_count = told.groups_count;
	summary->failures = told.failures;
	summary->failures_count = told.failures_count;
	if (!summary->is_root_alone) {
		summary->survivors = stats->survivors;
		summary->survivors_count = stats->survivors_count;
	}
	if (stats->has_summary)
		return 0;
	summary->processes_failed = told.processes_failed;
	summary->ends_unknown = told.ends_unknown;
	summary->processes_exact = told.processes_exact;
	/* One alone has had more than all together at a sample: that peak has no time. */
	if (told.peak_process_rss_kb != DENET_UNKNOWN) {
		if (summary->peak_mem_rss_kb == DENET_UNKNOWN ||
		    told.peak_process_rss_kb > summary->peak_mem_rss_kb) {
			summary->peak_mem_rss_kb = told.peak_process_rss_kb;
			summary->peak_mem_at_ns = DENET_UNKNOWN;
		}
		r = keep_text(told.peak_process_comm, &stats->peak_process_comm);
		summary->peak_process_rss_kb = told.peak_process_rss_kb;
		summary->peak_process_pid = told.peak_process_pid;
		summary->peak_process_comm = stats->peak_process_comm;
	}
	return r;
}

static void take_peaks(struct denet_summary *summary, const struct peaks *peaks)
{
	const struct pss_peak *pss = peaks_pss(peaks);

	if (peaks->sum_kb)
		summary->peak_mem_at_ns = peaks->sum_at_ns;
	if (!pss)
		return;
	summary->peak_pss_kb = pss->kb;
	summary->peak_pss_at_ns = pss->at_ns;
	summary->pss_is_bound = pss->is_bound;
	summary->pss_is_rough = pss->is_rough;
}

/* The last sample knows all that had been used by then, and the first record what bounds it. */
static void take_last(struct stats *stats, const struct tally_of_rows *rows)
{
	struct denet_summary *summary = &stats->summary;

	summary->accounting = stats->accounting;
	summary->used = rows->last.aggregated.used;
	summary->processes_total = rows->last.processes_started;
	/* From one sample to itself no time passes. */
	if (!isnan(summary->total_time_secs) && summary->total_time_secs > 0)
		summary->wall_ns = (uint64_t)(summary->total_time_secs * 1e9);
	take_peaks(summary, &rows->peaks);
	summary->cpus_usable = stats->cpus_usable;
	summary->memory_limit_kb = stats->memory_limit_kb;
	summary->cpu_limit_cores = stats->cpu_limit_cores;
	summary->incomplete = "the records end before the run did";
}

static int keep_start(struct stats *stats, const struct denet_start *start)
{
	stats->root_pid = start->pid;
	stats->is_attached = start->is_attached;
	stats->accounting = start->accounting;
	stats->is_ours = start->accounting != DENET_ACCOUNTING_AUTO;
	stats->t0_ms = start->t0_ms;
	stats->cpus_usable = start->cpus_usable;
	stats->memory_limit_kb = start->memory_limit_kb;
	stats->cpu_limit_cores = start->cpu_limit_cores;
	return keep_command(stats, &start->command);
}

/* A run of ours begins with its metadata and ends with its summary. */
static bool begins_another(const struct stats *stats, const struct row *row)
{
	return stats->is_ours && (stats->has_summary || row->kind == ROW_METADATA);
}

static int take_row(struct stats *stats, struct tally_of_rows *samples, struct tally_of_rows *trees,
		    struct row *row)
{
	switch (row->kind) {
	case ROW_METADATA:
		return keep_start(stats, &row->start);
	case ROW_SAMPLE:
		rows_add(samples, row, stats->t0_ms);
		return 0;
	case ROW_TREE:
		rows_add(trees, row, stats->t0_ms);
		return 0;
	case ROW_EXIT:
		if (!stats->has_summary || !stats->summary.end.known)
			stats->summary.end = row->exit.end;
		return 0;
	case ROW_SUMMARY:
		return keep_summary(stats, row);
	case ROW_PROCESS:
		return keep_process(stats, &row->process);
	}
	return 0;
}

static int read_rows(struct reader *reader, struct stats *stats)
{
	struct tally_of_rows samples;
	struct tally_of_rows trees;
	struct row row;
	int r;

	rows_init(&samples);
	rows_init(&trees);
	while ((r = reader_next(reader, &row)) > 0) {
		if (stats->observer)
			row_tell(&row, stats->observer);
		stats->is_mixed |= begins_another(stats, &row);
		r = take_row(stats, &samples, &trees, &row);
		if (r)
			return r;
	}
	if (r)
		return r;
	if (stats->has_summary)
		return show_processes(stats);
	if (!trees.count && !samples.count)
		return -ENODATA;
	take_tally(stats, trees.count ? &trees : &samples);
	if (!stats->is_ours)
		return 0;
	stats->summary.is_root_alone = !trees.count;
	take_last(stats, trees.count ? &trees : &samples);
	return show_processes(stats);
}

static void explain(int error, const struct reader_state *state, char *ret_error, size_t size)
{
	if (error == -ENODATA)
		(void)snprintf(ret_error, size, "No valid metrics found in file%s%s%s",
			       state->text[0] ? " (" : "", state->text, state->text[0] ? ")" : "");
	else if (state->text[0])
		(void)snprintf(ret_error, size, "%s", state->text);
	else
		(void)snprintf(ret_error, size, "%s", strerror(-error));
}

int stats_read_fd(int fd, const struct denet_observer *observer, struct stats *ret_stats,
		  char *ret_error, size_t error_size)
{
	AUTO(stats) struct stats stats = { .observer = observer, .t0_ms = DENET_UNKNOWN };
	AUTO(reader) struct reader *reader = NULL;
	const struct reader_state *state;
	int r = reader_new(fd, &reader);

	if (r) {
		(void)snprintf(ret_error, error_size, "%s", strerror(-r));
		return r;
	}
	reader_serve(reader, observer);
	r = read_rows(reader, &stats);
	state = reader_state(reader);
	if (r) {
		explain(r, state, ret_error, error_size);
		return r;
	}
	if (stats.is_mixed)
		stats.summary.incomplete = "there are records of more than one run";
	stats.lines_skipped = state->lines_skipped;
	stats.is_truncated = state->is_truncated;
	memcpy(stats.skipped_text, state->text, sizeof(stats.skipped_text));
	if (stats.is_set_back && !state->text[0])
		(void)snprintf(stats.skipped_text, sizeof(stats.skipped_text),
			       "its clock was set back: how long it took is not known");
	stats.observer = NULL;
	*ret_stats = stats;
	stats = (struct stats){ 0 };
	return 0;
}

int stats_read_file(const char *path, const struct denet_observer *observer,
		    struct stats *ret_stats, char *ret_error, size_t error_size)
{
	AUTO_FD int fd = -1;

	if (strcmp(path, "-") == 0)
		return stats_read_fd(STDIN_FILENO, observer, ret_stats, ret_error, error_size);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		int r = -errno;

		(void)snprintf(ret_error, error_size, "cannot open: %s", strerror(-r));
		return r;
	}
	return stats_read_fd(fd, observer, ret_stats, ret_error, error_size);
}

void stats_done(struct stats *stats)
{
	free(stats->command_args);
	free(stats->peak_process_comm);
	free(stats->incomplete);
	free(stats->survivors);
	free(stats->names);
	tally_done(&stats->processes);
	tally_done(&stats->root);
	*stats = (struct stats){ 0 };
}

static void write_all(struct json *json, const struct stats *stats)
{
	const struct denet_end *end = &stats->summary.end;
	const struct fields fields = {
		.record = DENET_RECORD_SUMMARY,
		.base = &stats->summary,
		.is_compat = !stats->has_summary && !stats->is_ours,
	};

	json_object_begin(json, NULL);
	fields_write(json, &fields);
	if (fields.is_compat && end->known && end->signal)
		json_i64(json, "signal", end->signal);
	else if (fields.is_compat && end->known)
		json_i64(json, KEY_EXIT_CODE, end->exit_code);
	if (stats->lines_skipped)
		json_u64(json, "lines_skipped", stats->lines_skipped);
	if (stats->is_truncated)
		json_bool(json, "truncated", true);
	json_object_end(json);
}

void stats_append_json(const struct stats *stats, struct buf *buf)
{
	struct json json;

	json_init_pretty(&json, buf);
	write_all(&json, stats);
}

void stats_append_line(const struct stats *stats, struct buf *buf)
{
	struct json json;

	json_init(&json, buf);
	write_all(&json, stats);
}
