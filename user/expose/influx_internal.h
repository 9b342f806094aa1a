/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a figure of a record is in a line: for lines, and for the page that tells of them. */
#ifndef DENET_EXPOSE_INFLUX_INTERNAL_H
#define DENET_EXPOSE_INFLUX_INTERNAL_H

#include <stddef.h>

#include "denet/denet.h"

enum influx_role {
	INFLUX_NONE,
	INFLUX_TAG,
	INFLUX_INTEGER,
	INFLUX_FLOAT,
	INFLUX_TRUTH,
	INFLUX_TEXT
};

/* Of a machine's load averages: fields of their own. */
#define INFLUX_LOADS 3
extern const char *const influx_loads[INFLUX_LOADS];

enum influx_role influx_role_of(enum denet_record record, const struct denet_metric *metric,
				size_t offset);

/* How it is called there. */
const char *influx_key_of(enum denet_record record, const struct denet_metric *metric,
			  size_t offset);

#endif
