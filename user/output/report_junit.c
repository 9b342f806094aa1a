/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/budget_view.h"
#include "output/escape.h"
#include "output/run_report.h"
#include "util/cleanup.h"

#define NS_PER_S 1000000000u
#define NS_PER_MS 1000000u

static void append_value(struct buf *buf, const char *element, const struct denet_budget *budget)
{
	AUTO(buf) struct buf value = { 0 };

	budget_view_append_value(&value, budget);
	buf_printf(buf, "      <%s message=\"", element);
	escape_xml(buf, buf_text(&value));
	buf_append_text(buf, "\"/>\n");
}

static void append_case(struct buf *buf, const struct denet_budget *budget, bool is_strict)
{
	buf_append_text(buf, "    <testcase classname=\"denet-bpf.budgets\" name=\"");
	escape_xml(buf, budget->expression);
	buf_append_text(buf, "\" time=\"0\">\n");
	if (budget_view_is_broken(budget, is_strict))
		append_value(buf, "failure", budget);
	else if (budget_view_is_open(budget))
		append_value(buf, "skipped", budget);
	buf_append_text(buf, "    </testcase>\n");
}

void report_junit_append(struct buf *buf, const struct run_report *report)
{
	uint64_t wall_ns = report->summary->wall_ns;
	size_t broken = 0, skipped = 0;

	for (size_t i = 0; i < report->budgets_count; i++) {
		const struct denet_budget *budget = &report->budgets[i];

		if (budget_view_is_broken(budget, report->is_strict))
			broken++;
		else if (budget_view_is_open(budget))
			skipped++;
	}
	buf_printf(buf,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		   "  <testsuite name=\"denet-bpf budgets\" tests=\"%zu\" failures=\"%zu\" "
		   "errors=\"0\" skipped=\"%zu\"",
		   report->budgets_count, broken, skipped);
	if (wall_ns != DENET_UNKNOWN)
		buf_printf(buf, " time=\"%llu.%03u\"", (unsigned long long)(wall_ns / NS_PER_S),
			   (unsigned int)(wall_ns % NS_PER_S / NS_PER_MS));
	buf_append_text(buf, ">\n");
	for (size_t i = 0; i < report->budgets_count; i++)
		append_case(buf, &report->budgets[i], report->is_strict);
	buf_append_text(buf, "  </testsuite>\n</testsuites>\n");
}
