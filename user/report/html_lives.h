/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU by program over the time of a run, each program's spread evenly over the time that it ran. */
#ifndef DENET_REPORT_HTML_LIVES_H
#define DENET_REPORT_HTML_LIVES_H

#include <stdint.h>

#include "report/html_lanes.h"

struct html_lives {
	struct html_lanes lanes; /* nanoseconds of CPU */
	int64_t step_ns; /* of a column; 0: nothing came yet */
	int64_t end_ns; /* of what came last */
};

void html_lives_done(struct html_lives *lives);

/* Since the start of the run; what was before counts as used from then on. -ENOMEM. */
int html_lives_add(struct html_lives *lives, const char *name, int64_t start_ns, int64_t end_ns,
		   uint64_t cpu_ns);

/* How many columns there are, and the cores that were in use on average in one of them. */
size_t html_lives_count(const struct html_lives *lives);
double html_lives_cores(const struct html_lives *lives, double cpu_ns, size_t column);

#endif
