/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* `help records`: docs/records.md, the reference of every record and its keys. */
#include <string.h>

#include "cli/pages.h"
#include "denet/denet.h"
#include "util/cleanup.h"

static const char intro[] =
	"# Records\n"
	"\n"
	"One JSON object a line, `kind` first. Keys come in this order. What is not known is left\n"
	"out, never a 0, but for the keys that denet's reader demands (in **bold**): those are 0\n"
	"then, and `unknown` names them. With `--compat denet` there are denet's keys (marked d)\n"
	"and kinds alone. Where no bound is named a figure is what the kernel counted.\n"
	"\n"
	"`denet-bpf help records` prints this page, and with `--json` the same for machines.\n"
	"CSV has a row for each sample with the keys of `tree.aggregated`, those of objects as\n"
	"`psi_mem_some_avg10`.\n";

/* In a cell of a table a bar would begin the next. */
static void append_cell(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_append_char(buf, '\\');
		buf_append_char(buf, *text);
	}
}

static void append_key(struct buf *buf, const struct denet_metric *metric)
{
	const char *mark = metric->is_demanded ? "**" : "";

	buf_printf(buf, "| %s`%s%s%s`%s%s | ", mark, metric->group ? metric->group : "",
		   metric->group ? "." : "", metric->key, mark, metric->is_denets ? " d" : "");
}

static void append_row(struct buf *buf, const struct denet_metric *metric)
{
	static const char *const types[] = {
		[DENET_METRIC_COUNTER] = "counter",
		[DENET_METRIC_GAUGE] = "gauge",
		[DENET_METRIC_INFO] = "info",
	};

	append_key(buf, metric);
	buf_printf(buf, "%s | %s | ", types[metric->type], metric->unit);
	append_cell(buf, metric->help);
	buf_append_text(buf, " | ");
	append_cell(buf, metric->source);
	buf_append_text(buf, " | ");
	append_cell(buf, metric->bound ? metric->bound : "");
	buf_append_text(buf, " |\n");
}

void pages_records(struct buf *buf)
{
	const struct denet_metric *metric;

	buf_append_text(buf, intro);
	for (enum denet_record record = 0; record < DENET_RECORD_COUNT; record++) {
		buf_printf(buf, "\n## %s\n\n%s\n\n", denet_record_name(record),
			   denet_record_help(record));
		buf_append_text(buf, "| key | type | unit | what it is | source | bound |\n"
				     "|---|---|---|---|---|---|\n");
		for (size_t i = 0; (metric = denet_record_metric(record, i, NULL)); i++)
			append_row(buf, metric);
	}
}

void pages_records_json(struct buf *buf)
{
	AUTO_FREE char *text = NULL;
	int r = denet_metrics_json(&text);

	if (r) {
		buf->error = r;
		return;
	}
	buf_append_text(buf, text);
	buf_append_char(buf, '\n');
}
