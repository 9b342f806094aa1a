/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/csv.h"

#include <string.h>

#include "record/fields.h"
#include "util/decimal.h"

/* All columns are figures, and so none needs quotes. */
static bool is_column(const struct metric_use *use)
{
	return use->form != DENET_FORM_OTHER;
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

/* Returns where the next one goes. */
static char *put_figure(char *out, const struct metric_use *use, const void *base)
{
	const void *value = (const char *)base + use->offset;

	if (use->form == DENET_FORM_FLOAT)
		return out + decimal_from_float((float)*(const double *)value, out);
	if (use->form == DENET_FORM_BOOL)
		return out + decimal_from_u64(*(const bool *)value, out);
	return out + decimal_from_u64(*(const uint64_t *)value, out);
}

/* One figure of a group, which stand together, is nothing without the others. */
static bool is_known(const struct metric_list *list, size_t at, const void *base)
{
	const struct metric_use *uses = list->uses;
	const char *group = uses[at].group;
	size_t i = at;

	if (!group)
		return fields_is_known(&uses[at], base);
	while (i && metric_is_in_group(&uses[i - 1], group))
		i--;
	for (; i < list->count && metric_is_in_group(&uses[i], group); i++)
		if (!fields_is_known(&uses[i], base))
			return false;
	return true;
}

void csv_append_row(struct buf *buf, const struct denet_tree *tree, bool root_alone)
{
	struct metric_list columns = metric_list(DENET_RECORD_AGGREGATED);
	struct metric_list list = root_alone ? metric_list(DENET_RECORD_SAMPLE) : columns;
	bool is_over = root_alone ? tree->parent_is_over : tree->aggregated_is_over;
	char *out;

	if (buf_reserve(buf, columns.count * (DECIMAL_MAX_BYTES + 1) + 1))
		return;
	out = buf->data + buf->len;
	for (size_t i = 0, at = 0; i < columns.count; i++) {
		size_t found = at;

		if (!is_column(&columns.uses[i]))
			continue;
		/* The same order, but for keys that only one of them has. */
		while (found < list.count && list.uses[found].metric != columns.uses[i].metric)
			found++;
		if (found < list.count) {
			at = found + 1;
			if (!(is_over && list.uses[found].flags & METRIC_OF_LIVING) &&
			    is_known(&list, found, tree))
				out = put_figure(out, &list.uses[found], tree);
		}
		*out++ = ',';
	}
	buf->len = (size_t)(out - buf->data);
	end_line(buf);
}
