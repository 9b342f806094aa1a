/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/influx.h"

#include <inttypes.h>
#include <string.h>

#include "format/figure.h"
#include "format/label.h"
#include "format/run_programs.h"
#include "util/accounting.h"
#include "util/cleanup.h"
#include "util/decimal.h"
#include "util/units.h"

/* A line in the making: what its next field has to begin with. */
struct line {
	struct buf *buf;
	size_t start; /* where it began, to be taken back */
	bool has_field;
};

static void append_tag(struct buf *buf, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(buf, ",%s=", key);
	label_append_tag(buf, value);
}

/* In the order of their keys, which costs the server least. program is escaped already. */
static void begin(struct line *line, struct buf *buf, const char *measurement,
		  const struct denet_start *start, enum denet_accounting accounting,
		  const char *program)
{
	*line = (struct line){ .buf = buf, .start = buf->len };
	buf_append_text(buf, measurement);
	if (accounting != DENET_ACCOUNTING_AUTO)
		append_tag(buf, "accounting", accounting_name(accounting));
	if (start) {
		append_tag(buf, "command", label_of_command(&start->command));
		append_tag(buf, "host", start->host);
		append_tag(buf, "job", start->job);
		append_tag(buf, "label", start->label);
	}
	if (program)
		buf_printf(buf, ",program=%s", program);
}

static void begin_field(struct line *line, const struct denet_metric *metric)
{
	buf_append_char(line->buf, line->has_field ? ',' : ' ');
	line->has_field = true;
	if (metric->group)
		buf_printf(line->buf, "%s_", metric->group);
	buf_printf(line->buf, "%s=", metric->key);
}

/* The largest that there is; more is refused. */
static void append_integer(struct buf *buf, uint64_t value)
{
	buf_printf(buf, "%" PRIu64 "i", value < INT64_MAX ? value : (uint64_t)INT64_MAX);
}

static void append_field(struct line *line, const struct figure_value *value)
{
	char text[DECIMAL_MAX_BYTES];
	size_t len;

	begin_field(line, value->metric);
	if (value->is_whole) {
		append_integer(line->buf, value->whole);
		return;
	}
	len = value->metric->form == DENET_FORM_FLOAT ? decimal_from_float((float)value->real, text)
						      : decimal_from_double(value->real, text);
	buf_append(line->buf, text, len);
}

static void append_fields(struct line *line, enum denet_record record, const void *base)
{
	const struct denet_metric *truth;
	struct figure_value value;
	size_t index = 0;

	while (figure_next(record, base, &index, &value))
		append_field(line, &value);
	/* Of nothing there is nothing to say. */
	for (index = 0; line->has_field && (truth = figure_next_truth(record, base, &index));) {
		begin_field(line, truth);
		buf_append_text(line->buf, "true");
	}
}

static void end(struct line *line, uint64_t ts_ms)
{
	if (!line->has_field) {
		line->buf->len = line->start;
		return;
	}
	if (ts_ms != DENET_UNKNOWN && ts_ms <= INT64_MAX / NS_PER_MS)
		buf_printf(line->buf, " %llu", (unsigned long long)ts_ms * NS_PER_MS);
	buf_append_char(line->buf, '\n');
}

void influx_append_sample(struct buf *buf, const struct denet_start *start,
			  const struct denet_tree *tree)
{
	struct line line;

	begin(&line, buf, "denet_sample", start, start ? start->accounting : DENET_ACCOUNTING_AUTO,
	      NULL);
	append_fields(&line, DENET_RECORD_AGGREGATED, tree);
	end(&line, tree->ts_ms);
}

/* How it ended, by the same words as in the records. */
static void append_end(struct line *line, const struct denet_end *ended)
{
	const struct denet_metric *metric;

	if (!ended->known)
		return;
	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_SUMMARY, i, NULL)); i++) {
		if (metric->form == DENET_FORM_SIGNAL && ended->signal) {
			begin_field(line, metric);
			append_integer(line->buf, (uint64_t)ended->signal);
		} else if (metric->form == DENET_FORM_EXIT_CODE && ended->exit_code >= 0) {
			begin_field(line, metric);
			append_integer(line->buf, (uint64_t)ended->exit_code);
		}
	}
}

static void append_program(struct buf *buf, const struct denet_start *start,
			   const struct denet_summary *summary, const struct run_programs *programs,
			   size_t row, uint64_t end_ms)
{
	const struct denet_group *group = &programs->rows[row].group;
	struct run_programs_figure figures[RUN_PROGRAMS_FIGURES];
	struct line line;

	begin(&line, buf, "denet_program", start, summary->accounting,
	      run_programs_name(programs, row));
	buf_printf(buf, " runs=%" PRIu64 "i,failed=%" PRIu64 "i", group->count, group->failed);
	line.has_field = true;
	run_programs_figures(figures);
	for (size_t i = 0; i < RUN_PROGRAMS_FIGURES; i++) {
		struct figure_value value = { .metric = figures[i].metric, .is_whole = true };

		memcpy(&value.whole, (const char *)group + figures[i].offset, sizeof(value.whole));
		if (value.whole != DENET_UNKNOWN)
			append_field(&line, &value);
	}
	end(&line, end_ms);
}

void influx_append_run(struct buf *buf, const struct denet_start *start,
		       const struct denet_summary *summary, uint64_t end_ms)
{
	AUTO(run_programs) struct run_programs programs;
	struct line line;

	if (run_programs_take(summary, label_append_tag, &programs))
		buf->error = programs.names.error;
	begin(&line, buf, "denet_run", start, summary->accounting, NULL);
	append_fields(&line, DENET_RECORD_SUMMARY, summary);
	append_end(&line, &summary->end);
	if (line.has_field && (summary->incomplete || summary->accounting != DENET_ACCOUNTING_AUTO))
		buf_printf(buf, ",complete=%s", summary->incomplete ? "false" : "true");
	end(&line, end_ms);
	for (size_t i = 0; i < programs.count; i++)
		append_program(buf, start, summary, &programs, i, end_ms);
}
