/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/record.h"

#include <string.h>
#include <unistd.h>

#include "metrics/derive.h"
#include "metrics/keys.h"
#include "record/fields.h"
#include "record/schema.h"
#include "util/json.h"

/* A record, or a part of one, as an object. */
static void write_object(struct json *json, const char *key, const char *kind,
			 const struct fields *fields)
{
	json_object_begin(json, key);
	if (kind)
		json_string(json, "kind", kind);
	fields_write(json, fields);
	json_object_end(json);
}

static void write_record_as(struct buf *buf, const char *kind, const struct fields *fields)
{
	struct json json;

	json_init(&json, buf);
	write_object(&json, NULL, kind, fields);
}

static void write_record(struct buf *buf, const struct fields *fields)
{
	write_record_as(buf, denet_record_name(fields->record), fields);
}

static void write_capabilities(struct json *json, const char *key, const struct denet_start *start)
{
	json_object_begin(json, key);
	json_object_begin(json, "psi");
	json_bool(json, "system", start->has_system_psi);
	json_bool(json, "per_process", false);
	json_object_end(json);
	json_object_begin(json, "perf_hw");
	json_bool(json, "available", false);
	json_array_begin(json, "events");
	json_array_end(json);
	json_string(json, "reason", "hardware counters are not read");
	json_object_end(json);
	json_object_end(json);
}

static void write_of_metadata(struct json *json, const char *key, const void *context)
{
	const struct denet_start *start = context;

	if (!strcmp(key, "capabilities"))
		write_capabilities(json, key, start);
	else if (!strcmp(key, "version"))
		json_string(json, key, DENET_VERSION);
	else if (!strcmp(key, KEY_CLK_TCK))
		json_i64(json, key, sysconf(_SC_CLK_TCK));
	else
		json_u64(json, key, SCHEMA);
}

bool record_metadata(const struct record_style *style, const struct denet_start *start,
		     struct buf *buf)
{
	const struct fields fields = {
		.record = DENET_RECORD_METADATA,
		.base = start,
		.is_compat = style->compat_denet,
		.write_other = write_of_metadata,
		.context = start,
	};

	write_record(buf, &fields);
	return true;
}

bool record_child(const struct record_style *style, const struct denet_arrival *arrival,
		  struct buf *buf)
{
	const struct fields fields = {
		.record = DENET_RECORD_CHILD,
		.base = arrival,
		.is_compat = style->compat_denet,
	};

	write_record(buf, &fields);
	return true;
}

/* One process as part of a tree. */
static void write_member(struct json *json, const char *key, const struct denet_sample *sample,
			 bool is_over, bool is_compat)
{
	const struct fields fields = {
		.record = DENET_RECORD_MEMBER,
		.base = sample,
		.is_compat = is_compat,
		.has_demands = is_compat,
		.is_over = is_over,
	};

	write_object(json, key, NULL, &fields);
}

static void write_children(struct json *json, const char *key, const struct denet_tree *tree,
			   bool is_compat)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < tree->children_count; i++) {
		const struct denet_child *child = &tree->children[i];

		json_object_begin(json, NULL);
		json_u64(json, "pid", child->pid);
		json_string(json, "command", child->comm);
		write_member(json, "metrics", &child->sample, false, is_compat);
		json_object_end(json);
	}
	json_array_end(json);
}

struct tree_parts {
	const struct denet_tree *tree;
	bool is_compat;
};

static void write_of_tree(struct json *json, const char *key, const void *context)
{
	const struct tree_parts *parts = context;
	const struct fields aggregated = {
		.record = DENET_RECORD_AGGREGATED,
		.base = parts->tree,
		.is_compat = parts->is_compat,
		.has_demands = true,
		.is_over = parts->tree->aggregated_is_over,
	};

	if (!strcmp(key, "parent"))
		write_member(json, key, &parts->tree->parent, parts->tree->parent_is_over,
			     parts->is_compat);
	else if (!strcmp(key, "children"))
		write_children(json, key, parts->tree, parts->is_compat);
	else
		write_object(json, key, NULL, &aggregated);
}

bool record_tree(const struct record_style *style, const struct denet_tree *tree, struct buf *buf)
{
	const struct tree_parts parts = { .tree = tree, .is_compat = style->compat_denet };
	const struct fields fields = {
		.record = DENET_RECORD_TREE,
		.base = tree,
		.is_compat = style->compat_denet,
		.write_other = write_of_tree,
		.context = &parts,
	};

	write_record(buf, &fields);
	return true;
}

bool record_sample(const struct record_style *style, const struct denet_tree *tree, struct buf *buf)
{
	const struct fields fields = {
		.record = DENET_RECORD_SAMPLE,
		.base = tree,
		.is_compat = style->compat_denet,
		.has_demands = true,
		.is_over = tree->parent_is_over,
	};

	write_record(buf, &fields);
	return true;
}

/* Of the last the process has the command. */
static void write_of_process(struct json *json, const char *key, const void *context)
{
	const struct denet_process *process = context;

	if (!process->programs_count)
		return;
	json_array_begin(json, key);
	for (size_t i = 0; i < process->programs_count; i++) {
		struct denet_process_program program = process->programs[i];
		const struct fields fields = { .record = DENET_RECORD_PROGRAM, .base = &program };

		if (i + 1 == process->programs_count)
			program.command = (struct denet_command){ 0 };
		write_object(json, NULL, NULL, &fields);
	}
	json_array_end(json);
}

bool record_process(const struct record_style *style, const struct denet_process *process,
		    struct buf *buf)
{
	const struct fields fields = {
		.record = DENET_RECORD_PROCESS,
		.base = process,
		.is_ended = process->end.known,
		.is_oom_unknown = process->oom_unknown,
		.write_other = write_of_process,
		.context = process,
	};

	if (style->compat_denet)
		return false;
	write_record(buf, &fields);
	return true;
}

bool record_exit(const struct record_style *style, const struct denet_exit *exit, struct buf *buf)
{
	const struct fields fields = {
		.record = DENET_RECORD_EXIT,
		.base = exit,
		.is_compat = style->compat_denet,
	};

	write_record(buf, &fields);
	return true;
}

static bool write_summary(const struct record_style *style, const char *kind,
			  const struct denet_summary *summary, struct buf *buf)
{
	struct denet_summary told = *summary;
	const struct fields fields = { .record = DENET_RECORD_SUMMARY, .base = &told };

	if (style->compat_denet)
		return false;
	derive_summary(&told);
	write_record_as(buf, kind, &fields);
	return true;
}

bool record_summary(const struct record_style *style, const struct denet_summary *summary,
		    struct buf *buf)
{
	return write_summary(style, denet_record_name(DENET_RECORD_SUMMARY), summary, buf);
}

/* No kind that is read: what it tells is in no figure of the run. */
bool record_beside(const struct record_style *style, const struct denet_summary *summary,
		   struct buf *buf)
{
	return write_summary(style, "beside", summary, buf);
}
