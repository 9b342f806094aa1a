/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/units.h"

#define PER_S "/s"
#define TEXT_BYTES 64
#define KIB 1024.0
#define MINUTE_S 60
#define HOUR_S 3600

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

struct unit unit_of(const struct denet_metric *metric, bool is_rate)
{
	struct unit unit = { VALUE_NUMBER, is_rate };

	if (strcmp(metric->unit, "percent") == 0)
		unit.type = VALUE_PERCENT;
	else if (strcmp(metric->unit, "bytes") == 0)
		unit.type = VALUE_SIZE;
	else if (strcmp(metric->unit, "ns") == 0)
		unit = (struct unit){ is_rate ? VALUE_PERCENT : VALUE_TIME, false };
	else if (ends_with(metric->key, "_bytes_per_sec"))
		unit = (struct unit){ VALUE_SIZE, true };
	return unit;
}

double unit_of_rate(const struct unit *unit, const struct denet_metric *metric, double per_s)
{
	bool is_time = unit->type == VALUE_PERCENT && strcmp(metric->unit, "ns") == 0;

	return is_time ? 100 * per_s / (double)NS_PER_S : per_s;
}

int unit_parse(const struct unit *unit, const char *text, double *ret_number)
{
	char without[TEXT_BYTES];
	size_t len = strlen(text);
	uint64_t whole;

	if (len >= sizeof(without))
		return -EINVAL;
	if (unit->type == VALUE_SIZE && unit->is_per_s && ends_with(text, PER_S))
		len -= strlen(PER_S);
	memcpy(without, text, len);
	without[len] = '\0';
	return value_parse(unit->type, without, ret_number, &whole);
}

static void append_size(struct buf *buf, double bytes)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t i = 0;

	while (i + 1 < sizeof(names) / sizeof(names[0]) && bytes >= KIB) {
		bytes /= KIB;
		i++;
	}
	buf_printf(buf, i ? "%.1f %s" : "%.0f %s", bytes, names[i]);
}

static void append_time(struct buf *buf, double ns)
{
	double s = ns / (double)NS_PER_S;

	if (s < 1)
		buf_printf(buf, "%.3g ms", 1000 * s);
	else if (s < 2 * MINUTE_S)
		buf_printf(buf, "%.4g s", s);
	else if (s < 2 * HOUR_S)
		buf_printf(buf, "%.4g min", s / MINUTE_S);
	else
		buf_printf(buf, "%.4g h", s / HOUR_S);
}

void unit_append(struct buf *buf, const struct unit *unit, double number)
{
	switch (unit->type) {
	case VALUE_PERCENT:
		buf_printf(buf, "%.1f%%", number);
		break;
	case VALUE_SIZE:
		append_size(buf, number);
		break;
	case VALUE_TIME:
		append_time(buf, number);
		break;
	default:
		buf_printf(buf, "%.6g", number);
	}
	if (unit->is_per_s)
		buf_append_text(buf, PER_S);
}
