/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/prometheus.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "format/figure.h"
#include "format/label.h"
#include "format/run_programs.h"
#include "format/scale.h"
#include "util/accounting.h"
#include "util/cleanup.h"

#define PREFIX "denet_run"
#define MS_PER_S 1000

/* The sum of a run is a total already, and says so at the end of its name. */
#define SUM "total_"

static void append_name(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	bool is_counter = metric->type == DENET_METRIC_COUNTER;
	size_t skipped =
		is_counter && strncmp(metric->key, SUM, strlen(SUM)) == 0 ? strlen(SUM) : 0;
	int len = (int)(denet_metric_name_len(metric) - skipped);

	buf_printf(buf, "%s_%.*s%s%s", prefix, len, metric->key + skipped,
		   scale_of(metric->unit)->suffix, is_counter ? "_total" : "");
}

static void append_head(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	buf_append_text(buf, "# HELP ");
	append_name(buf, prefix, metric);
	buf_printf(buf, " %s", metric->help);
	if (metric->bound)
		buf_printf(buf, " Bound: %s.", metric->bound);
	buf_append_text(buf, "\n# TYPE ");
	append_name(buf, prefix, metric);
	buf_append_text(buf, metric->type == DENET_METRIC_COUNTER ? " counter\n" : " gauge\n");
}

static void append_pair(struct buf *buf, bool *is_first, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(buf, "%s%s=\"", *is_first ? "{" : ",", key);
	label_append_quoted(buf, value);
	buf_append_char(buf, '"');
	*is_first = false;
}

static void append_labels(struct buf *buf, const struct denet_start *start)
{
	bool is_first = true;

	append_pair(buf, &is_first, "run", start ? start->label : NULL);
	if (!is_first)
		buf_append_char(buf, '}');
}

/* denet has some figures under a name of its own: one of both is enough. */
static bool has_twin(const struct denet_metric *metric, size_t offset)
{
	const struct denet_metric *other;
	size_t at;

	for (size_t i = 0; (other = denet_record_metric(DENET_RECORD_SUMMARY, i, &at)); i++)
		if (other != metric && at == offset && !other->is_denets)
			return metric->is_denets;
	return false;
}

static void append_figures(struct buf *buf, const struct denet_start *start,
			   const struct denet_summary *summary)
{
	struct figure_value value;
	size_t index = 0, offset;

	while (figure_next(DENET_RECORD_SUMMARY, summary, &index, &value)) {
		(void)denet_record_metric(DENET_RECORD_SUMMARY, index - 1, &offset);
		if (has_twin(value.metric, offset))
			continue;
		append_head(buf, PREFIX, value.metric);
		append_name(buf, PREFIX, value.metric);
		append_labels(buf, start);
		buf_append_char(buf, ' ');
		scale_append_figure(buf, &value);
		buf_append_char(buf, '\n');
	}
}

static void append_program(struct buf *buf, const struct denet_start *start, const char *name)
{
	bool is_first = true;

	append_pair(buf, &is_first, "run", start ? start->label : NULL);
	/* It is escaped already, which makes it different from the others. */
	buf_printf(buf, "%sprogram=\"%s\"} ", is_first ? "{" : ",", name);
}

static void append_runs(struct buf *buf, const struct denet_start *start,
			const struct run_programs *programs)
{
	buf_append_text(buf, "# HELP denet_run_program_runs_total Runs of programs of this name.\n"
			     "# TYPE denet_run_program_runs_total counter\n");
	for (size_t i = 0; i < programs->count; i++) {
		buf_append_text(buf, "denet_run_program_runs_total");
		append_program(buf, start, run_programs_name(programs, i));
		buf_printf(buf, "%" PRIu64 "\n", programs->rows[i].group.count);
	}
}

static void append_programs(struct buf *buf, const struct denet_start *start,
			    const struct denet_summary *summary)
{
	AUTO(run_programs) struct run_programs programs;
	struct run_programs_figure figures[RUN_PROGRAMS_FIGURES];

	if (run_programs_take(summary, label_append_quoted, &programs))
		buf->error = programs.names.error;
	if (buf->error || !programs.count)
		return;
	append_runs(buf, start, &programs);
	run_programs_figures(figures);
	for (size_t k = 0; k < RUN_PROGRAMS_FIGURES; k++) {
		const struct denet_metric *metric = figures[k].metric;

		append_head(buf, PREFIX "_program", metric);
		for (size_t i = 0; i < programs.count; i++) {
			uint64_t value;

			memcpy(&value, (const char *)&programs.rows[i].group + figures[k].offset,
			       sizeof(value));
			if (value == DENET_UNKNOWN)
				continue;
			append_name(buf, PREFIX "_program", metric);
			append_program(buf, start, run_programs_name(&programs, i));
			scale_append(buf, scale_of(metric->unit), (double)value);
			buf_append_char(buf, '\n');
		}
	}
}

static void append_gauge(struct buf *buf, const struct denet_start *start, const char *name,
			 const char *help, uint64_t value)
{
	buf_printf(buf, "# HELP %s %s\n# TYPE %s gauge\n%s", name, help, name, name);
	append_labels(buf, start);
	buf_printf(buf, " %" PRIu64 "\n", value);
}

static void append_info(struct buf *buf, const struct denet_start *start,
			const struct denet_summary *summary)
{
	const struct denet_metric *truth;
	bool is_first = true;
	size_t index = 0;

	buf_append_text(buf, "# HELP denet_run_info What was run, and how it was counted.\n"
			     "# TYPE denet_run_info gauge\ndenet_run_info");
	append_pair(buf, &is_first, "run", start ? start->label : NULL);
	if (summary->accounting != DENET_ACCOUNTING_AUTO)
		append_pair(buf, &is_first, "accounting", accounting_name(summary->accounting));
	append_pair(buf, &is_first, "command", label_of_command(&summary->command));
	append_pair(buf, &is_first, "job_id", start ? start->job : NULL);
	append_pair(buf, &is_first, "user", start ? start->user : NULL);
	append_pair(buf, &is_first, "incomplete", summary->incomplete);
	while ((truth = figure_next_truth(DENET_RECORD_SUMMARY, summary, &index)))
		append_pair(buf, &is_first, truth->key, "true");
	buf_append_text(buf, is_first ? " 1\n" : "} 1\n");
}

static void append_end(struct buf *buf, const struct denet_start *start,
		       const struct denet_end *end)
{
	if (!end->known)
		return;
	if (end->signal)
		append_gauge(buf, start, "denet_run_signal", "The signal that ended it.",
			     (uint64_t)end->signal);
	else if (end->exit_code >= 0)
		append_gauge(buf, start, "denet_run_exit_status", "Its exit status.",
			     (uint64_t)end->exit_code);
}

void prometheus_append_run(struct buf *buf, const struct denet_start *start,
			   const struct denet_summary *summary)
{
	append_info(buf, start, summary);
	/* denet's files do not say. */
	if (summary->incomplete || summary->accounting != DENET_ACCOUNTING_AUTO)
		append_gauge(
			buf, start, "denet_run_complete",
			"Whether the figures are of the whole run; else they are lower bounds.",
			!summary->incomplete);
	if (start && start->t0_ms != DENET_UNKNOWN)
		append_gauge(buf, start, "denet_run_start_timestamp_seconds",
			     "When it began, since 1970.", start->t0_ms / MS_PER_S);
	append_end(buf, start, &summary->end);
	append_figures(buf, start, summary);
	append_programs(buf, start, summary);
}
