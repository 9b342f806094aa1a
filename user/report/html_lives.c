/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_lives.h"

#include <errno.h>

#include "util/units.h"

#define FIRST_STEP_NS ((int64_t)(10 * NS_PER_US))

void html_lives_done(struct html_lives *lives)
{
	html_lanes_done(&lives->lanes);
}

static void widen_to(struct html_lives *lives, int64_t end_ns)
{
	if (!lives->step_ns)
		lives->step_ns = FIRST_STEP_NS;
	while ((end_ns - 1) / lives->step_ns >= HTML_COLUMNS) {
		html_lanes_add_pairs(&lives->lanes);
		lives->step_ns *= 2;
	}
	if (end_ns > lives->end_ns)
		lives->end_ns = end_ns;
}

static void spread(const struct html_lives *lives, struct html_lane *lane, int64_t start_ns,
		   int64_t end_ns, double cpu_ns)
{
	double per_ns = cpu_ns / (double)(end_ns - start_ns);

	while (start_ns < end_ns) {
		int64_t column = start_ns / lives->step_ns;
		int64_t until_ns = (column + 1) * lives->step_ns;

		if (until_ns > end_ns)
			until_ns = end_ns;
		lane->values[column] += per_ns * (double)(until_ns - start_ns);
		start_ns = until_ns;
	}
}

int html_lives_add(struct html_lives *lives, const char *name, int64_t start_ns, int64_t end_ns,
		   uint64_t cpu_ns)
{
	struct html_lane *lane;

	if (start_ns < 0)
		start_ns = 0;
	/* A damaged record may say anything: half of what fits leaves room for the doubling. */
	if (end_ns <= start_ns || end_ns > INT64_MAX / 2)
		return 0;
	widen_to(lives, end_ns);
	lane = html_lanes_of(&lives->lanes, name);
	if (!lane)
		return -ENOMEM;
	lane->weight += (double)cpu_ns;
	spread(lives, lane, start_ns, end_ns, (double)cpu_ns);
	return 0;
}

size_t html_lives_count(const struct html_lives *lives)
{
	return lives->step_ns ? (size_t)((lives->end_ns - 1) / lives->step_ns + 1) : 0;
}

/* The last column ends where the last program does. */
double html_lives_cores(const struct html_lives *lives, double cpu_ns, size_t column)
{
	int64_t start_ns = (int64_t)column * lives->step_ns;
	int64_t span_ns = lives->end_ns - start_ns;

	return cpu_ns / (double)(span_ns < lives->step_ns ? span_ns : lives->step_ns);
}
