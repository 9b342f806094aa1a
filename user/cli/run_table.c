/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/run_table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/quote.h"

#define FIRST_ROOM 16

/* What a file says of its run before its figures. */
struct reading {
	struct run_table *table; /* borrowed */
	struct runs_row row;
	bool is_short; /* of memory */
};

/* By what something is sorted: by text, or by number, the smallest first. */
struct order {
	const char *text; /* NULL comes last */
	double number; /* so does NaN */
	size_t index;
};

void run_table_done(struct run_table *table)
{
	free(table->rows);
	names_done(&table->names);
	*table = (struct run_table){ 0 };
}

static const char *keep(struct reading *reading, const char *text)
{
	const char *kept =
		text && *text ? names_add(&reading->table->names, text, strlen(text)) : NULL;

	reading->is_short |= text && *text && !kept;
	return kept;
}

static const char *keep_command(struct reading *reading, const struct denet_command *command)
{
	const char *end = command->args + command->args_len;
	AUTO(buf) struct buf line = { 0 };

	if (!command->args_len)
		return NULL;
	for (const char *at = command->args; at < end; at += strnlen(at, (size_t)(end - at)) + 1) {
		if (line.len)
			buf_append_char(&line, ' ');
		quote_append(&line, at);
	}
	if (command->truncated)
		buf_append_text(&line, " ...");
	reading->is_short |= line.error != 0;
	return keep(reading, line.data);
}

static void on_start(void *context, const struct denet_start *start)
{
	struct reading *reading = context;
	const char **texts = reading->row.texts;

	texts[RUNS_LABEL] = keep(reading, start->label);
	texts[RUNS_HOST] = keep(reading, start->host);
	texts[RUNS_JOB] = keep(reading, start->job);
	texts[RUNS_USER] = keep(reading, start->user);
	texts[RUNS_COMMAND] = keep_command(reading, &start->command);
	reading->row.t0_ms = start->t0_ms;
}

static int append(struct run_table *table, const struct runs_row *row)
{
	size_t room = table->room ? table->room * 2 : FIRST_ROOM;
	struct runs_row *rows = table->rows;

	if (table->count == table->room) {
		rows = array_resize(rows, room, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->count++] = *row;
	return 0;
}

int run_table_read(struct run_table *table, const char *path, struct denet_stats **ret_stats,
		   struct denet_error *error)
{
	struct reading reading = {
		.table = table,
		.row = { .texts[RUNS_FILE] = path, .t0_ms = DENET_UNKNOWN },
	};
	const struct denet_observer observer = {
		.size = sizeof(observer),
		.context = &reading,
		.on_start = on_start,
	};
	struct denet_stats *stats;
	int r = denet_stats_read_to(path, &observer, &stats, error);

	if (r)
		return r;
	runs_row_take(&reading.row, stats);
	r = reading.is_short ? -ENOMEM : append(table, &reading.row);
	if (r)
		denet_stats_free(stats);
	else
		*ret_stats = stats;
	return r;
}

static int compare_numbers(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

static int compare_texts(const char *x, const char *y)
{
	if (!x || !y)
		return !x - !y;
	return strcmp(x, y);
}

static int compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	int r = compare_texts(x->text, y->text);

	if (!r)
		r = compare_numbers(x->number, y->number);
	return r ? r : (x->index > y->index) - (x->index < y->index);
}

static double number_of(uint64_t value)
{
	return value == DENET_UNKNOWN ? NAN : (double)value;
}

/* The largest comes first. Failures do, as a start that was long ago. */
static double number_by(const struct runs_row *row, enum run_key key)
{
	bool is_sum;

	switch (key) {
	case RUN_KEY_CPU:
		return -number_of(row->figures[RUNS_CPU]);
	case RUN_KEY_WALL:
		return -number_of(row->figures[RUNS_WALL]);
	case RUN_KEY_PEAK:
		return -number_of(runs_row_peak(row, &is_sum));
	case RUN_KEY_START:
		return number_of(row->t0_ms);
	case RUN_KEY_STATUS:
		return row->end.known ? !runs_row_has_failed(row) : NAN;
	default:
		return 0;
	}
}

static struct order order_of(const struct runs_row *row, enum run_key key, size_t index)
{
	bool is_text = key >= RUN_KEY_TEXT && key < RUN_KEY_NONE;

	return (struct order){
		.text = is_text ? row->texts[key - RUN_KEY_TEXT] : "",
		.number = number_by(row, key),
		.index = index,
	};
}

/* Row by row along each ring of those that take each other's place: there is no room for all twice. */
static void move(struct runs_row rows[], struct order orders[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct runs_row first = rows[i];
		size_t at = i, from;

		if (orders[i].index == i)
			continue;
		for (; (from = orders[at].index) != i; at = from) {
			rows[at] = rows[from];
			orders[at].index = at;
		}
		rows[at] = first;
		orders[at].index = at;
	}
}

int run_table_sort(struct run_table *table, enum run_key key)
{
	AUTO_FREE struct order *orders = calloc(table->count + 1, sizeof(*orders));

	if (!orders)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++)
		orders[i] = order_of(&table->rows[i], key, i);
	qsort(orders, table->count, sizeof(*orders), compare);
	move(table->rows, orders, table->count);
	return 0;
}

