/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/schema.h"

#include <errno.h>
#include <stdio.h>

#define SHOWN_BYTES 20 /* of a number */

static bool is_ours(const struct scan_value *value)
{
	uint64_t number;

	return !scan_u64(value, &number) && number == SCHEMA;
}

/* What is no number may hold whatever bytes. */
static void tell(const struct scan_value *value, char *ret_why, size_t size)
{
	bool is_shown = value->type == SCAN_NUMBER && value->len <= SHOWN_BYTES;

	(void)snprintf(ret_why, size,
		       "records of schema %.*s, and this version reads schema %d alone",
		       is_shown ? (int)value->len : 1, is_shown ? value->text : "?", SCHEMA);
}

int schema_check(const struct scan_value *record, char *ret_why, size_t size)
{
	struct scan_value key, value;
	struct scan scan;

	scan_enter(record, &scan);
	while (scan_next(&scan, &key, &value)) {
		/* The kind comes first: of all other records no more is looked at. */
		if (scan_is(&key, "kind") && !scan_is(&value, "metadata"))
			return 0;
		if (!scan_is(&key, "schema") || is_ours(&value))
			continue;
		tell(&value, ret_why, size);
		return -EPROTONOSUPPORT;
	}
	return 0;
}
