/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <string.h>

#include "format/figure.h"
#include "format/label.h"
#include "format/run_programs.h"
#include "format/scale.h"
#include "output/run_report.h"
#include "util/cleanup.h"

/* Figures of a run that is over do not count on: gauges. */
static void append_head(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	const struct scale *scale = scale_of(metric->unit);
	int len = (int)denet_metric_name_len(metric);

	buf_printf(buf, "# TYPE %s_%.*s%s gauge\n", prefix, len, metric->key, scale->suffix);
	if (*scale->suffix)
		buf_printf(buf, "# UNIT %s_%.*s%s %s\n", prefix, len, metric->key, scale->suffix,
			   scale->suffix + 1);
}

static void append_name(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	buf_printf(buf, "%s_%.*s%s", prefix, (int)denet_metric_name_len(metric), metric->key,
		   scale_of(metric->unit)->suffix);
}

static void append_figures(struct buf *buf, const struct denet_summary *summary)
{
	struct figure_value value;
	size_t index = 0;

	while (figure_next(DENET_RECORD_SUMMARY, summary, &index, &value)) {
		append_head(buf, "denet_run", value.metric);
		append_name(buf, "denet_run", value.metric);
		buf_append_char(buf, ' ');
		scale_append_figure(buf, &value);
		buf_append_char(buf, '\n');
	}
}

static void append_of_programs(struct buf *buf, const struct run_programs *programs,
			       const struct run_programs_figure *figure)
{
	append_head(buf, "denet_run_program", figure->metric);
	for (size_t i = 0; i < programs->count; i++) {
		uint64_t value;

		memcpy(&value, (const char *)&programs->rows[i].group + figure->offset,
		       sizeof(value));
		if (value == DENET_UNKNOWN)
			continue;
		append_name(buf, "denet_run_program", figure->metric);
		buf_printf(buf, "{program=\"%s\"} ", run_programs_name(programs, i));
		scale_append(buf, scale_of(figure->metric->unit), (double)value);
		buf_append_char(buf, '\n');
	}
}

static void append_programs(struct buf *buf, const struct denet_summary *summary)
{
	AUTO(run_programs) struct run_programs programs;
	struct run_programs_figure figures[RUN_PROGRAMS_FIGURES];

	if (run_programs_take(summary, label_append_quoted, &programs))
		buf->error = programs.names.error;
	run_programs_figures(figures);
	for (size_t i = 0; i < RUN_PROGRAMS_FIGURES && programs.count; i++)
		append_of_programs(buf, &programs, &figures[i]);
}

void report_metrics_append(struct buf *buf, const struct run_report *report)
{
	append_figures(buf, report->summary);
	append_programs(buf, report->summary);
	buf_append_text(buf, "# EOF\n");
}
