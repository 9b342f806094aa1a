/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/budget_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S 1e9
#define NS_PER_MS 1e6
#define LARGEST 9e18 /* what is more is no amount that a run can have */

static struct human plain(double amount, const char *unit)
{
	struct human human;

	(void)snprintf(human.text, sizeof(human.text), "%.15g%s%s", amount,
		       *unit && *unit != '%' ? " " : "", unit);
	return human;
}

static bool is_whole(double amount)
{
	return amount >= 0 && amount < LARGEST && floor(amount) == amount;
}

/* A counter that is full is more than doubles tell apart. */
static uint64_t to_bytes(double amount)
{
	return amount < 0x1p64 ? (uint64_t)amount : UINT64_MAX;
}

struct human budget_view_amount(const char *unit, double amount)
{
	struct human human;

	if (strcmp(unit, "bytes") == 0 && amount >= 0 && amount <= 0x1p64)
		return human_bytes(to_bytes(amount + 0.5));
	if (!(amount >= 0 && amount < LARGEST))
		return plain(amount, unit);
	if (strcmp(unit, "ns") == 0)
		return human_duration((uint64_t)(amount + 0.5));
	if (strcmp(unit, "ms") == 0 && amount < LARGEST / NS_PER_MS)
		return human_duration((uint64_t)(amount * NS_PER_MS + 0.5));
	if (strcmp(unit, "s") == 0 && amount < LARGEST / NS_PER_S)
		return human_duration((uint64_t)(amount * NS_PER_S + 0.5));
	if (strcmp(unit, "kb") == 0 && amount >= LARGEST / 1024)
		return human_kib((uint64_t)amount);
	if (strcmp(unit, "kb") == 0)
		return human_bytes((uint64_t)(amount * 1024 + 0.5));
	if (strcmp(unit, "percent") == 0) {
		(void)snprintf(human.text, sizeof(human.text), "%.1f%%", amount);
		return human;
	}
	if (is_whole(amount) && !*unit)
		return human_count((uint64_t)amount);
	(void)snprintf(human.text, sizeof(human.text), "%.3g%s%s", amount, *unit ? " " : "", unit);
	return human;
}

static const char *const words[] = {
	[DENET_BUDGET_EXACT] = "",
	[DENET_BUDGET_AT_LEAST] = "at least ",
	[DENET_BUDGET_AT_MOST] = "at most ",
	[DENET_BUDGET_ABOUT] = "about ",
};

void budget_view_append_value(struct buf *buf, const struct denet_budget *budget)
{
	struct human value = budget_view_amount(budget->unit, budget->value);
	struct human bound = budget_view_amount(budget->unit, budget->bound);

	if (isnan(budget->value)) {
		buf_append_text(buf, budget->reason ? budget->reason : "it is not known");
		return;
	}
	buf_printf(buf, "it is %s%s", words[budget->value_is], value.text);
	if (budget->value != budget->bound && strcmp(value.text, bound.text) == 0)
		buf_printf(buf, " (%s)", plain(budget->value, budget->unit).text);
	if (budget->reason)
		buf_printf(buf, ", %s", budget->reason);
}

bool budget_view_is_open(const struct denet_budget *budget)
{
	return budget->outcome == DENET_BUDGET_UNDECIDED || budget->outcome == DENET_BUDGET_UNKNOWN;
}

bool budget_view_is_broken(const struct denet_budget *budget, bool is_strict)
{
	return budget->outcome == DENET_BUDGET_BROKEN || (is_strict && budget_view_is_open(budget));
}
