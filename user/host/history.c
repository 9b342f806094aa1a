/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/history.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "denet/system.h"
#include "metrics/keys.h"
#include "metrics/table.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/units.h"

/* A figure over the looks: entry n lies at n % entries. */
struct series {
	const char *figure; /* key of the table */
	uint64_t group_id; /* 0: of the machine */
	char *group; /* owned: its name */
	size_t offset; /* in the machine's struct */
	uint64_t first; /* the entry that it began with */
	float *values; /* owned */
};

struct history {
	size_t entries;
	uint64_t next; /* so many were taken */
	uint64_t *mono_ns; /* owned: of each entry */
	uint64_t ts_ms; /* of the last */
	struct series *items; /* owned */
	size_t count;
	size_t machine_count;
};

static void drop_series(struct series *series)
{
	free(series->values);
	free(series->group);
}

void history_free(struct history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < history->count; i++)
		drop_series(&history->items[i]);
	free(history->items);
	free(history->mono_ns);
	free(history);
}

/* Zeros come from the kernel and take no memory until they are written. */
static int add_series(struct history *history, const struct series *series)
{
	struct series *items =
		array_resize(history->items, history->count + 1, sizeof(*history->items));
	AUTO_FREE float *values = calloc(history->entries, sizeof(*values));
	AUTO_FREE char *group = series->group ? strdup(series->group) : NULL;

	if (items)
		history->items = items;
	if (!items || !values || (series->group && !group))
		return -ENOMEM;
	items[history->count] = *series;
	items[history->count].first = history->next;
	items[history->count].values = TAKE(values);
	items[history->count++].group = TAKE(group);
	return 0;
}

/* All figures of the machine that come and go. */
static int add_machine(struct history *history)
{
	int r = 0;

	for (size_t i = 0; i < denet_metric_count() && !r; i++) {
		const struct denet_metric *metric = denet_metric_get(i);

		if (metric->type != DENET_METRIC_GAUGE || metric->form != DENET_FORM_DOUBLE)
			continue;
		for (size_t u = 0; metric->uses[u].place && !r; u++) {
			const struct series series = { .figure = metric->key,
						       .offset = metric->uses[u].offset };

			if (metric->uses[u].record == DENET_RECORD_MACHINE)
				r = add_series(history, &series);
		}
	}
	history->machine_count = history->count;
	return r;
}

int history_new(size_t entries, struct history **ret_history)
{
	AUTO(history) struct history *history = calloc(1, sizeof(*history));
	int r;

	if (!history)
		return -ENOMEM;
	history->entries = entries;
	history->mono_ns = calloc(entries, sizeof(*history->mono_ns));
	r = history->mono_ns ? add_machine(history) : -ENOMEM;
	if (!r)
		*ret_history = TAKE(history);
	return r;
}

size_t history_machine_bytes(const struct history *history)
{
	return history->entries *
	       (sizeof(*history->mono_ns) + history->machine_count * sizeof(float));
}

size_t history_group_bytes(const struct history *history)
{
	return 2 * history->entries * sizeof(float);
}

size_t history_count(const struct history *history)
{
	return history->count;
}

static bool is_of(const struct series *series, const struct cgroup *group)
{
	return series->group_id == group->id && strcmp(series->group, group->figures.name) == 0;
}

static double value_of(const struct cgroup *group, const char *figure)
{
	uint64_t bytes = group->figures.memory_bytes;

	if (strcmp(figure, KEY_CPU_USAGE) == 0)
		return group->figures.cpu_usage;
	return bytes == DENET_UNKNOWN ? NAN : (double)bytes;
}

static const struct cgroup *find_group(const struct cgroups *groups, const struct series *series,
				       size_t *hint)
{
	size_t count = cgroups_count(groups);

	/* Both come in the same order, but for those that came or went. */
	for (size_t i = 0; i < count; i++) {
		size_t at = (*hint + i) % count;
		const struct cgroup *group = cgroups_get(groups, at);

		if (is_of(series, group)) {
			*hint = at;
			return group;
		}
	}
	return NULL;
}

static void forget_gone(struct history *history, const struct cgroups *groups)
{
	size_t kept = history->machine_count, hint = 0;

	for (size_t i = kept; i < history->count; i++) {
		if (find_group(groups, &history->items[i], &hint))
			history->items[kept++] = history->items[i];
		else
			drop_series(&history->items[i]);
	}
	history->count = kept;
}

static bool has_group(const struct history *history, const struct cgroup *group, size_t *hint)
{
	size_t first = history->machine_count, count = history->count - first;

	for (size_t i = 0; i < count; i++) {
		size_t at = (*hint + i) % count;

		if (is_of(&history->items[first + at], group)) {
			*hint = at;
			return true;
		}
	}
	return false;
}

