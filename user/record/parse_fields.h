/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The keys of a record, by the table of metrics, out of JSON text. */
#ifndef DENET_RECORD_PARSE_FIELDS_H
#define DENET_RECORD_PARSE_FIELDS_H

#include "denet/denet.h"
#include "metrics/table.h"
#include "util/buf.h"
#include "util/scan.h"

/* A number, or a truth, into the record's struct; an error for what is none. */
int parse_fields_figure(const struct metric_use *use, const struct scan_value *value, void *base);

/* The members of an object within a record; what is none, or is not of the form, is passed over. */
void parse_fields_group(enum denet_record record, const struct scan_value *key,
			const struct scan_value *object, void *base);

/* A whole record; what is not of the form is passed over. Its texts go to strings. */
void parse_fields(enum denet_record record, const struct scan_value *object, void *base,
		  struct buf *strings);

#endif
