/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <string.h>

#include "format/figure.h"
#include "output/escape.h"
#include "output/run_report.h"
#include "util/decimal.h"

#define PROGRAMS_MAX 20

/* OpenMetrics has base units alone, and names end with them. */
static const struct scale {
	const char *unit;
	const char *suffix;
	double times; /* both are exact: a tenth of a second is 0.1 and nothing near it */
	double divisor;
} scales[] = {
	{ "ns", "_seconds", 1, 1e9 },
	{ "ms", "_seconds", 1, 1e3 },
	{ "s", "_seconds", 1, 1 },
	{ "bytes", "_bytes", 1, 1 },
	{ "kb", "_bytes", 1024, 1 },
	{ "percent", "_ratio", 1, 1e2 },
	{ "", "", 1, 1 },
};

static const struct scale *find_scale(const char *unit)
{
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (strcmp(scales[i].unit, unit) == 0)
			return &scales[i];
	return &scales[sizeof(scales) / sizeof(scales[0]) - 1];
}

static void append_number(struct buf *buf, const struct scale *scale, double value)
{
	double scaled = value * scale->times / scale->divisor;
	char text[DECIMAL_MAX_BYTES];

	buf_append(buf, text, decimal_from_double(scaled, text));
}

/* Figures of a run that is over do not count on: gauges. */
static void append_head(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	const struct scale *scale = find_scale(metric->unit);
	int len = (int)denet_metric_name_len(metric);

	buf_printf(buf, "# TYPE %s_%.*s%s gauge\n", prefix, len, metric->key, scale->suffix);
	if (*scale->suffix)
		buf_printf(buf, "# UNIT %s_%.*s%s %s\n", prefix, len, metric->key, scale->suffix,
			   scale->suffix + 1);
}

static void append_name(struct buf *buf, const char *prefix, const struct denet_metric *metric)
{
	buf_printf(buf, "%s_%.*s%s", prefix, (int)denet_metric_name_len(metric), metric->key,
		   find_scale(metric->unit)->suffix);
}

static void append_figures(struct buf *buf, const struct denet_summary *summary)
{
	struct figure_value value;
	size_t index = 0;

	while (figure_next(summary, &index, &value)) {
		const struct scale *scale = find_scale(value.metric->unit);

		append_head(buf, "denet_run", value.metric);
		append_name(buf, "denet_run", value.metric);
		buf_append_char(buf, ' ');
		if (value.is_whole && scale->times == scale->divisor)
			buf_printf(buf, "%llu", (unsigned long long)value.whole);
		else
			append_number(buf, scale, value.real);
		buf_append_char(buf, '\n');
	}
}

static void append_of_programs(struct buf *buf, const struct denet_summary *summary,
			       const struct denet_metric *metric, size_t offset)
{
	size_t count = summary->groups_count < PROGRAMS_MAX ? summary->groups_count : PROGRAMS_MAX;

	append_head(buf, "denet_run_program", metric);
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		memcpy(&value, (const char *)&summary->groups[i] + offset, sizeof(value));
		if (value == DENET_UNKNOWN || !summary->groups[i].comm)
			continue;
		append_name(buf, "denet_run_program", metric);
		buf_append_text(buf, "{program=\"");
		escape_label(buf, summary->groups[i].comm);
		buf_append_text(buf, "\"} ");
		append_number(buf, find_scale(metric->unit), (double)value);
		buf_append_char(buf, '\n');
	}
}

static void append_programs(struct buf *buf, const struct denet_summary *summary)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_PROGRAM, i, &offset)); i++) {
		if (offset == offsetof(struct denet_process_program, used.cpu_time_ns))
			append_of_programs(buf, summary, metric,
					   offsetof(struct denet_group, cpu_time_ns));
		else if (offset == offsetof(struct denet_process_program, peak_rss_kb))
			append_of_programs(buf, summary, metric,
					   offsetof(struct denet_group, peak_rss_kb));
	}
}

void report_metrics_append(struct buf *buf, const struct run_report *report)
{
	append_figures(buf, report->summary);
	if (report->summary->groups_count)
		append_programs(buf, report->summary);
	buf_append_text(buf, "# EOF\n");
}
