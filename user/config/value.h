/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Words of a configuration as values with units. */
#ifndef DENET_CONFIG_VALUE_H
#define DENET_CONFIG_VALUE_H

#include <stdint.h>

enum value_type {
	VALUE_TEXT,
	VALUE_PATTERN, /* an extended regular expression, as text */
	VALUE_PLACED, /* a text whose place is kept, for who reads it later */
	VALUE_BOOL,
	VALUE_COUNT,
	VALUE_NUMBER, /* "0.5" */
	VALUE_TIME, /* "30s", in nanoseconds */
	VALUE_SIZE, /* "500MiB", in bytes */
	VALUE_PERCENT, /* "80%" is 80 */
};

/* What belongs there: "a time as 30s, 5m or 1h". */
const char *value_wish(enum value_type type);

/* From a count on. -EINVAL for what is no such number, -ERANGE for one below 0 or beyond what fits. */
int value_parse(enum value_type type, const char *text, double *ret_number, uint64_t *ret_whole);

#endif
