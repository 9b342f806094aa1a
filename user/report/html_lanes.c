/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static void free_lane(struct html_lane *lane)
{
	free(lane->name);
	free(lane);
}

void html_lanes_done(struct html_lanes *lanes)
{
	while (lanes->count)
		free_lane(lanes->lanes[--lanes->count]);
}

static struct html_lane *new_lane(const char *name)
{
	struct html_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->name = strdup(name);
	if (!lane->name)
		free(TAKE(lane));
	return lane;
}

static void drop(struct html_lanes *lanes, size_t index)
{
	struct html_lane *lane = lanes->lanes[index];

	for (size_t i = 0; i < HTML_COLUMNS; i++)
		lanes->others[i] += lane->values[i];
	free_lane(lane);
	lanes->lanes[index] = lanes->lanes[--lanes->count];
}

static size_t find_lightest(const struct html_lanes *lanes)
{
	size_t found = 0;

	for (size_t i = 1; i < lanes->count; i++)
		if (lanes->lanes[i]->weight < lanes->lanes[found]->weight)
			found = i;
	return found;
}

struct html_lane *html_lanes_of(struct html_lanes *lanes, const char *name)
{
	struct html_lane *lane;

	for (size_t i = 0; i < lanes->count; i++)
		if (!strcmp(lanes->lanes[i]->name, name))
			return lanes->lanes[i];
	lane = new_lane(name);
	if (!lane)
		return NULL;
	if (lanes->count == HTML_LANES)
		drop(lanes, find_lightest(lanes));
	lanes->lanes[lanes->count++] = lane;
	return lane;
}

static void add_pairs(double values[HTML_COLUMNS])
{
	for (size_t i = 0; i < HTML_COLUMNS / 2; i++)
		values[i] = values[2 * i] + values[2 * i + 1];
	memset(values + HTML_COLUMNS / 2, 0, HTML_COLUMNS / 2 * sizeof(*values));
}

void html_lanes_add_pairs(struct html_lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++)
		add_pairs(lanes->lanes[i]->values);
	add_pairs(lanes->others);
}

static void pick_pairs(double values[HTML_COLUMNS], const bool is_second[HTML_COLUMNS / 2])
{
	for (size_t i = 0; i < HTML_COLUMNS / 2; i++)
		values[i] = values[2 * i + is_second[i]];
	memset(values + HTML_COLUMNS / 2, 0, HTML_COLUMNS / 2 * sizeof(*values));
}

void html_lanes_pick_pairs(struct html_lanes *lanes, const bool is_second[HTML_COLUMNS / 2])
{
	for (size_t i = 0; i < lanes->count; i++)
		pick_pairs(lanes->lanes[i]->values, is_second);
	pick_pairs(lanes->others, is_second);
}

/* The heaviest first; names decide a tie, so that equal files give equal pages. */
static int by_weight(const void *a, const void *b)
{
	const struct html_lane *x = *(struct html_lane *const *)a;
	const struct html_lane *y = *(struct html_lane *const *)b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return strcmp(x->name, y->name);
}

void html_lanes_keep(struct html_lanes *lanes, size_t count)
{
	qsort(lanes->lanes, lanes->count, sizeof(*lanes->lanes), by_weight);
	while (lanes->count > count)
		drop(lanes, lanes->count - 1);
}
