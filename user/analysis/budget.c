/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/budget.h"

#include <math.h>
#include <string.h>

#include "metrics/table.h"

/* A figure of a run, and what it says of the true one. */
struct reading {
	bool is_known;
	long double value;
	enum denet_budget_value is;
	const char *reason;
};

static struct reading read_at(const void *base, const struct figure *figure)
{
	const char *at = (const char *)base + figure->offset;
	struct reading reading = { .is = DENET_BUDGET_EXACT };
	uint64_t whole;
	double real;

	if (figure->form == DENET_FORM_U64) {
		memcpy(&whole, at, sizeof(whole));
		reading.is_known = whole != DENET_UNKNOWN;
		reading.value = (long double)whole;
	} else {
		memcpy(&real, at, sizeof(real));
		reading.is_known = !isnan(real);
		reading.value = (long double)real;
	}
	if (!reading.is_known)
		reading.reason = "it is not known";
	return reading;
}

static bool is_within(const struct figure *figure, size_t start, size_t bytes)
{
	return figure->offset >= start && figure->offset < start + bytes;
}

/* What the tree used or was, which /proc tells as far as samples have met it. */
static bool is_sampled(const struct figure *figure)
{
	const size_t used = offsetof(struct denet_summary, used);

	return metric_is_bounded_by_proc(figure->bound) ||
	       is_within(figure, used, sizeof(struct denet_counters)) ||
	       figure->offset == offsetof(struct denet_summary, peak_process_rss_kb);
}

/* Shares and means may lie on either side of those of the whole run. */
static bool is_ratio(const struct figure *figure)
{
	return figure->form != DENET_FORM_U64 &&
	       figure->offset != offsetof(struct denet_summary, total_time_secs);
}

static void weaken(struct reading *reading, enum denet_budget_value is, const char *reason)
{
	if (reading->is != DENET_BUDGET_EXACT && reading->is != is)
		is = DENET_BUDGET_ABOUT;
	reading->is = is;
	reading->reason = reason;
}

static bool has(uint64_t count)
{
	return count != DENET_UNKNOWN && count > 0;
}

/* Why figures of the tree, or of its processes, are lower bounds; NULL when they are not. */
static const char *why_at_least(const struct denet_summary *summary)
{
	if (summary->accounting != DENET_ACCOUNTING_BPF)
		return "sampled from /proc";
	if (has(summary->tasks_lost))
		return "tasks were lost";
	return NULL;
}

static struct reading read_summary(const struct figure *figure, const struct denet_summary *summary)
{
	struct reading reading = read_at(summary, figure);
	const char *why = why_at_least(summary);

	if (!reading.is_known)
		return reading;
	if (why && is_sampled(figure))
		weaken(&reading, DENET_BUDGET_AT_LEAST, why);
	if (summary->pss_is_bound && figure->offset == offsetof(struct denet_summary, peak_pss_kb))
		weaken(&reading, DENET_BUDGET_AT_MOST, "of some processes there is RSS alone");
	if (summary->pss_is_rough && figure->offset == offsetof(struct denet_summary, peak_pss_kb))
		weaken(&reading, DENET_BUDGET_ABOUT, "the tree changed while it was read");
	if (summary->incomplete)
		weaken(&reading, is_ratio(figure) ? DENET_BUDGET_ABOUT : DENET_BUDGET_AT_LEAST,
		       "it is not of the whole run");
	return reading;
}

/* Accounts that were lost, or never met, may have been of these programs. */
static const char *why_groups_lack(const struct denet_summary *summary)
{
	const char *why = why_at_least(summary);

	if (!why && has(summary->records_lost))
		why = "records were lost";
	return !why && summary->incomplete ? "it is not of the whole run" : why;
}

/* No run is a figure, too: a test that was not run, say. */
static struct reading read_absent(const struct figure *figure, const char *why)
{
	struct reading reading = { .reason = "no program of this name was seen" };

	if (figure->form == DENET_FORM_U64 && figure->type == DENET_METRIC_COUNTER &&
	    !*figure->unit) {
		reading.is_known = true;
		reading.reason = NULL;
		if (why)
			weaken(&reading, DENET_BUDGET_AT_LEAST, why);
	}
	return reading;
}

static struct reading read_program(const struct expression *expression,
				   const struct denet_summary *summary)
{
	const char *why = why_groups_lack(summary);

	if (!summary->groups_count)
		return (struct reading){ .reason = "there are no records of processes" };
	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct denet_group *group = &summary->groups[i];
		struct reading reading;

		if (!group->comm || strcmp(group->comm, expression->comm) != 0)
			continue;
		reading = read_at(group, &expression->figure);
		if (reading.is_known && why)
			weaken(&reading, DENET_BUDGET_AT_LEAST, why);
		return reading;
	}
	return read_absent(&expression->figure, why);
}

/* What follows for the true figure when that of the reading lies so: below, at, above the bound. */
enum side { BELOW = 1, AT = 2, ABOVE = 4 };

static unsigned int sides_of(const struct reading *reading, long double bound)
{
	unsigned int side = reading->value < bound ? BELOW : reading->value > bound ? ABOVE : AT;

	if (reading->is == DENET_BUDGET_ABOUT)
		return BELOW | AT | ABOVE;
	if (reading->is == DENET_BUDGET_AT_LEAST)
		return side == ABOVE ? ABOVE : side == AT ? AT | ABOVE : BELOW | AT | ABOVE;
	if (reading->is == DENET_BUDGET_AT_MOST)
		return side == BELOW ? BELOW : side == AT ? AT | BELOW : BELOW | AT | ABOVE;
	return side;
}

/* Sides on which the condition holds. */
static const unsigned int breaking[] = {
	[EXPRESSION_ABOVE] = ABOVE, [EXPRESSION_AT_LEAST] = AT | ABOVE,
	[EXPRESSION_BELOW] = BELOW, [EXPRESSION_AT_MOST] = BELOW | AT,
	[EXPRESSION_EQUAL] = AT,    [EXPRESSION_OTHER] = BELOW | ABOVE,
};

static enum denet_budget_outcome decide(const struct expression *expression,
					const struct reading *reading)
{
	unsigned int possible = sides_of(reading, expression->bound);
	unsigned int broken = breaking[expression->relation];

	if (!reading->is_known)
		return DENET_BUDGET_UNKNOWN;
	if (!(possible & broken))
		return DENET_BUDGET_KEPT;
	return possible & ~broken ? DENET_BUDGET_UNDECIDED : DENET_BUDGET_BROKEN;
}

void budget_judge(const struct expression *expression, const struct denet_summary *summary,
		  struct denet_budget *ret_budget)
{
	struct reading reading = expression->figure.is_of_program
					 ? read_program(expression, summary)
					 : read_summary(&expression->figure, summary);

	ret_budget->unit = expression->figure.unit;
	ret_budget->outcome = decide(expression, &reading);
	ret_budget->value_is = reading.is;
	ret_budget->value = reading.is_known ? (double)reading.value : NAN;
	ret_budget->bound = (double)expression->bound;
	ret_budget->reason = reading.reason;
}
