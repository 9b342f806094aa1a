/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/scale.h"

#include <inttypes.h>
#include <string.h>

#include "util/decimal.h"
#include "util/units.h"

#define NS_DIGITS 9 /* of a second */

static const struct scale scales[] = {
	{ "", "", 1, 1 },
	{ "ns", "_seconds", 1, 1e9 },
	{ "ms", "_seconds", 1, 1e3 },
	{ "s", "_seconds", 1, 1 },
	{ "bytes", "_bytes", 1, 1 },
	{ "kb", "_bytes", 1024, 1 },
	{ "percent", "_ratio", 1, 1e2 },
};

const struct scale *scale_of(const char *unit)
{
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (strcmp(scales[i].unit, unit) == 0)
			return &scales[i];
	return &scales[0];
}

void scale_append(struct buf *buf, const struct scale *scale, double value)
{
	char text[DECIMAL_MAX_BYTES];

	buf_append(buf, text, decimal_from_double(value * scale->times / scale->divisor, text));
}

void scale_append_figure(struct buf *buf, const struct figure_value *value)
{
	const struct scale *scale = scale_of(value->metric->unit);

	if (value->is_whole && scale->times == scale->divisor)
		buf_printf(buf, "%" PRIu64, value->whole);
	else
		scale_append(buf, scale, value->real);
}

void scale_append_ns(struct buf *buf, uint64_t ns)
{
	char text[DECIMAL_MAX_BYTES + NS_DIGITS + 1];
	size_t len = decimal_from_u64(ns / NS_PER_S, text), end = len + 1 + NS_DIGITS;
	uint64_t rest = ns % NS_PER_S;

	text[len] = '.';
	for (size_t at = end; --at > len; rest /= 10)
		text[at] = (char)('0' + rest % 10);
	while (end > len + 2 && text[end - 1] == '0')
		end--;
	buf_append(buf, text, end);
}
