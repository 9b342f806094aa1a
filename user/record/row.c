/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/row.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "metrics/derive.h"
#include "metrics/keys.h"
#include "metrics/publish.h"
#include "metrics/table.h"
#include "record/parse_fields.h"
#include "util/scan.h"

/* What tells the kinds apart; len 0 when missing. */
struct members {
	struct scan_value kind;
	struct scan_value aggregated;
	struct scan_value cmd;
	struct scan_value t0_ms;
	bool has_cpu_usage;
};

/* How much of a sample's shape an object has. */
struct shape {
	uint64_t demands_met; /* a bit for each key of an aggregate, by its place */
	bool is_bad; /* a figure is no figure */
};

/* All unknown; of the lists of a row there is nothing. */
static struct row nothing;
static struct denet_process_program nothing_of_program;
#define NOTHING_BYTES offsetof(struct row, programs)
static uint64_t sample_demands;
static uint64_t tree_demands;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct metric_use *find(enum denet_record record, const struct scan_value *key)
{
	return metric_find(record, NULL, key->text + 1, key->len - 2);
}

static void prepare(void)
{
	struct metric_list list = metric_list(DENET_RECORD_AGGREGATED);

	for (size_t i = 0; i < list.count; i++) {
		const char *key = list.uses[i].metric->shown.key;

		if (!list.uses[i].metric->shown.is_demanded)
			continue;
		tree_demands |= 1ull << i;
		if (metric_find(DENET_RECORD_MEMBER, NULL, key, strlen(key)))
			sample_demands |= 1ull << i;
	}
	derive_forget(DENET_RECORD_AGGREGATED, &nothing.tree);
	derive_forget(DENET_RECORD_MEMBER, &nothing.tree.aggregated);
	publish_nothing(&nothing.tree.aggregated.used);
	derive_forget(DENET_RECORD_METADATA, &nothing.start);
	derive_forget(DENET_RECORD_EXIT, &nothing.exit);
	derive_forget(DENET_RECORD_SUMMARY, &nothing.summary);
	derive_forget(DENET_RECORD_PROCESS, &nothing.process);
	/* Without one a process is nobody's child, and nobody's parent. */
	nothing.process.id = 0;
	nothing.process.parent_id = 0;
	derive_forget(DENET_RECORD_PROGRAM, &nothing_of_program);
	nothing.tree.parent = nothing.tree.aggregated;
	nothing.process.end.exit_code = -1;
	nothing.summary.psi_samples = DENET_UNKNOWN;
	nothing.exit.end.exit_code = -1;
	nothing.summary.end.exit_code = -1;
}

static void read_figure(const struct metric_use *use, const struct scan_value *value, void *base,
			struct shape *shape)
{
	struct metric_list list = metric_list(DENET_RECORD_AGGREGATED);

	if (value->type == SCAN_NULL && !use->metric->shown.is_demanded)
		return;
	if (parse_fields_figure(use, value, base))
		shape->is_bad = true;
	else if (use->metric->shown.is_demanded)
		shape->demands_met |= 1ull << (use - list.uses);
}

/* Takes back the zeros that stand in for figures that were not known. */
static void forget_listed(const struct scan_value *array, struct row *row)
{
	struct scan_value name;
	struct scan scan;

	if (array->type != SCAN_ARRAY)
		return;
	scan_enter(array, &scan);
	while (scan_next(&scan, NULL, &name)) {
		const struct metric_use *use = NULL;

		if (name.type == SCAN_STRING)
			use = find(DENET_RECORD_AGGREGATED, &name);
		if (use)
			derive_forget_one(use, &row->tree);
	}
}

/* What stands in a sample and is no figure of an aggregate. */
static void read_other(const struct scan_value *key, const struct scan_value *value,
		       struct row *row, struct shape *shape)
{
	const struct metric_use *use = find(DENET_RECORD_MEMBER, key);
	struct denet_sample unused;

	if (use)
		read_figure(use, value, &unused, shape);
	else if (scan_is(key, "perf"))
		row->has_perf = value->type == SCAN_OBJECT;
	else if (value->type == SCAN_OBJECT)
		parse_fields_group(DENET_RECORD_AGGREGATED, key, value, &row->tree);
}

static struct shape read_sample(const struct scan_value *object, struct row *row)
{
	struct scan_value unknown = { SCAN_NULL, NULL, 0 };
	struct shape shape = { 0 };
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		const struct metric_use *use = find(DENET_RECORD_AGGREGATED, &key);

		if (!use)
			read_other(&key, &value, row, &shape);
		else if (use->metric->shown.form == DENET_FORM_OTHER)
			unknown = value;
		else
			read_figure(use, &value, &row->tree, &shape);
	}
	forget_listed(&unknown, row);
	return shape;
}

static bool has_shape(const struct shape *shape, uint64_t demands)
{
	return !shape->is_bad && (shape->demands_met & demands) == demands;
}

