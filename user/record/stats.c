/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/members.h"
#include "record/reader.h"
#include "util/cleanup.h"

/* What has been seen of one sort of rows. */
struct tally {
	uint64_t count;
	uint64_t first_ms;
	struct denet_sample last;
	double cpu_sum;
	uint64_t cpu_count;
	uint64_t max_processes;
	uint64_t max_threads;
	uint64_t peak_faults_cached;
	uint64_t peak_faults_disk;
	uint64_t peak_rss_kb;
	uint64_t psi_count;
	uint64_t psi_stalled;
	bool has_perf;
};

static const struct tally empty_tally = {
	.max_processes = DENET_UNKNOWN,
	.max_threads = DENET_UNKNOWN,
	.peak_faults_cached = DENET_UNKNOWN,
	.peak_faults_disk = DENET_UNKNOWN,
	.peak_rss_kb = DENET_UNKNOWN,
};

static void raise_to(uint64_t *peak, uint64_t value)
{
	if (value != DENET_UNKNOWN && (*peak == DENET_UNKNOWN || value > *peak))
		*peak = value;
}

static void tally_add(struct tally *tally, const struct row *row)
{
	const struct denet_sample *sample = &row->sample;

	if (!tally->count++)
		tally->first_ms = sample->ts_ms;
	tally->last = *sample;
	if (!isnan(sample->cpu_usage)) {
		tally->cpu_sum += sample->cpu_usage;
		tally->cpu_count++;
	}
	raise_to(&tally->max_processes, row->kind == ROW_TREE ? row->process_count : 1);
	raise_to(&tally->max_threads, sample->thread_count);
	raise_to(&tally->peak_faults_cached, sample->used.page_faults_cached);
	raise_to(&tally->peak_faults_disk, sample->used.page_faults_disk);
	raise_to(&tally->peak_rss_kb, sample->mem_rss_kb);
	if (!isnan(sample->psi_some_avg10)) {
		tally->psi_count++;
		tally->psi_stalled += sample->psi_some_avg10 > 0;
	}
	tally->has_perf = tally->has_perf || row->has_perf;
}

static const char *judge_memory(double psi_some_fraction)
{
	if (isnan(psi_some_fraction))
		return NULL;
	return psi_some_fraction > 0.5 ? "memory-bound" : "insufficient-data";
}

/* The wall clock may have been set back meanwhile. */
static double elapsed_secs(uint64_t first_ms, uint64_t last_ms)
{
	if (first_ms == DENET_UNKNOWN || last_ms == DENET_UNKNOWN)
		return NAN;
	return last_ms > first_ms ? (double)(last_ms - first_ms) / 1e3 : 0;
}

static void take_tally(struct stats *stats, const struct tally *tally)
{
	const struct denet_sample *last = &tally->last;

	stats->total_time_secs = elapsed_secs(tally->first_ms, last->ts_ms);
	stats->sample_count = tally->count;
	stats->max_processes = tally->max_processes;
	stats->max_threads = tally->max_threads;
	stats->total_disk_read_bytes = last->used.disk_read_bytes;
	stats->total_disk_write_bytes = last->used.disk_write_bytes;
	stats->total_syscall_read_bytes = last->used.syscall_read_bytes;
	stats->total_syscall_write_bytes = last->used.syscall_write_bytes;
	stats->peak_page_faults_cached = tally->peak_faults_cached;
	stats->peak_page_faults_disk = tally->peak_faults_disk;
	stats->total_sys_net_rx_bytes = last->sys_net_rx_bytes;
	stats->total_sys_net_tx_bytes = last->sys_net_tx_bytes;
	stats->peak_mem_rss_kb = tally->peak_rss_kb;
	stats->avg_cpu_usage = tally->cpu_count ? tally->cpu_sum / (double)tally->cpu_count : NAN;
	stats->psi_some_fraction =
		tally->psi_count ? (double)tally->psi_stalled / (double)tally->psi_count : NAN;
	/* With hardware counters denet weighs more than we read. */
	stats->verdict = tally->has_perf ? NULL : judge_memory(stats->psi_some_fraction);
}

static double psi_fraction(const struct denet_summary *summary)
{
	if (!summary->psi_samples || summary->psi_samples == DENET_UNKNOWN ||
	    summary->psi_stalled_samples == DENET_UNKNOWN)
		return NAN;
	return (double)summary->psi_stalled_samples / (double)summary->psi_samples;
}

