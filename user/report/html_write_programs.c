/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The members about programs: how often each ran, and how many processes ran at once. */
#include <string.h>

#include "report/html_write.h"

#define PROGRAMS_MAX 1000

/* 0 for a program that nothing waited for, and where nothing is known of that. */
static uint64_t waited_for(const struct denet_waited *waited, const char *name)
{
	if (waited->unknown)
		return 0;
	for (size_t i = 0; i < waited->programs_count; i++)
		if (!strcmp(waited->programs[i].comm, name))
			return waited->programs[i].time_ns;
	return 0;
}

static void write_program(struct json *json, const struct denet_rollup_row *row,
			  const struct denet_waited *waited)
{
	json_object_begin(json, NULL);
	json_string(json, "name", row->name);
	json_u64(json, "runs", row->runs);
	json_u64(json, "failed", row->failed);
	json_u64(json, "cpuNs", row->cpu_time_ns);
	if (row->wall_ns != DENET_UNKNOWN)
		json_u64(json, "wallNs", row->wall_ns);
	if (row->peak_rss_kb != DENET_UNKNOWN)
		json_u64(json, "peakKb", row->peak_rss_kb);
	json_u64(json, "waitedNs", waited_for(waited, row->name));
	json_object_end(json);
}

static int write_parallel(struct json *json, struct html_run *run)
{
	struct denet_parallel parallel = { .size = sizeof(parallel) };
	int r = denet_analysis_parallel(run->analysis, &parallel);

	if (r || parallel.unknown)
		return r;
	json_array_begin(json, "runningNs");
	for (size_t i = 0; i < parallel.count; i++)
		json_u64(json, NULL, parallel.time_ns[i]);
	json_array_end(json);
	return 0;
}

int html_write_programs(struct html_out *out, struct html_run *run)
{
	const struct denet_rollup_options options = {
		.size = sizeof(options),
		.by = DENET_ROLLUP_COMM,
		.rows_max = PROGRAMS_MAX,
	};
	struct denet_rollup rollup = { .size = sizeof(rollup) };
	struct denet_waited waited = { .size = sizeof(waited) };
	int r = denet_analysis_waited(run->analysis, &waited);

	if (!r)
		r = denet_analysis_rollup(run->analysis, &options, &rollup);
	if (r)
		return r;
	json_array_begin(&out->json, "programs");
	for (size_t i = 0; !rollup.unknown && i < rollup.rows_count; i++)
		write_program(&out->json, &rollup.rows[i], &waited);
	json_array_end(&out->json);
	json_u64(&out->json, "programsOmitted", rollup.unknown ? 0 : rollup.rows_omitted);
	html_out_pass(out);
	return write_parallel(&out->json, run);
}
