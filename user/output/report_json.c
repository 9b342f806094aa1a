/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <string.h>

#include "output/budget_view.h"
#include "output/run_report.h"
#include "metrics/keys.h"
#include "util/cleanup.h"
#include "util/json.h"

static const char *const outcomes[] = {
	[DENET_BUDGET_KEPT] = "kept",
	[DENET_BUDGET_BROKEN] = "broken",
	[DENET_BUDGET_UNDECIDED] = "undecided",
	[DENET_BUDGET_UNKNOWN] = "unknown",
};

static const char *const bounds[] = {
	[DENET_BUDGET_EXACT] = NULL,
	[DENET_BUDGET_AT_LEAST] = "at_least",
	[DENET_BUDGET_AT_MOST] = "at_most",
	[DENET_BUDGET_ABOUT] = "about",
};

/* The keys of a program are those of its entry in a process's record. */
static void put_figure(struct json *json, size_t offset, uint64_t value)
{
	const struct denet_metric *metric;
	size_t at;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_PROGRAM, i, &at)); i++)
		if (at == offset && value != DENET_UNKNOWN)
			json_u64(json, metric->key, value);
}

static void put_programs(struct json *json, const struct denet_summary *summary)
{
	json_array_begin(json, "programs");
	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct denet_group *group = &summary->groups[i];

		json_object_begin(json, NULL);
		json_string(json, "comm", group->comm);
		json_u64(json, "runs", group->count);
		json_u64(json, "failed", group->failed);
		put_figure(json, offsetof(struct denet_process_program, used.cpu_time_ns),
			   group->cpu_time_ns);
		put_figure(json, offsetof(struct denet_process_program, peak_rss_kb),
			   group->peak_rss_kb);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_failures(struct json *json, const struct denet_summary *summary)
{
	json_array_begin(json, "failures");
	for (size_t i = 0; i < summary->failures_count; i++) {
		const struct denet_failure *failure = &summary->failures[i];

		json_object_begin(json, NULL);
		json_string(json, "comm", failure->comm);
		json_u64(json, "count", failure->count);
		if (failure->end.signal)
			json_i64(json, "signal", failure->end.signal);
		else
			json_i64(json, KEY_EXIT_CODE, failure->end.exit_code);
		if (failure->oom_killed)
			json_bool(json, KEY_OOM_KILLED, true);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_budgets(struct json *json, const struct run_report *report)
{
	json_array_begin(json, "budgets");
	for (size_t i = 0; i < report->budgets_count; i++) {
		const struct denet_budget *budget = &report->budgets[i];

		json_object_begin(json, NULL);
		json_string(json, "expression", budget->expression);
		json_string(json, "outcome", outcomes[budget->outcome]);
		json_bool(json, "broken", budget_view_is_broken(budget, report->is_strict));
		json_string(json, "unit", budget->unit);
		if (budget->value == budget->value) /* it is known */
			json_double(json, "value", budget->value);
		if (bounds[budget->value_is])
			json_string(json, "value_is", bounds[budget->value_is]);
		json_double(json, "bound", budget->bound);
		if (budget->reason)
			json_string(json, "reason", budget->reason);
		json_object_end(json);
	}
	json_array_end(json);
}

void report_json_append(struct buf *buf, const struct run_report *report)
{
	AUTO(buf) struct buf more = { 0 };
	struct json json;

	json_init(&json, &more);
	json_object_begin(&json, NULL);
	put_programs(&json, report->summary);
	put_failures(&json, report->summary);
	put_budgets(&json, report);
	json_object_end(&json);
	if (more.error)
		buf->error = more.error;
	/* Both are objects: what the second holds goes on where the first ends. */
	buf_append(buf, report->json, strlen(report->json) - 1);
	buf_printf(buf, ",%s\n", buf_text(&more) + 1);
}