static void find_members(const struct scan_value *object, struct members *ret_members)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	memset(ret_members, 0, sizeof(*ret_members));
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		const struct metric_use *use;

		if (scan_is(&key, "kind"))
			ret_members->kind = value;
		else if (scan_is(&key, "aggregated"))
			ret_members->aggregated = value;
		else if (scan_is(&key, "cmd"))
			ret_members->cmd = value;
		else if (scan_is(&key, KEY_T0_MS))
			ret_members->t0_ms = value;
		else if (!ret_members->has_cpu_usage) {
			/* The only one of those that a sample must have that has a fraction. */
			use = find(DENET_RECORD_MEMBER, &key);
			ret_members->has_cpu_usage = use && use->metric->shown.is_demanded &&
						     use->metric->shown.form == DENET_FORM_FLOAT;
		}
	}
}

static bool is_kind(const struct members *members, const char *kind)
{
	return members->kind.len && scan_is(&members->kind, kind);
}

/* Before kinds were written, metadata is known by its members. */
static bool is_metadata(const struct members *members)
{
	if (members->kind.len)
		return is_kind(members, "metadata");
	return members->cmd.len && members->t0_ms.len;
}

/* A record that is no sample, as it is. */
static int read_whole(enum row_kind kind, const struct scan_value *object, struct buf *strings,
		      struct row *row)
{
	static const enum denet_record records[] = {
		[ROW_METADATA] = DENET_RECORD_METADATA,
		[ROW_EXIT] = DENET_RECORD_EXIT,
		[ROW_SUMMARY] = DENET_RECORD_SUMMARY,
	};
	void *base = &row->summary;

	if (kind == ROW_METADATA)
		base = &row->start;
	else if (kind == ROW_EXIT)
		base = &row->exit;
	row->kind = kind;
	parse_fields(records[kind], object, base, strings);
	return strings->error ? strings->error : 1;
}

static void read_programs(const struct scan_value *array, struct buf *strings, struct row *row)
{
	struct denet_process *process = &row->process;
	struct scan_value program;
	struct scan scan;
	size_t count = 0;

	if (array->type != SCAN_ARRAY)
		return;
	scan_enter(array, &scan);
	while (count < ROW_PROGRAMS_MAX && scan_next(&scan, NULL, &program)) {
		if (program.type != SCAN_OBJECT)
			continue;
		row->programs[count] = nothing_of_program;
		parse_fields(DENET_RECORD_PROGRAM, &program, &row->programs[count], strings);
		/* As a process without a name is none. */
		if (row->programs[count].comm)
			count++;
	}
	/* Of what it was forked with no command is known; the last has that of the process. */
	for (size_t i = 0; i + 1 < count; i++)
		row->programs[i].is_forked = !row->programs[i].command.args_len;
	process->programs = row->programs;
	process->programs_count = count;
}

static int read_process(const struct scan_value *object, struct buf *strings, struct row *row)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	row->kind = ROW_PROCESS;
	/* What is read of it stays where it is while its programs are read. */
	if (buf_reserve(strings, object->len))
		return strings->error;
	parse_fields(DENET_RECORD_PROCESS, object, &row->process, strings);
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value))
		if (scan_is(&key, "programs"))
			read_programs(&value, strings, row);
	if (strings->error)
		return strings->error;
	return row->process.comm ? 1 : 0;
}

static void forget(struct row *row)
{
	memcpy(row, &nothing, NOTHING_BYTES);
}

static int read_tree(const struct members *members, struct row *row)
{
	struct shape shape = { 0 };

	/* denet writes null when the root has vanished. */
	if (members->aggregated.type == SCAN_NULL)
		return 0;
	forget(row);
	row->kind = ROW_TREE;
	if (members->aggregated.type == SCAN_OBJECT)
		shape = read_sample(&members->aggregated, row);
	return has_shape(&shape, tree_demands) ? 1 : -EINVAL;
}

int row_read(const char *text, size_t len, struct buf *strings, struct row *ret_row)
{
	struct scan_value record;
	struct members members;
	struct shape shape = { 0 };

	if (scan_document(text, len, &record) || record.type != SCAN_OBJECT)
		return -EBADMSG;

	(void)pthread_once(&once, prepare);
	buf_reset(strings);
	find_members(&record, &members);
	forget(ret_row);
	if (is_kind(&members, "summary"))
		return read_whole(ROW_SUMMARY, &record, strings, ret_row);
	if (is_kind(&members, "exit"))
		return read_whole(ROW_EXIT, &record, strings, ret_row);
	if (is_kind(&members, "process"))
		return read_process(&record, strings, ret_row);
	if (is_metadata(&members))
		return read_whole(ROW_METADATA, &record, strings, ret_row);

	if (members.has_cpu_usage)
		shape = read_sample(&record, ret_row);
	ret_row->kind = ROW_SAMPLE;
	if (has_shape(&shape, sample_demands))
		return 1;
	if (members.aggregated.len)
		return read_tree(&members, ret_row);
	return is_kind(&members, "sample") || is_kind(&members, "tree") ? -EINVAL : 0;
}