/* A file without the key says that there was none. */
static uint64_t cpu_before_ns(const struct denet_summary *summary)
{
	uint64_t before_ns = summary->cpu_before_ns;

	return before_ns == DENET_UNKNOWN || before_ns > summary->used.cpu_time_ns ? 0 : before_ns;
}

static double cpu_percent(const struct denet_summary *summary)
{
	if (summary->used.cpu_time_ns == DENET_UNKNOWN || summary->wall_ns == DENET_UNKNOWN ||
	    !summary->wall_ns)
		return NAN;
	return 100 * (double)(summary->used.cpu_time_ns - cpu_before_ns(summary)) /
	       (double)summary->wall_ns;
}

static void take_figures(struct stats *stats, const struct denet_summary *summary)
{
	stats->sample_count = summary->sample_count;
	stats->max_processes = summary->processes_peak;
	stats->max_threads = summary->threads_peak;
	stats->total_disk_read_bytes = summary->used.disk_read_bytes;
	stats->total_disk_write_bytes = summary->used.disk_write_bytes;
	stats->total_syscall_read_bytes = summary->used.syscall_read_bytes;
	stats->total_syscall_write_bytes = summary->used.syscall_write_bytes;
	stats->peak_page_faults_cached = summary->used.page_faults_cached;
	stats->peak_page_faults_disk = summary->used.page_faults_disk;
	stats->total_sys_net_rx_bytes = summary->sys_net_rx_bytes;
	stats->total_sys_net_tx_bytes = summary->sys_net_tx_bytes;
	stats->peak_mem_rss_kb = summary->peak_mem_rss_kb;
	stats->avg_cpu_usage = cpu_percent(summary);
	stats->psi_some_fraction = psi_fraction(summary);
	stats->verdict = judge_memory(stats->psi_some_fraction);
}

static void forget_figures(struct stats *stats)
{
	struct tally nothing = empty_tally;

	memset(&nothing.last, 0xff, sizeof(nothing.last)); /* every count becomes DENET_UNKNOWN */
	take_tally(stats, &nothing);
	stats->sample_count = DENET_UNKNOWN;
}

void stats_from_summary(const struct denet_summary *summary, struct stats *ret_stats)
{
	*ret_stats = (struct stats){ .has_summary = true, .summary = *summary };
	if (summary->accounting == DENET_ACCOUNTING_NONE)
		forget_figures(ret_stats);
	else
		take_figures(ret_stats, summary);
	ret_stats->total_time_secs =
		summary->wall_ns == DENET_UNKNOWN ? NAN : (double)summary->wall_ns / 1e9;
	ret_stats->command = summary->command;
	ret_stats->end = summary->end;
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
	stats->command = (struct denet_command){
		.args = args,
		.args_len = command->args_len,
		.truncated = command->truncated,
	};
	return 0;
}

/* The row's strings go with the row, so that the summary gets copies. */
static int keep_summary(struct stats *stats, const struct row *row)
{
	int r = keep_command(stats, &row->summary.command);

	if (r)
		return r;
	free(TAKE(stats->peak_process_comm));
	if (row->summary.peak_process_comm) {
		stats->peak_process_comm = strdup(row->summary.peak_process_comm);
		if (!stats->peak_process_comm)
			return -ENOMEM;
	}
	stats->has_summary = true;
	stats->summary = row->summary;
	stats->psi_some_fraction = row->psi_some_fraction;
	return 0;
}

static int take_row(struct stats *stats, struct tally *samples, struct tally *trees,
		    const struct row *row)
{
	switch (row->kind) {
	case ROW_METADATA:
		return keep_command(stats, &row->command);
	case ROW_SAMPLE:
		tally_add(samples, row);
		return 0;
	case ROW_TREE:
		tally_add(trees, row);
		return 0;
	case ROW_EXIT:
		stats->end = row->exit.end;
		return 0;
	case ROW_SUMMARY:
		return keep_summary(stats, row);
	}
	return 0;
}

