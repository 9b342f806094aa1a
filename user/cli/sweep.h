/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* "NAME=A,B,C": what stands in a command line as {NAME}, one value after the other. */
#ifndef DENET_CLI_SWEEP_H
#define DENET_CLI_SWEEP_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/parse.h"

#define SWEEPS_MAX 8

struct sweep {
	struct parse_span name; /* borrowed, as the next */
	struct parse_span values;
	size_t count; /* of values, which may be empty */
};

/* -EINVAL unless it is a name as of a variable, and at least one value. */
int sweep_parse(const char *text, struct sweep *ret_sweep);

struct parse_span sweep_value(const struct sweep *sweep, size_t index);

bool sweep_is_in(const struct sweep *sweep, const char *text);

/* The text with the values that stand at these places. What they hold is not looked at again. */
void sweep_append(struct buf *buf, const char *text, const struct sweep sweeps[], size_t count,
		  const size_t at[]);

#endif
