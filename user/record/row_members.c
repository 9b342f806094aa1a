/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/row_members.h"

#include "record/parse_fields.h"
#include "util/scan.h"

static void read_figures(const struct scan_value *object, const struct denet_sample *unknown,
			 struct buf *strings, struct denet_sample *ret_sample)
{
	*ret_sample = *unknown;
	if (object->type == SCAN_OBJECT)
		parse_fields(DENET_RECORD_MEMBER, object, ret_sample, strings);
}

static const char *read_name(const struct scan_value *string, struct buf *strings)
{
	size_t at = strings->len;

	scan_append_string(string, strings);
	buf_append_char(strings, '\0');
	return buf_text(strings) + at;
}

/* False for what is no child. */
static bool read_child(const struct scan_value *object, const struct denet_sample *unknown,
		       struct buf *strings, struct denet_child *child)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;
	uint64_t pid;

	*child = (struct denet_child){ .sample = *unknown };
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		if (scan_is(&key, "pid") && !scan_u64(&value, &pid) && pid <= UINT32_MAX)
			child->pid = (uint32_t)pid;
		else if (scan_is(&key, "command") && value.type == SCAN_STRING)
			child->comm = read_name(&value, strings);
		else if (scan_is(&key, "metrics"))
			read_figures(&value, unknown, strings, &child->sample);
	}
	return child->comm;
}

static void read_children(const struct scan_value *array, const struct denet_sample *unknown,
			  struct buf *strings, struct row *row)
{
	struct scan_value value;
	struct scan scan;

	if (array->type != SCAN_ARRAY)
		return;
	scan_enter(array, &scan);
	while (scan_next(&scan, NULL, &value)) {
		if (value.type != SCAN_OBJECT)
			continue;
		if (row->tree.children_count == ROW_CHILDREN_MAX)
			row->tree.children_omitted++;
		else if (read_child(&value, unknown, strings,
				    &row->children[row->tree.children_count]))
			row->tree.children_count++;
	}
	row->tree.children = row->children;
}

int row_members_read(const char *text, size_t len, struct buf *strings, struct row *row)
{
	const struct denet_sample unknown = row->tree.parent;
	struct scan_value record;
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	/* Names stay where they are while the others are read. */
	if (buf_reserve(strings, len))
		return strings->error;
	if (scan_document(text, len, &record))
		return 1;
	scan_enter(&record, &scan);
	while (scan_next(&scan, &key, &value)) {
		if (scan_is(&key, "parent"))
			read_figures(&value, &unknown, strings, &row->tree.parent);
		else if (scan_is(&key, "children"))
			read_children(&value, &unknown, strings, row);
	}
	return strings->error ? strings->error : 1;
}