static int add_groups(struct history *history, const struct cgroups *groups)
{
	static const char *const figures[] = { KEY_CPU_USAGE, KEY_MEMORY_BYTES };
	size_t hint = 0;
	int r = 0;

	for (size_t i = 0; i < cgroups_count(groups) && !r; i++) {
		const struct cgroup *group = cgroups_get(groups, i);
		struct series series = { .group_id = group->id };
		char name[CGROUP_NAME_BYTES];

		if (has_group(history, group, &hint) ||
		    history->count >= history->machine_count + 2 * (size_t)HISTORY_GROUPS_MAX)
			continue;
		(void)snprintf(name, sizeof(name), "%s", group->figures.name);
		series.group = name;
		for (size_t f = 0; f < 2 && !r; f++) {
			series.figure = figures[f];
			r = add_series(history, &series);
		}
	}
	return r;
}

int history_take(struct history *history, const struct host_machine *machine,
		 const struct cgroups *groups)
{
	size_t at = (size_t)(history->next % history->entries), hint = 0;
	int r;

	forget_gone(history, groups);
	r = add_groups(history, groups);
	if (r)
		return r;
	history->mono_ns[at] = machine->mono_ns;
	history->ts_ms = (uint64_t)(machine->timestamp * 1000 + 0.5);
	for (size_t i = 0; i < history->count; i++) {
		struct series *series = &history->items[i];
		const char *base = (const char *)machine;

		if (i < history->machine_count)
			series->values[at] =
				(float)*(const double *)(const void *)(base + series->offset);
		else
			series->values[at] =
				(float)value_of(find_group(groups, series, &hint), series->figure);
	}
	history->next++;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	float one = *(const float *)a, other = *(const float *)b;

	return one < other ? -1 : one > other;
}

/* Nearest rank: so many values are at most as large. */
static double percentile(const float *values, size_t count, size_t percent)
{
	size_t rank = (count * percent + 99) / 100;

	return (double)values[rank ? rank - 1 : 0];
}

static size_t gather(const struct history *history, const struct series *series, uint64_t window_ns,
		     float *values, struct host_history *figures)
{
	uint64_t last = history->next - 1;
	uint64_t last_ns = history->mono_ns[last % history->entries];
	uint64_t first = history->next > history->entries ? history->next - history->entries : 0;
	size_t count = 0;

	first = first > series->first ? first : series->first;
	for (uint64_t n = first; n <= last; n++) {
		uint64_t ns = history->mono_ns[n % history->entries];
		float value = series->values[n % history->entries];

		if ((window_ns && last_ns - ns > window_ns) || !isfinite(value))
			continue;
		if (!count)
			figures->span_ns = last_ns - ns;
		values[count++] = value;
	}
	return count;
}

int history_tell(const struct history *history, size_t series, uint64_t window_ns,
		 struct host_history *ret_figures)
{
	const struct series *item = &history->items[series];
	AUTO_FREE float *values = calloc(history->entries, sizeof(*values));
	struct host_history figures = { .ts_ms = history->ts_ms,
					.figure = item->figure,
					.group = item->group };
	double sum = 0;

	if (!values)
		return -ENOMEM;
	if (!history->next)
		return -ENODATA;
	figures.values = gather(history, item, window_ns, values, &figures);
	if (!figures.values)
		return -ENODATA;
	qsort(values, figures.values, sizeof(*values), by_value);
	for (size_t i = 0; i < figures.values; i++)
		sum += (double)values[i];
	figures.min = (double)values[0];
	figures.mean = sum / (double)figures.values;
	figures.max = (double)values[figures.values - 1];
	figures.p50 = percentile(values, figures.values, 50);
	figures.p95 = percentile(values, figures.values, 95);
	figures.p99 = percentile(values, figures.values, 99);
	*ret_figures = figures;
	return 0;
}

const char *history_figure(const struct history *history, size_t series)
{
	return history->items[series].figure;
}

const char *history_group(const struct history *history, size_t series)
{
	return history->items[series].group;
}

int history_values(const struct history *history, size_t series, uint64_t window_ns,
		   struct history_value **ret_values, size_t *ret_count)
{
	const struct series *item = &history->items[series];
	struct history_value *values = calloc(history->entries, sizeof(*values));
	uint64_t next = history->next, first = item->first;
	uint64_t last_ns = next ? history->mono_ns[(next - 1) % history->entries] : 0;
	size_t count = 0;

	if (!values)
		return -ENOMEM;
	if (next > history->entries && first < next - history->entries)
		first = next - history->entries;
	for (uint64_t n = first; n < next; n++) {
		uint64_t age_ns = last_ns - history->mono_ns[n % history->entries];

		if (!window_ns || age_ns <= window_ns)
			values[count++] = (struct history_value){
				age_ns, (double)item->values[n % history->entries]
			};
	}
	*ret_values = values;
	*ret_count = count;
	return 0;
}
