/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The programs of a run under names that are different from each other once they are escaped. */
#ifndef DENET_FORMAT_RUN_PROGRAMS_H
#define DENET_FORMAT_RUN_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "format/label.h"

#define RUN_PROGRAMS_MAX 50 /* a series each: the others have used least CPU */

struct run_programs_row {
	size_t name_at; /* in names */
	struct denet_group group; /* without comm */
};

struct run_programs {
	struct run_programs_row rows[RUN_PROGRAMS_MAX];
	size_t count;
	size_t omitted;
	struct buf names; /* owned: each ends with NUL */
};

/* Two names that are written in the same way become one row. */
int run_programs_take(const struct denet_summary *summary, label_append_fn append,
		      struct run_programs *ret_programs);

void run_programs_done(struct run_programs *programs);
static inline void run_programs_freep(struct run_programs *programs)
{
	run_programs_done(programs);
}

static inline const char *run_programs_name(const struct run_programs *programs, size_t row)
{
	return programs->names.data + programs->rows[row].name_at;
}

/* The table's words for the CPU time and the peak of a program, and where both lie in a group. */
struct run_programs_figure {
	const struct denet_metric *metric;
	size_t offset;
};
#define RUN_PROGRAMS_FIGURES 2
void run_programs_figures(struct run_programs_figure ret_figures[RUN_PROGRAMS_FIGURES]);

#endif