/* A summary record's figures, with what only the file as a whole knows. */
static void settle_summary(struct stats *stats)
{
	struct stats from_summary;
	struct denet_end end = stats->end;
	double fraction = stats->psi_some_fraction;

	stats->summary.command = stats->command;
	stats->summary.peak_process_comm = stats->peak_process_comm;
	stats_from_summary(&stats->summary, &from_summary);
	from_summary.command_args = stats->command_args;
	from_summary.peak_process_comm = stats->peak_process_comm;
	from_summary.psi_some_fraction = fraction;
	from_summary.verdict = judge_memory(fraction);
	if (!from_summary.end.known)
		from_summary.end = end;
	*stats = from_summary;
}

static int read_rows(struct reader *reader, struct stats *stats)
{
	struct tally samples = empty_tally;
	struct tally trees = empty_tally;
	struct row row;
	int r;

	while ((r = reader_next(reader, &row)) > 0) {
		r = take_row(stats, &samples, &trees, &row);
		if (r)
			return r;
	}
	if (r)
		return r;
	if (stats->has_summary)
		settle_summary(stats);
	else if (trees.count || samples.count)
		take_tally(stats, trees.count ? &trees : &samples);
	else
		return -ENODATA;
	return 0;
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

int stats_read_fd(int fd, struct stats *ret_stats, char *ret_error, size_t error_size)
{
	AUTO(stats) struct stats stats = { .psi_some_fraction = NAN };
	AUTO(reader) struct reader *reader = NULL;
	const struct reader_state *state;
	int r = reader_new(fd, &reader);

	if (r) {
		(void)snprintf(ret_error, error_size, "%s", strerror(-r));
		return r;
	}
	r = read_rows(reader, &stats);
	state = reader_state(reader);
	if (r) {
		explain(r, state, ret_error, error_size);
		return r;
	}
	stats.lines_skipped = state->lines_skipped;
	stats.is_truncated = state->is_truncated;
	memcpy(stats.skipped_text, state->text, sizeof(stats.skipped_text));
	*ret_stats = stats;
	stats = (struct stats){ 0 };
	return 0;
}

int stats_read_file(const char *path, struct stats *ret_stats, char *ret_error, size_t error_size)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		int r = -errno;

		(void)snprintf(ret_error, error_size, "cannot open: %s", strerror(-r));
		return r;
	}
	return stats_read_fd(fd, ret_stats, ret_error, error_size);
}

void stats_done(struct stats *stats)
{
	free(stats->command_args);
	free(stats->peak_process_comm);
	*stats = (struct stats){ 0 };
}

static void write_characterization(struct json *json, const struct stats *stats)
{
	if (isnan(stats->psi_some_fraction))
		return;
	json_object_begin(json, "memory_characterization");
	json_double(json, "psi_some_fraction", stats->psi_some_fraction);
	if (stats->verdict)
		json_string(json, "verdict", stats->verdict);
	json_object_end(json);
}

void stats_write_members(struct json *json, const struct stats *stats)
{
	if (isfinite(stats->total_time_secs))
		json_double(json, "total_time_secs", stats->total_time_secs);
	members_write_known(json, "sample_count", stats->sample_count);
	members_write_known(json, "max_processes", stats->max_processes);
	members_write_known(json, "max_threads", stats->max_threads);
	members_write_known(json, "total_disk_read_bytes", stats->total_disk_read_bytes);
	members_write_known(json, "total_disk_write_bytes", stats->total_disk_write_bytes);
	members_write_known(json, "total_syscall_read_bytes", stats->total_syscall_read_bytes);
	members_write_known(json, "total_syscall_write_bytes", stats->total_syscall_write_bytes);
	members_write_known(json, "peak_page_faults_cached", stats->peak_page_faults_cached);
	members_write_known(json, "peak_page_faults_disk", stats->peak_page_faults_disk);
	members_write_known(json, "total_sys_net_rx_bytes", stats->total_sys_net_rx_bytes);
	members_write_known(json, "total_sys_net_tx_bytes", stats->total_sys_net_tx_bytes);
	members_write_known(json, "peak_mem_rss_kb", stats->peak_mem_rss_kb);
	if (isfinite((float)stats->avg_cpu_usage))
		json_float(json, "avg_cpu_usage", (float)stats->avg_cpu_usage);
	write_characterization(json, stats);
}

static void write_all(struct json *json, const struct stats *stats)
{
	json_object_begin(json, NULL);
	stats_write_members(json, stats);
	if (stats->has_summary)
		members_write_totals(json, &stats->summary);
	else
		members_write_end(json, &stats->end);
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
