/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From the units of the records to the base units that Prometheus and its like have. */
#ifndef DENET_FORMAT_SCALE_H
#define DENET_FORMAT_SCALE_H

#include "format/figure.h"
#include "util/buf.h"

struct scale {
	const char *unit; /* of the table */
	const char *suffix; /* that a name ends with, "" for none */
	double times; /* both are exact: a tenth of a second is 0.1 and nothing near it */
	double divisor;
};

/* Never NULL. */
const struct scale *scale_of(const char *unit);

void scale_append(struct buf *buf, const struct scale *scale, double value);

/* The same; a count keeps all its digits. */
void scale_append_figure(struct buf *buf, const struct figure_value *value);

/* Nanoseconds as seconds, digit by digit, for texts of many thousand figures. */
void scale_append_ns(struct buf *buf, uint64_t ns);

#endif
