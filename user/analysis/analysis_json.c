/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_analysis_json(): figures have the names that they have in the records. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_internal.h"
#include "metrics/table.h"
#include "util/cleanup.h"
#include "util/json.h"

#define KEY_OF(field_) key_of(offsetof(struct denet_process, field_))

/* Of a figure in the record of a process. */
static const char *key_of(size_t offset)
{
	struct metric_list list = metric_list(DENET_RECORD_PROCESS);

	for (size_t i = 0; i < list.count; i++)
		if (list.uses[i].offset == offset && !list.uses[i].group)
			return list.uses[i].key;
	return "";
}

static void write_command(struct json *json, const struct denet_command *command)
{
	const char *arg = command->args;
	const char *end = arg + command->args_len;

	if (!command->args_len)
		return;
	json_array_begin(json, "cmd");
	while (arg < end) {
		size_t len = strnlen(arg, (size_t)(end - arg));

		json_bytes(json, NULL, arg, len);
		arg += len + 1;
	}
	json_array_end(json);
}

static void write_programs(struct json *json, const struct denet_waited *waited)
{
	json_array_begin(json, "programs");
	for (size_t i = 0; i < waited->programs_count; i++) {
		json_object_begin(json, NULL);
		json_string(json, "comm", waited->programs[i].comm);
		json_u64(json, "time_ns", waited->programs[i].time_ns);
		json_u64(json, "segments", waited->programs[i].segments_count);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_segment(struct json *json, const struct denet_waited_segment *segment)
{
	json_object_begin(json, NULL);
	json_u64(json, KEY_OF(start_ns), segment->start_ns);
	json_u64(json, KEY_OF(end_ns), segment->end_ns);
	json_u64(json, KEY_OF(pid), segment->pid);
	json_u64(json, KEY_OF(id), segment->id);
	json_string(json, "comm", segment->comm);
	write_command(json, &segment->command);
	json_bool(json, "waiting", segment->is_waiting);
	json_object_end(json);
}

static int by_length(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* From which length on there are no more than so many; 0 for all. */
static int find_least(const struct denet_waited *waited, size_t max, uint64_t *ret_least_ns)
{
	AUTO_FREE uint64_t *lengths = NULL;

	*ret_least_ns = 0;
	if (!max || waited->segments_count <= max)
		return 0;
	lengths = calloc(waited->segments_count, sizeof(*lengths));
	if (!lengths)
		return -ENOMEM;
	for (size_t i = 0; i < waited->segments_count; i++)
		lengths[i] = waited->segments[i].end_ns - waited->segments[i].start_ns;
	qsort(lengths, waited->segments_count, sizeof(*lengths), by_length);
	*ret_least_ns = lengths[max] + 1;
	return 0;
}

static int write_waited(struct json *json, struct denet_analysis *analysis, size_t segments_max)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	uint64_t least_ns = 0;
	int r = denet_analysis_waited(analysis, &waited);

	if (!r)
		r = find_least(&waited, segments_max, &least_ns);
	if (r)
		return r;
	json_object_begin(json, "waited_for");
	if (waited.unknown) {
		json_string(json, "unknown", waited.unknown);
	} else {
		json_u64(json, KEY_OF(wall_ns), waited.wall_ns);
		json_u64(json, "waiting_ns", waited.waiting_ns);
		json_u64(json, KEY_OF(used.run_delay_ns), waited.run_delay_ns);
		write_programs(json, &waited);
		json_array_begin(json, "segments");
		for (size_t i = 0; i < waited.segments_count; i++)
			if (waited.segments[i].end_ns - waited.segments[i].start_ns >= least_ns)
				write_segment(json, &waited.segments[i]);
		json_array_end(json);
	}
	json_object_end(json);
	return 0;
}

static int write_parallel(struct json *json, struct denet_analysis *analysis)
{
	struct denet_parallel parallel = { .size = sizeof(parallel) };
	int r = denet_analysis_parallel(analysis, &parallel);

	if (r || parallel.unknown)
		return r;
	json_array_begin(json, "running_ns");
	for (size_t i = 0; i < parallel.count; i++)
		json_u64(json, NULL, parallel.time_ns[i]);
	json_array_end(json);
	return 0;
}

static int write_series(struct json *json, struct denet_analysis *analysis)
{
	struct denet_series series = { .size = sizeof(series) };
	int r = denet_analysis_series(analysis, &series);

	if (r || !series.count)
		return r;
	json_object_begin(json, "series");
	json_u64(json, "step_ns", series.step_ns);
	json_array_begin(json, "cpu_cores");
	for (size_t i = 0; i < series.count; i++)
		json_float(json, NULL, (float)series.cpu_cores[i]);
	json_array_end(json);
	json_array_begin(json, "memory_kb");
	for (size_t i = 0; i < series.count; i++)
		json_u64(json, NULL, series.memory_kb[i]);
	json_array_end(json);
	json_object_end(json);
	return 0;
}

static void write_row(struct json *json, const struct denet_rollup_row *row)
{
	json_object_begin(json, NULL);
	json_string(json, "name", row->name);
	write_command(json, &row->command);
	if (row->pid)
		json_u64(json, KEY_OF(pid), row->pid);
	json_u64(json, "runs", row->runs);
	json_u64(json, "failed", row->failed);
	json_u64(json, KEY_OF(used.cpu_time_ns), row->cpu_time_ns);
	if (row->wall_ns != DENET_UNKNOWN)
		json_u64(json, KEY_OF(wall_ns), row->wall_ns);
	if (row->peak_rss_kb != DENET_UNKNOWN)
		json_u64(json, KEY_OF(peak_rss_kb), row->peak_rss_kb);
	json_object_end(json);
}

static int write_rows(struct json *json, struct denet_analysis *analysis,
		      const struct denet_rollup_options *options)
{
	struct denet_rollup rollup = { .size = sizeof(rollup) };
	int r = denet_analysis_rollup(analysis, options, &rollup);

	if (r || rollup.unknown)
		return r;
	json_array_begin(json, "rows");
	for (size_t i = 0; i < rollup.rows_count; i++)
		write_row(json, &rollup.rows[i]);
	json_array_end(json);
	json_u64(json, "rows_omitted", rollup.rows_omitted);
	return 0;
}

int denet_analysis_json(struct denet_analysis *analysis, const struct denet_rollup_options *options,
			size_t segments_max, bool is_indented, char **ret_text)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;
	int r;

	if (is_indented)
		json_init_pretty(&json, &buf);
	else
		json_init(&json, &buf);
	json_object_begin(&json, NULL);
	r = write_waited(&json, analysis, segments_max);
	if (!r)
		r = write_parallel(&json, analysis);
	if (!r)
		r = write_series(&json, analysis);
	if (!r && options)
		r = write_rows(&json, analysis, options);
	json_object_end(&json);
	if (!r)
		r = buf.error;
	if (!r)
		*ret_text = TAKE(buf.data);
	return r;
}