/* Of what broke off a figure is not the run's. */
static double value_of(const struct runs_row *row, uint64_t value)
{
	return runs_row_is_whole(row) ? number_of(value) : NAN;
}

static double *take(const struct run_table *table, const struct run_group *group,
		    enum runs_figure figure, double room[])
{
	const struct runs_row *rows = &table->rows[group->first];

	for (size_t i = 0; i < group->count; i++)
		room[i] = value_of(&rows[i], rows[i].figures[figure]);
	return room;
}

static bool take_peaks(const struct run_table *table, const struct run_group *group, double room[])
{
	const struct runs_row *rows = &table->rows[group->first];
	bool is_sum, any_is_sum = false;

	for (size_t i = 0; i < group->count; i++) {
		room[i] = value_of(&rows[i], runs_row_peak(&rows[i], &is_sum));
		any_is_sum |= is_sum && runs_row_is_whole(&rows[i]);
	}
	return any_is_sum;
}

void run_table_describe(const struct run_table *table, const struct run_group *group,
			enum runs_text text, double room[], struct runs_group *ret_group)
{
	const struct runs_row *rows = &table->rows[group->first];

	*ret_group = (struct runs_group){ .name = rows->texts[text], .runs = group->count };
	for (size_t i = 0; i < group->count; i++) {
		ret_group->failed += runs_row_has_failed(&rows[i]);
		ret_group->whole += runs_row_is_whole(&rows[i]);
		ret_group->sampled += rows[i].accounting == DENET_ACCOUNTING_PROC;
	}
	ret_group->peak_is_sum = take_peaks(table, group, room);
	denet_spread_of(room, group->count, &ret_group->peak);
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		denet_spread_of(take(table, group, (enum runs_figure)i, room), group->count,
				&ret_group->figures[i]);
}

/* How it ended and when it began is known of any. */
static double weigh(const struct runs_row *row, enum run_key key)
{
	bool is_figure = key != RUN_KEY_START && key != RUN_KEY_STATUS;

	return is_figure && !runs_row_is_whole(row) ? NAN : number_by(row, key);
}

static double median_by(const struct run_table *table, const struct run_group *group,
			enum run_key key, double room[])
{
	struct denet_spread spread;

	if (key == RUN_KEY_RUNS)
		return -(double)group->count;
	for (size_t i = 0; i < group->count; i++)
		room[i] = weigh(&table->rows[group->first + i], key);
	denet_spread_of(room, group->count, &spread);
	return key == RUN_KEY_START || key == RUN_KEY_STATUS ? spread.min : spread.median;
}

static int sort_groups(const struct run_table *table, enum run_key key, struct run_group *groups,
		       size_t count)
{
	AUTO_FREE double *room = calloc(table->count + 1, sizeof(*room));
	AUTO_FREE struct order *orders = calloc(count + 1, sizeof(*orders));
	AUTO_FREE struct run_group *sorted = calloc(count + 1, sizeof(*sorted));

	if (!room || !orders || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		orders[i] = (struct order){
			.text = "",
			.number = median_by(table, &groups[i], key, room),
			.index = i,
		};
	qsort(orders, count, sizeof(*orders), compare);
	for (size_t i = 0; i < count; i++)
		sorted[i] = groups[orders[i].index];
	memcpy(groups, sorted, count * sizeof(*groups));
	return 0;
}

int run_table_group(struct run_table *table, enum runs_text text, enum run_key key,
		    struct run_group **ret_groups, size_t *ret_count)
{
	AUTO_FREE struct run_group *groups = calloc(table->count + 1, sizeof(*groups));
	size_t count = 0;
	int r = groups ? run_table_sort(table, RUN_KEY_TEXT + (int)text) : -ENOMEM;

	if (r)
		return r;
	for (size_t i = 0; i < table->count; i++) {
		/* Equal texts are one. */
		if (!i || table->rows[i].texts[text] != table->rows[i - 1].texts[text])
			groups[count++].first = i;
		groups[count - 1].count++;
	}
	if (key < RUN_KEY_TEXT)
		r = sort_groups(table, key, groups, count);
	if (r)
		return r;
	*ret_groups = TAKE(groups);
	*ret_count = count;
	return 0;
}
