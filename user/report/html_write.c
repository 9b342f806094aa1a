/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_write.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* Apart in a panel; the rest is told as others. */
#define CPU_NAMES 6
#define MEMORY_NAMES 5

static void write_known(struct json *json, const char *key, const struct buf *text)
{
	if (text->len)
		json_bytes(json, key, buf_text(text), text->len);
}

static void write_start(struct json *json, const struct html_start *start)
{
	json_object_begin(json, "start");
	if (start->is_known) {
		json_u64(json, "startedMs", start->t0_ms);
		json_u64(json, "intervalMs", start->interval_ms);
		json_u64(json, "maxIntervalMs", start->max_interval_ms);
	}
	write_known(json, "host", &start->host);
	write_known(json, "cwd", &start->cwd);
	write_known(json, "user", &start->user);
	write_known(json, "label", &start->label);
	write_known(json, "job", &start->job);
	json_object_end(json);
}

/* How far the file is to be trusted. */
static void write_file(struct json *json, const struct html_run *run)
{
	const struct denet_stats *stats = run->stats;

	json_string(json, "file", run->path);
	json_bool(json, "isOurs", stats->is_ours);
	json_bool(json, "hasSummary", stats->has_summary);
	json_bool(json, "isCut", stats->is_truncated);
	json_u64(json, "skipped", stats->lines_skipped);
	json_string(json, "skippedText", stats->skipped_text);
	json_u64(json, "runsCount", run->starts);
	json_u64(json, "samplesCount", run->samples.seen);
	json_u64(json, "samplesSetBack", run->samples.set_back);
	json_u64(json, "processesCount", run->processes.count);
	json_u64(json, "processesUntimed", run->untimed);
}

/* The first of the two that a column has, in the order of time, or the second. */
static double value_of(const struct html_span *span, bool is_second)
{
	return span->is_falling == is_second ? span->low : span->high;
}

static void write_line(struct json *json, const char *key, const struct html_samples *samples,
		       size_t count, enum html_line line)
{
	json_array_begin(json, key);
	for (int second = 0; second < 2; second++) {
		json_array_begin(json, NULL);
		for (size_t i = 0; i < count; i++)
			json_float(json, NULL,
				   (float)value_of(&samples->columns[i].spans[line], second));
		json_array_end(json);
	}
	json_array_end(json);
}

static void write_names(struct json *json, const struct html_lanes *lanes)
{
	json_array_begin(json, "names");
	for (size_t i = 0; i < lanes->count; i++)
		json_string(json, NULL, lanes->lanes[i]->name);
	json_array_end(json);
}

static void write_memory(struct json *json, struct html_lanes *lanes, size_t count)
{
	html_lanes_keep(lanes, MEMORY_NAMES);
	json_object_begin(json, "memory");
	write_names(json, lanes);
	json_array_begin(json, "kb");
	for (size_t lane = 0; lane <= lanes->count; lane++) {
		const double *values =
			lane < lanes->count ? lanes->lanes[lane]->values : lanes->others;

		json_array_begin(json, NULL);
		for (size_t i = 0; i < count; i++)
			json_float(json, NULL, (float)values[i]);
		json_array_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

static void write_times(struct json *json, const struct html_samples *samples, size_t count)
{
	json_array_begin(json, "fromMs");
	for (size_t i = 0; i < count; i++)
		json_i64(json, NULL, samples->columns[i].from_ms);
	json_array_end(json);
	json_array_begin(json, "firstMs");
	for (size_t i = 0; i < count; i++)
		json_i64(json, NULL, samples->columns[i].first_ms);
	json_array_end(json);
	json_array_begin(json, "lastMs");
	for (size_t i = 0; i < count; i++)
		json_i64(json, NULL, samples->columns[i].last_ms);
	json_array_end(json);
}

void html_write_samples(struct html_out *out, struct html_run *run)
{
	static const char *const keys[HTML_LINES] = {
		[HTML_LINE_CPU] = "cores",
		[HTML_LINE_READ] = "read",
		[HTML_LINE_WRITE] = "written",
		[HTML_LINE_RSS] = "rss",
		[HTML_LINE_PSS] = "pss",
		[HTML_LINE_PROCESSES] = "processes",
		[HTML_LINE_PRESSURE_SOME] = "some",
		[HTML_LINE_PRESSURE_FULL] = "full",
	};
	struct html_samples *samples = &run->samples;
	size_t count = samples->count + (samples->in_last > 0);

	json_object_begin(&out->json, "samples");
	write_times(&out->json, samples, count);
	for (size_t i = 0; i < HTML_LINES; i++) {
		write_line(&out->json, keys[i], samples, count, (enum html_line)i);
		html_out_pass(out);
	}
	json_object_end(&out->json);
	write_memory(&out->json, &samples->memory, count);
}

void html_write_lives(struct html_out *out, struct html_run *run)
{
	struct html_lives *lives = &run->lives;
	struct json *json = &out->json;
	size_t count = html_lives_count(lives);

	html_lanes_keep(&lives->lanes, CPU_NAMES);
	json_object_begin(json, "cpu");
	json_i64(json, "stepNs", lives->step_ns);
	write_names(json, &lives->lanes);
	json_array_begin(json, "cores");
	for (size_t lane = 0; lane <= lives->lanes.count; lane++) {
		const double *values = lane < lives->lanes.count ? lives->lanes.lanes[lane]->values
								 : lives->lanes.others;

		json_array_begin(json, NULL);
		for (size_t i = 0; i < count; i++)
			json_float(json, NULL, (float)html_lives_cores(lives, values[i], i));
		json_array_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

int html_write_run(struct html_out *out, struct html_run *run)
{
	AUTO_FREE char *summary = NULL;
	int r = denet_stats_json(run->stats, false, &summary);

	if (r)
		return r;
	json_object_begin(&out->json, NULL);
	write_file(&out->json, run);
	write_start(&out->json, &run->start);
	json_raw(&out->json, "summary", summary, strlen(summary));
	html_write_samples(out, run);
	html_write_lives(out, run);
	r = html_write_programs(out, run);
	if (!r)
		r = html_write_processes(out, run);
	json_object_end(&out->json);
	html_out_pass(out);
	return r ? r : out->error;
}
