/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/window.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/units.h"

#define ROOM_MIN 4

void window_done(struct window *window)
{
	free(window->points);
	*window = (struct window){ 0 };
}

static const struct window_point *point(const struct window *window, size_t i)
{
	return &window->points[(window->first + i) % window->room];
}

static int grow(struct window *window)
{
	size_t room = window->room ? 2 * window->room : ROOM_MIN;
	struct window_point *points = array_resize(NULL, room, sizeof(*points));

	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < window->count; i++)
		points[i] = *point(window, i);
	free(window->points);
	window->points = points;
	window->room = room;
	window->first = 0;
	return 0;
}

static uint64_t begin_of(uint64_t last_ns, uint64_t window_ns)
{
	return last_ns > window_ns ? last_ns - window_ns : 0;
}

/* A rate takes two values, however short its window. */
void window_forget(struct window *window, uint64_t window_ns, uint64_t mono_ns)
{
	uint64_t begin_ns = begin_of(mono_ns, window_ns);

	while (window->count > 2 && point(window, 1)->mono_ns <= begin_ns) {
		window->first = (window->first + 1) % window->room;
		window->count--;
	}
}

int window_add(struct window *window, uint64_t window_ns, uint64_t mono_ns, double value)
{
	int r = window->count == window->room ? grow(window) : 0;

	if (r)
		return r;
	window->points[(window->first + window->count++) % window->room] =
		(struct window_point){ mono_ns, value };
	window_forget(window, window_ns, mono_ns);
	return 0;
}

/* Where the counter fell it begins anew. */
static double rate_of(const struct window *window)
{
	const struct window_point *last = point(window, window->count - 1);
	const struct window_point *first = last;

	for (size_t i = window->count - 1; i; i--) {
		const struct window_point *before = point(window, i - 1);

		if (before->value > first->value)
			break;
		first = before;
	}
	if (last->mono_ns == first->mono_ns)
		return NAN;
	return (last->value - first->value) / (double)(last->mono_ns - first->mono_ns) *
	       (double)NS_PER_S;
}

/* The first whose time is in the window: the one that is there for rates alone is not. */
static size_t first_within(const struct window *window, uint64_t window_ns)
{
	uint64_t begin_ns = begin_of(point(window, window->count - 1)->mono_ns, window_ns);
	size_t i = 0;

	while (point(window, i)->mono_ns < begin_ns)
		i++;
	return i;
}

static double fold(const struct window *window, const struct formula *formula)
{
	size_t first = first_within(window, formula->window_ns);
	double folded = point(window, first)->value;

	for (size_t i = first + 1; i < window->count; i++) {
		double value = point(window, i)->value;

		if (formula->function == FORMULA_MEAN)
			folded += value;
		else if ((formula->function == FORMULA_MIN) == (value < folded))
			folded = value;
	}
	return formula->function == FORMULA_MEAN ? folded / (double)(window->count - first)
						 : folded;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* A value that there was: at least so many percent are at most as large. */
static int find_percentile(const struct window *window, const struct formula *formula,
			   size_t percent, double *ret_value)
{
	size_t first = first_within(window, formula->window_ns);
	size_t count = window->count - first;
	AUTO_FREE double *values = array_resize(NULL, count, sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		values[i] = point(window, first + i)->value;
	qsort(values, count, sizeof(*values), compare);
	*ret_value = values[(count * percent + 99) / 100 - 1];
	return 0;
}

int window_tell(const struct window *window, const struct formula *formula, double *ret_value)
{
	*ret_value = NAN;
	if (!window->count)
		return 0;
	switch (formula->function) {
	case FORMULA_RATE:
		*ret_value = rate_of(window);
		return 0;
	case FORMULA_P50:
		return find_percentile(window, formula, 50, ret_value);
	case FORMULA_P95:
		return find_percentile(window, formula, 95, ret_value);
	case FORMULA_P99:
		return find_percentile(window, formula, 99, ret_value);
	case FORMULA_NOW:
		*ret_value = point(window, window->count - 1)->value;
		return 0;
	default:
		*ret_value = fold(window, formula);
		return 0;
	}
}
