/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The keys of a record, by the table of metrics, into an object that is open. */
#ifndef DENET_RECORD_FIELDS_H
#define DENET_RECORD_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "metrics/table.h"
#include "util/json.h"

/* Writes a value that the struct does not hold. */
typedef void (*fields_other_fn)(struct json *json, const char *key, const void *context);

struct fields {
	enum denet_record record;
	const void *base; /* the record's struct */
	bool is_compat; /* denet's keys alone, as denet has them */
	bool has_demands; /* what denet's reader demands is 0 when not known, and listed as unknown */
	bool is_ended; /* of a process */
	bool is_oom_unknown; /* the same */
	bool is_over; /* of a sample: what only the living have is what was known last, and listed as unknown */
	fields_other_fn write_other; /* for DENET_FORM_OTHER; may be NULL */
	const void *context; /* its */
};

void fields_write(struct json *json, const struct fields *fields);

/* Whether the value at an offset of the struct is known, and the figure that it says something of. */
bool fields_is_known(const struct metric_use *use, const void *base);

#endif
