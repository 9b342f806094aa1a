/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The values of one figure over a while. */
#ifndef DENET_ALERT_WINDOW_H
#define DENET_ALERT_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "alert/formula.h"

struct window_point {
	uint64_t mono_ns;
	double value;
};

/* All zeros is an empty one. */
struct window {
	struct window_point *points; /* owned: a ring */
	size_t room;
	size_t first;
	size_t count;
};

void window_done(struct window *window);

/* What a window that ends then does not reach, but for the last one before. */
void window_forget(struct window *window, uint64_t window_ns, uint64_t mono_ns);

/* And forgets so. -ENOMEM. */
int window_add(struct window *window, uint64_t window_ns, uint64_t mono_ns, double value);

/* Of a rate: a second. NaN where it is not known. -ENOMEM. */
int window_tell(const struct window *window, const struct formula *formula, double *ret_value);

#endif
