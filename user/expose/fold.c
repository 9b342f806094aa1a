/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/fold.h"

#include <math.h>
#include <string.h>

#include "format/figure.h"
#include "metrics/host_records.h"

static void *place_of(const struct expose_family *family, void *figures)
{
	return (char *)figures + family->offset;
}

static void write_value(const struct expose_family *family, void *figures, uint64_t whole,
			double real)
{
	if (family->metric->form == DENET_FORM_U64)
		memcpy(place_of(family, figures), &whole, sizeof(whole));
	else
		memcpy(place_of(family, figures), &real, sizeof(real));
}

static void forget(const struct expose_family *family, void *figures)
{
	write_value(family, figures, DENET_UNKNOWN, NAN);
}

void fold_clear(const struct family_list *families, void *figures)
{
	for (size_t i = 0; i < families->count; i++)
		forget(&families->items[i], figures);
}

void fold_begin(const struct family_list *families, void *sum)
{
	for (size_t i = 0; i < families->count; i++)
		if (!families->items[i].is_counter)
			forget(&families->items[i], sum);
}

/* Peaks were at different times, and limits are each one's own. */
static bool has_sum(const struct expose_family *family, enum denet_record record)
{
	return record != DENET_RECORD_GROUP ||
	       (family->offset != offsetof(struct host_group, memory_peak_bytes) &&
		family->offset != offsetof(struct host_group, memory_limit_bytes) &&
		family->offset != offsetof(struct host_group, pids_limit));
}

static bool read_value(const struct expose_family *family, const void *figures,
		       struct figure_value *ret_value)
{
	return figures &&
	       figure_read(family->metric, (const char *)figures + family->offset, ret_value);
}

static void add_one(const struct expose_family *family, void *sum, const void *now,
		    const void *before)
{
	struct figure_value value, older, total;

	if (!read_value(family, now, &value))
		return;
	if (family->is_counter && read_value(family, before, &older) && older.whole <= value.whole)
		value.whole -= older.whole;
	if (read_value(family, sum, &total)) {
		value.whole += total.whole;
		value.real += total.real;
	}
	write_value(family, sum, value.whole, value.real);
}

void fold_add(const struct family_list *families, enum denet_record record, void *sum,
	      const void *now, const void *before, bool is_ended)
{
	for (size_t i = 0; i < families->count; i++) {
		const struct expose_family *family = &families->items[i];

		if (family->is_counter || (!is_ended && has_sum(family, record)))
			add_one(family, sum, now, before);
	}
}

static bool has_offset(enum denet_record record, size_t wanted)
{
	size_t offset;

	for (size_t i = 0; denet_record_metric(record, i, &offset); i++)
		if (offset == wanted)
			return true;
	return false;
}

void fold_keep(const struct family_list *families, enum denet_record record, void *figures)
{
	for (size_t i = 0; i < families->count; i++)
		if (!has_offset(record, families->items[i].offset))
			forget(&families->items[i], figures);
}
