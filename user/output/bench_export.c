/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A bench as a program reads it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/keys.h"
#include "output/bench_internal.h"
#include "output/escape.h"
#include "util/decimal.h"
#include "util/json.h"

static const char *const verdicts[] = {
	[DENET_VERDICT_NONE] = NULL,
	[DENET_VERDICT_NOISE] = "noise",
	[DENET_VERDICT_LESS] = "less",
	[DENET_VERDICT_MORE] = "more",
};

static void append_parameters(struct json *json, const struct bench_command *command)
{
	json_object_begin(json, "parameters");
	for (size_t i = 0; i < command->parameters_count; i++)
		json_string(json, command->parameters[i].name, command->parameters[i].value);
	json_object_end(json);
}

static void append_amount(struct json *json, const char *key, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		json_u64(json, key, value);
}

static void append_run(struct json *json, const struct bench_command *command,
		       const struct bench_run *run)
{
	const struct denet_difference *outlying =
		command->comparison ? bench_outlying(command, run) : NULL;

	json_object_begin(json, NULL);
	json_u64(json, "round", run->round);
	append_amount(json, KEY_WALL_NS, run->wall_ns);
	append_amount(json, KEY_CPU_TIME_NS, run->cpu_time_ns);
	append_amount(json, KEY_PEAK_MEM_RSS_KB, run->peak_mem_rss_kb);
	append_amount(json, KEY_PROCESSES_TOTAL, run->processes_total);
	if (run->end.signal)
		json_i64(json, "signal", run->end.signal);
	else if (run->end.known)
		json_i64(json, KEY_EXIT_CODE, run->end.exit_code);
	if (outlying)
		json_string(json, "outlier", outlying->name);
	json_object_end(json);
}

static void append_row(struct json *json, const struct denet_difference *row, bool is_first)
{
	json_object_begin(json, NULL);
	json_string(json, "name", row->name);
	json_string(json, "unit", row->unit);
	json_u64(json, "runs", row->head.count);
	json_double(json, "median", row->head.median);
	json_double(json, "lower_quartile", row->head.lower);
	json_double(json, "upper_quartile", row->head.upper);
	json_double(json, "min", row->head.min);
	json_double(json, "max", row->head.max);
	if (!is_first) {
		json_double(json, "ratio", bench_ratio(row));
		json_double(json, "p", row->p);
		json_string(json, "verdict", verdicts[row->verdict]);
	}
	json_object_end(json);
}

static void append_rows(struct json *json, const struct denet_comparison *comparison, bool is_first)
{
	const struct denet_difference *row;

	json_array_begin(json, "figures");
	for (size_t i = 0; (row = denet_comparison_figure(comparison, i)); i++)
		append_row(json, row, is_first);
	json_array_end(json);
	json_array_begin(json, "programs");
	for (size_t i = 0; (row = denet_comparison_program(comparison, i)); i++)
		append_row(json, row, is_first);
	json_array_end(json);
	json_u64(json, "programs_left_out", denet_comparison_omitted(comparison));
}

static void append_command(struct json *json, const struct bench_command *command, bool is_first)
{
	json_object_begin(json, NULL);
	json_string(json, "command", command->text);
	append_parameters(json, command);
	json_u64(json, "failed", command->failed);
	json_array_begin(json, "runs");
	for (size_t i = 0; i < command->runs_count; i++)
		append_run(json, command, &command->runs[i]);
	json_array_end(json);
	if (command->comparison)
		append_rows(json, command->comparison, is_first);
	json_object_end(json);
}

static void append_noise(struct json *json, const struct bench_noise *noise)
{
	json_object_begin(json, "noise");
	json_u64(json, "cpus_available_ns", noise->available_ns);
	json_u64(json, "cpus_busy_ns", noise->busy_ns);
	json_u64(json, "cpus_stolen_ns", noise->steal_ns);
	json_u64(json, "used_by_runs_ns", noise->used_ns);
	json_u64(json, "throttled_runs", noise->throttled_runs);
	json_u64(json, KEY_THROTTLED_NS, noise->throttled_ns);
	json_u64(json, KEY_MEMORY_STALL_NS, noise->memory_stall_ns);
	json_u64(json, "survived_runs", noise->survived_runs);
	json_object_end(json);
}

void bench_json_append(struct buf *buf, const struct bench_result *result)
{
	struct json json;

	json_init_pretty(&json, buf);
	json_object_begin(&json, NULL);
	json_u64(&json, "rounds", result->rounds);
	json_u64(&json, "warmups", result->warmups);
	json_bool(&json, "lower_bounds", result->is_sampled);
	json_bool(&json, KEY_PSS_IS_ROUGH, result->is_pss_rough);
	json_bool(&json, "complete", !result->is_cut);
	json_bool(&json, "by_shell", result->has_shell);
	json_array_begin(&json, "commands");
	for (size_t i = 0; i < result->count; i++)
		append_command(&json, &result->commands[i], i == 0);
	json_array_end(&json);
	append_noise(&json, &result->noise);
	json_object_end(&json);
	buf_append_char(buf, '\n');
}

static void append_number(struct buf *buf, double value)
{
	char text[DECIMAL_MAX_BYTES];

	buf_append_char(buf, ',');
	if (isfinite(value))
		buf_append(buf, text, decimal_from_double(value, text));
}

static void append_field(struct buf *buf, const char *text)
{
	escape_csv(buf, text);
	buf_append_char(buf, ',');
}

static void append_csv_row(struct buf *buf, const struct bench_command *command,
			   const struct denet_difference *row, bool is_program, bool is_first)
{
	const struct denet_spread *own = &row->head;
	const double values[] = { own->median, own->lower, own->upper, own->min, own->max };

	append_field(buf, command->text);
	for (size_t i = 0; i < command->parameters_count; i++)
		append_field(buf, command->parameters[i].value);
	append_field(buf, is_program ? KEY_CPU_TIME_NS : row->name);
	append_field(buf, is_program ? row->name : "");
	buf_printf(buf, "%s,%zu", row->unit, own->count);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		append_number(buf, values[i]);
	append_number(buf, is_first ? (double)NAN : bench_ratio(row));
	append_number(buf, is_first ? (double)NAN : row->p);
	buf_printf(buf, ",%s\r\n",
		   is_first || !verdicts[row->verdict] ? "" : verdicts[row->verdict]);
}

static void append_csv_header(struct buf *buf, const struct bench_command *command)
{
	buf_append_text(buf, "command,");
	for (size_t i = 0; i < command->parameters_count; i++)
		buf_printf(buf, "parameter_%s,", command->parameters[i].name);
	buf_append_text(buf,
			"figure,program,unit,runs,median,lower_quartile,upper_quartile,min,max,"
			"ratio,p,verdict\r\n");
}

void bench_csv_append(struct buf *buf, const struct bench_result *result)
{
	append_csv_header(buf, &result->commands[0]);
	for (size_t i = 0; i < result->count; i++) {
		const struct bench_command *command = &result->commands[i];
		const struct denet_difference *row;

		if (!command->comparison)
			continue;
		for (size_t k = 0; (row = denet_comparison_figure(command->comparison, k)); k++)
			append_csv_row(buf, command, row, false, i == 0);
		for (size_t k = 0; (row = denet_comparison_program(command->comparison, k)); k++)
			append_csv_row(buf, command, row, true, i == 0);
	}
}
