/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/figure.h"

#include <math.h>
#include <string.h>

bool figure_read(const struct denet_metric *metric, const void *at, struct figure_value *ret_value)
{
	struct figure_value value = { .metric = metric };

	if (metric->type == DENET_METRIC_INFO)
		return false;
	if (metric->form == DENET_FORM_U64) {
		memcpy(&value.whole, at, sizeof(value.whole));
		value.is_whole = true;
		value.real = (double)value.whole;
	} else if (metric->form == DENET_FORM_FLOAT || metric->form == DENET_FORM_DOUBLE) {
		memcpy(&value.real, at, sizeof(value.real));
	} else {
		return false;
	}
	*ret_value = value;
	return value.is_whole ? value.whole != DENET_UNKNOWN : isfinite(value.real);
}

bool figure_next(enum denet_record record, const void *base, size_t *index,
		 struct figure_value *ret_value)
{
	const struct denet_metric *metric;
	size_t offset;

	while ((metric = denet_record_metric(record, *index, &offset))) {
		++*index;
		if (figure_read(metric, (const char *)base + offset, ret_value))
			return true;
	}
	return false;
}

bool figure_at(enum denet_record record, const void *base, size_t member,
	       struct figure_value *ret_value)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(record, i, &offset)); i++)
		if (offset == member)
			return figure_read(metric, (const char *)base + offset, ret_value);
	return false;
}

const struct denet_metric *figure_next_truth(enum denet_record record, const void *base,
					     size_t *index)
{
	const struct denet_metric *metric;
	size_t offset;

	while ((metric = denet_record_metric(record, *index, &offset))) {
		++*index;
		if (metric->form == DENET_FORM_BOOL && *(const bool *)((const char *)base + offset))
			return metric;
	}
	return NULL;
}
