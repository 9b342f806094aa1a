/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Texts with places for values: "{name} has {value}". */
#ifndef DENET_ALERT_TEMPLATE_H
#define DENET_ALERT_TEMPLATE_H

#include "config/faults.h"
#include "util/buf.h"

#define TEMPLATE_BYTES_MAX 1024 /* of what comes of it */

enum template_place {
	TEMPLATE_VALUE,
	TEMPLATE_NAME,
	TEMPLATE_METRIC,
	TEMPLATE_THRESHOLD,
	TEMPLATE_SEVERITY,
	TEMPLATE_WHEN,
	TEMPLATE_INSTANCE,
	TEMPLATE_PLACES,
};

struct template_values {
	const char *texts[TEMPLATE_PLACES];
};

/* A fault where it has a place that there is not. */
void template_check(const char *text, struct place place, struct faults *faults);

/* Of one that was checked, cut where it is too long; valid UTF-8. */
void template_append(struct buf *buf, const char *text, const struct template_values *values);

#endif
