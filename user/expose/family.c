/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/family.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "expose/family_internal.h"
#include "format/scale.h"
#include "util/array.h"

#define COUNT "_count"
#define TOTAL "_total"

void family_list_done(struct family_list *families)
{
	free(families->items);
	*families = (struct family_list){ 0 };
}

static int add(struct family_list *families, const struct expose_family *family)
{
	struct expose_family *items =
		array_resize(families->items, families->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	families->items = items;
	items[families->count++] = *family;
	return 0;
}

/* Whoever has the counter computes rates over times of his own. */
static bool is_rate_of_counter(enum denet_record record, const struct denet_metric *metric)
{
	const struct denet_metric *other;

	for (size_t i = 0; (other = denet_record_metric(record, i, NULL)); i++)
		if (other->type == DENET_METRIC_COUNTER && strcmp(other->key, metric->source) == 0)
			return metric->type == DENET_METRIC_GAUGE;
	return false;
}

static bool is_told(enum denet_record record, const struct denet_metric *metric)
{
	bool is_number = metric->form == DENET_FORM_U64 || metric->form == DENET_FORM_FLOAT ||
			 metric->form == DENET_FORM_DOUBLE;

	return is_number && metric->type != DENET_METRIC_INFO &&
	       !is_rate_of_counter(record, metric);
}

/* Without its unit. A total of a counter is told behind that, and one of a gauge is what it is. */
static size_t name_len(const struct denet_metric *metric)
{
	size_t len = denet_metric_name_len(metric);

	if (metric->type != DENET_METRIC_COUNTER &&
	    strncmp(metric->key + len, TOTAL, strlen(TOTAL)) == 0)
		len += strlen(TOTAL);
	return len;
}

/* The unit goes to the end: net_bytes_sent is net_sent_bytes. */
static void write_key(char *name, size_t room, const struct denet_metric *metric)
{
	char unit[FAMILY_NAME_BYTES];
	size_t len = name_len(metric), head = len, skipped = 0;
	const char *at;

	(void)snprintf(unit, sizeof(unit), "_%s", metric->unit);
	at = *metric->unit ? strstr(metric->key, unit) : NULL;
	if (at && (size_t)(at - metric->key) < len) {
		head = (size_t)(at - metric->key);
		skipped = strlen(unit);
	}
	(void)snprintf(name, room, "%.*s%.*s", (int)head, metric->key, (int)(len - head - skipped),
		       metric->key + head + skipped);
}

/* disk_reads of disk_read_count: a name must not end as those of histograms do. */
static void count_as_plural(char *name)
{
	size_t len = strlen(name);

	if (len > strlen(COUNT) && strcmp(name + len - strlen(COUNT), COUNT) == 0)
		(void)memcpy(name + len - strlen(COUNT), "s", sizeof("s"));
}

static int add_ours(struct family_list *families, enum expose_kind kind)
{
	enum denet_record record = kind_record(kind);
	const struct denet_metric *metric;
	size_t offset;
	int r = 0;

	for (size_t i = 0; (metric = denet_record_metric(record, i, &offset)) && !r; i++) {
		char key[FAMILY_NAME_BYTES / 2];
		struct expose_family family = {
			.metric = metric,
			.offset = offset,
			.is_counter = metric->type == DENET_METRIC_COUNTER,
			.is_scaled = true,
		};

		if (!is_told(record, metric))
			continue;
		write_key(key, sizeof(key), metric);
		count_as_plural(key);
		(void)snprintf(family.name, sizeof(family.name), "%s_%s%s", kind_prefix(kind), key,
			       scale_of(metric->unit)->suffix);
		r = add(families, &family);
	}
	return r;
}

/* Seconds and bytes are what others have, too; their percent is none of a ratio. */
static int add_other(struct family_list *families, enum denet_record record,
		     const struct family_alias *alias)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(record, i, &offset)); i++) {
		struct expose_family family = {
			.pair = alias->pair,
			.metric = metric,
			.offset = offset,
			.is_counter = metric->type == DENET_METRIC_COUNTER,
			.is_scaled = strcmp(metric->unit, "percent") != 0,
		};

		if (offset != alias->offset)
			continue;
		(void)snprintf(family.name, sizeof(family.name), "%s", alias->name);
		return add(families, &family);
	}
	return 0;
}

int family_list_make(struct family_list *families, enum expose_kind kind, enum expose_names names)
{
	const struct family_alias *alias;
	int r = 0;

	*families = (struct family_list){ 0 };
	if (names == EXPOSE_NAMES_DENET)
		r = add_ours(families, kind);
	else
		for (alias = family_aliases(names, kind); alias && alias->name && !r; alias++)
			r = add_other(families, kind_record(kind), alias);
	if (r)
		family_list_done(families);
	return r;
}
