/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a figure of a rule is measured in: how its bounds are read, and how it is told. */
#ifndef DENET_ALERT_UNIT_H
#define DENET_ALERT_UNIT_H

#include "config/value.h"
#include "denet/denet.h"
#include "util/buf.h"

struct unit {
	enum value_type type; /* VALUE_NUMBER, TIME, SIZE, PERCENT */
	bool is_per_s;
};

/* The growth of a counter of ns is a part of one CPU. */
struct unit unit_of(const struct denet_metric *metric, bool is_rate);

/* In this unit, from a difference of the metric a second. */
double unit_of_rate(const struct unit *unit, const struct denet_metric *metric, double per_s);

/* As value_parse(): a size may end in "/s" where it is one a second. */
int unit_parse(const struct unit *unit, const char *text, double *ret_number);

void unit_append(struct buf *buf, const struct unit *unit, double number);

#endif
