/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/csv.h"

#include <string.h>

#include "record/fields.h"
#include "util/decimal.h"

/* All columns are figures, and so none needs quotes. */
static bool is_column(const struct metric_use *use)
{
	return use->metric->shown.form != DENET_FORM_OTHER;
}

static void end_line(struct buf *buf)
{
	if (buf->error)
		return;
	buf->len--; /* the comma behind the last */
	buf_append_text(buf, "\r\n");
}

void csv_append_header(struct buf *buf)
{
	struct metric_list list = metric_list(DENET_RECORD_AGGREGATED);

	for (size_t i = 0; i < list.count; i++) {
		const struct denet_metric *metric = &list.uses[i].metric->shown;

		if (!is_column(&list.uses[i]))
			continue;
		if (metric->group)
			buf_printf(buf, "%s_", metric->group);
		buf_printf(buf, "%s,", metric->key);
	}
	end_line(buf);
}

static void append_figure(struct buf *buf, const struct metric_use *use, const void *base)
{
	const void *value = (const char *)base + use->offset;
	char text[DECIMAL_MAX_BYTES];
	size_t len;

	if (use->metric->shown.form == DENET_FORM_FLOAT)
		len = decimal_from_float((float)*(const double *)value, text);
	else
		len = decimal_from_u64(*(const uint64_t *)value, text);
	buf_append(buf, text, len);
}

/* One figure of a group is nothing without the others. */
static bool is_group_known(const struct metric_list *list, const char *group, const void *base)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->uses[i].metric->shown.group == group &&
		    !fields_is_known(&list->uses[i], base))
			return false;
	return true;
}

/* The place of a column among the keys of the record; NULL when that has none. */
static const struct metric_use *use_of(const struct metric_list *list, const struct metric *column,
				       size_t *at)
{
	while (*at < list->count && list->uses[*at].metric != column)
		(*at)++;
	return *at < list->count ? &list->uses[*at] : NULL;
}

void csv_append_row(struct buf *buf, const struct denet_tree *tree, bool root_alone)
{
	struct metric_list columns = metric_list(DENET_RECORD_AGGREGATED);
	struct metric_list list = root_alone ? metric_list(DENET_RECORD_SAMPLE)
					     : metric_list(DENET_RECORD_AGGREGATED);

	for (size_t i = 0, at = 0; i < columns.count; i++) {
		const struct metric *metric = columns.uses[i].metric;
		size_t found = at;
		const struct metric_use *use = use_of(&list, metric, &found);

		if (!is_column(&columns.uses[i]))
			continue;
		at = use ? found : at;
		if (use && fields_is_known(use, tree) &&
		    (!metric->shown.group || is_group_known(&list, metric->shown.group, tree)))
			append_figure(buf, use, tree);
		buf_append_char(buf, ',');
	}
	end_line(buf);
}
