/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/past.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/value.h"
#include "denet/denet.h"
#include "host/history.h"
#include "record/host_record.h"
#include "util/cleanup.h"
#include "util/parse.h"
#include "util/units.h"

const char *const past_params[] = { "metric", "group", "window", "points", NULL };

struct wish {
	const char *metric;
	const char *group; /* NULL: of the machine */
	uint64_t window_ns; /* 0: all */
	uint64_t points; /* 0: no values */
};

__attribute__((format(printf, 3, 4))) static int refuse(int r, char error[QUERY_ERROR_BYTES],
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, QUERY_ERROR_BYTES, format, args);
	va_end(args);
	return r;
}

static int read_wish(const struct query *query, struct wish *wish, char *error)
{
	const char *window = query_value(query, "window"), *points = query_value(query, "points");
	double number;

	*wish = (struct wish){ .metric = query_value(query, "metric"),
			       .group = query_value(query, "group") };
	if (!wish->metric || !*wish->metric)
		return refuse(-EINVAL, error, "'metric' must be given: a key of the records");
	if (window && value_parse(VALUE_TIME, window, &number, &wish->window_ns))
		return refuse(-EINVAL, error, "'window' wants %s, not '%.60s'",
			      value_wish(VALUE_TIME), window);
	if (points && parse_u64(points, 1, PAST_POINTS_MAX, &wish->points))
		return refuse(-EINVAL, error, "'points' must be from 1 to %d, not '%.60s'",
			      PAST_POINTS_MAX, points);
	return 0;
}

/* The mean of those that are known. */
static double mean_of(const struct history_value *values, size_t count)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i].value))
			continue;
		sum += values[i].value;
		known++;
	}
	return known ? sum / (double)known : NAN;
}

/* As many looks in each point, but for the first. Each is dated by its last. */
static void write_points(struct json *json, const struct history_value *values, size_t count,
			 uint64_t points, uint64_t ts_ms)
{
	size_t each = (size_t)((count + points - 1) / points);
	size_t end = count % each ? count % each : each;

	for (size_t begin = 0; begin < count; begin = end, end += each) {
		json_array_begin(json, NULL);
		json_u64(json, NULL, ts_ms - values[end - 1].age_ns / NS_PER_MS);
		json_double(json, NULL, mean_of(values + begin, end - begin));
		json_array_end(json);
	}
}

static int write_values(struct json *json, const struct history *history, size_t series,
			const struct wish *wish, uint64_t ts_ms)
{
	AUTO_FREE struct history_value *values = NULL;
	size_t count;
	int r = history_values(history, series, wish->window_ns, &values, &count);

	if (r)
		return r;
	json_array_begin(json, "points");
	if (count)
		write_points(json, values, count, wish->points, ts_ms);
	json_array_end(json);
	return 0;
}

static int write_series(struct json *json, const struct history *history, size_t series,
			const struct wish *wish)
{
	struct host_history figures;
	int r = history_tell(history, series, wish->window_ns, &figures);

	if (r)
		return r == -ENODATA ? 0 : r;
	json_object_begin(json, NULL);
	host_record_write(json, DENET_RECORD_HISTORY, &figures);
	if (wish->points)
		r = write_values(json, history, series, wish, figures.ts_ms);
	json_object_end(json);
	return r;
}

/* Something has that figure, and nothing is called so. */
static int refuse_unknown(const struct history *history, const struct wish *wish, char *error)
{
	for (size_t i = 0; i < history_count(history); i++) {
		const char *group = history_group(history, i);

		if (strcmp(history_figure(history, i), wish->metric) != 0)
			continue;
		if (wish->group && group)
			return refuse(-ENOENT, error, "there is no history of the group '%.60s'",
				      wish->group);
		return group ? refuse(-EINVAL, error, "'%.60s' is of groups: 'group' must name one",
				      wish->metric)
			     : refuse(-EINVAL, error, "'%.60s' is of the machine, not of a group",
				      wish->metric);
	}
	return refuse(-EINVAL, error, "there is no history of a metric '%.60s'", wish->metric);
}

static bool is_wanted(const struct history *history, size_t series, const struct wish *wish)
{
	const char *group = history_group(history, series);

	return strcmp(history_figure(history, series), wish->metric) == 0 &&
	       !group == !wish->group && (!group || strcmp(group, wish->group) == 0);
}

int past_write(struct json *json, const struct view *view, const struct query *query,
	       char ret_error[QUERY_ERROR_BYTES])
{
	const struct history *history = view->history;
	struct wish wish;
	int r = read_wish(query, &wish, ret_error);
	bool is_found = false;

	if (r)
		return r;
	if (!history)
		return refuse(-ENOENT, ret_error, "no history is kept: history.entries is 0");
	for (size_t i = 0; i < history_count(history) && !r; i++) {
		if (!is_wanted(history, i, &wish))
			continue;
		is_found = true;
		r = write_series(json, history, i, &wish);
	}
	return r || is_found ? r : refuse_unknown(history, &wish, ret_error);
}
