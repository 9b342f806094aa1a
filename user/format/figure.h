/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The numbers of a record, one after the other, as the table of metrics has them. */
#ifndef DENET_FORMAT_FIGURE_H
#define DENET_FORMAT_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

struct figure_value {
	const struct denet_metric *metric;
	bool is_whole;
	uint64_t whole; /* exact, with is_whole */
	double real; /* in any case */
};

/* What lies there; false when it is not known, or no number. */
bool figure_read(const struct denet_metric *metric, const void *at, struct figure_value *ret_value);

/*
 * The next that is known, from *index on, which begins with 0. base is the record's struct. False when there
 * is none.
 */
bool figure_next(enum denet_record record, const void *base, size_t *index,
		 struct figure_value *ret_value);

/* The one of the struct's member that is so far from its begin; false when it is not known. */
bool figure_at(enum denet_record record, const void *base, size_t member,
	       struct figure_value *ret_value);

/*
 * The same for what is said of the figures and holds: that one is a bound, and the like. NULL at the end.
 */
const struct denet_metric *figure_next_truth(enum denet_record record, const void *base,
					     size_t *index);

#endif
