/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_analysis_rollup(): who used how much, by what they have in common. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_internal.h"
#include "analysis/under.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sized.h"

/* A process, or one of its programs, as a part of a row. */
struct part {
	uint64_t key; /* of the row */
	const struct crowd_member *member;
	const struct crowd_program *program; /* that names it */
	int64_t from_ns;
	int64_t to_ns;
	uint64_t cpu_ns;
	uint64_t peak_kb;
	bool is_run;
	bool has_failed;
};

struct draft {
	struct denet_analysis *analysis; /* borrowed */
	struct denet_rollup_options options;
	uint32_t *heads; /* owned; NULL where nobody asks for them */
	struct part *parts; /* owned */
	size_t parts_count;
	struct denet_rollup_row *rows; /* owned */
	size_t count;
	struct denet_rollup told;
	int64_t horizon_ns; /* the end of who goes on */
};

static void draft_freep(struct draft *draft)
{
	free(draft->heads);
	free(draft->parts);
	free(draft->rows);
}

static bool is_by_program(enum denet_rollup_by by)
{
	return by == DENET_ROLLUP_COMM || by == DENET_ROLLUP_CMD;
}

/* Equal texts are one. */
static uint64_t key_of_text(const char *text)
{
	return (uint64_t)(uintptr_t)text;
}

static uint64_t key_of(const struct draft *draft, size_t member_index, const struct part *part)
{
	switch (draft->options.by) {
	case DENET_ROLLUP_COMM:
		return key_of_text(part->program->comm);
	case DENET_ROLLUP_CMD:
		return key_of_text(part->program->args ? part->program->args : part->program->comm);
	case DENET_ROLLUP_EXE:
		return key_of_text(part->member->exe ? part->member->exe : part->program->comm);
	case DENET_ROLLUP_CGROUP:
		return key_of_text(part->member->cgroup);
	case DENET_ROLLUP_USER:
		return part->member->uid;
	case DENET_ROLLUP_SUBTREE:
		return draft->heads[member_index];
	default:
		return member_index;
	}
}

static int64_t end_of(const struct draft *draft, const struct crowd_member *member)
{
	return member->end_ns == CROWD_RUNNING ? draft->horizon_ns : member->end_ns;
}

static void add_part(struct draft *draft, size_t member_index, struct part part)
{
	part.key = key_of(draft, member_index, &part);
	draft->parts[draft->parts_count++] = part;
}

static uint64_t larger_peak(uint64_t a, uint64_t b)
{
	if (a == DENET_UNKNOWN || b == DENET_UNKNOWN)
		return a == DENET_UNKNOWN ? b : a;
	return a > b ? a : b;
}

static void add_process(struct draft *draft, size_t index)
{
	const struct crowd *crowd = &draft->analysis->crowd;
	const struct crowd_member *member = &crowd->members[index];
	struct part part = {
		.member = member,
		.program = crowd_own_program(crowd, member),
		.from_ns = member->start_ns,
		.to_ns = end_of(draft, member),
		.cpu_ns = member->cpu_ns,
		.peak_kb = DENET_UNKNOWN,
		.is_run = true,
		.has_failed = member->has_failed,
	};

	for (uint32_t i = 0; i < member->programs_count; i++)
		part.peak_kb =
			larger_peak(part.peak_kb, crowd->programs[member->programs_at + i].peak_kb);
	add_part(draft, index, part);
}

/* How the process ended is its last program's. */
static void add_programs(struct draft *draft, size_t index)
{
	const struct crowd *crowd = &draft->analysis->crowd;
	const struct crowd_member *member = &crowd->members[index];
	const struct crowd_program *programs = &crowd->programs[member->programs_at];

	for (uint32_t i = 0; i < member->programs_count; i++) {
		bool is_last = i + 1 == member->programs_count;
		const struct part part = {
			.member = member,
			.program = &programs[i],
			.from_ns = i ? programs[i].start_ns : member->start_ns,
			.to_ns = is_last ? end_of(draft, member) : programs[i + 1].start_ns,
			.cpu_ns = programs[i].cpu_ns,
			.peak_kb = programs[i].peak_kb,
			.is_run = !programs[i].is_forked,
			.has_failed = is_last && member->has_failed,
		};

		add_part(draft, index, part);
	}
}

static int make_parts(struct draft *draft)
{
	const struct crowd *crowd = &draft->analysis->crowd;

	draft->parts = calloc(crowd->programs_count, sizeof(*draft->parts));
	if (!draft->parts)
		return -ENOMEM;
	for (size_t i = 0; i < crowd->count; i++) {
		if (draft->heads && draft->heads[i] == CROWD_NONE)
			continue;
		draft->told.processes++;
		draft->told.cpu_time_ns += crowd->members[i].cpu_ns;
		if (is_by_program(draft->options.by))
			add_programs(draft, i);
		else
			add_process(draft, i);
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* A text of ours, so that it lasts. */
static const char *user_name(struct draft *draft, uint64_t uid)
{
	char text[24];
	int len = snprintf(text, sizeof(text), uid == DENET_UNKNOWN ? "?" : "#%" PRIu64, uid);

	return names_add(&draft->analysis->crowd.names, text, (size_t)len);
}

static const char *name_of(struct draft *draft, const struct part *part)
{
	switch (draft->options.by) {
	case DENET_ROLLUP_EXE:
		return part->member->exe ? part->member->exe : part->program->comm;
	case DENET_ROLLUP_CGROUP:
		return part->member->cgroup ? part->member->cgroup : "?";
	case DENET_ROLLUP_USER:
		return user_name(draft, part->member->uid);
	default:
		return part->program->comm;
	}
}

/* Whom a row is called after: the head of a subtree, else anyone of it. */
static struct part namesake(const struct draft *draft, const struct part *part)
{
	const struct crowd *crowd = &draft->analysis->crowd;
	struct part named = *part;

	if (draft->options.by == DENET_ROLLUP_SUBTREE) {
		named.member = &crowd->members[part->key];
		named.program = crowd_own_program(crowd, named.member);
	}
	return named;
}

static void name_row(struct draft *draft, const struct part *part, struct denet_rollup_row *row)
{
	enum denet_rollup_by by = draft->options.by;
	bool is_one = by == DENET_ROLLUP_PROCESS || by == DENET_ROLLUP_SUBTREE;
	const struct part named = namesake(draft, part);

	row->name = name_of(draft, &named);
	row->peak_rss_kb = DENET_UNKNOWN;
	row->pid = is_one ? named.member->pid : 0;
	if ((is_one || by == DENET_ROLLUP_CMD) && named.program->args)
		row->command = (struct denet_command){
			.args = named.program->args,
			.args_len = names_len(named.program->args),
			.truncated = named.program->is_cut,
			.exe = is_one ? named.member->exe : NULL,
		};
}

/* Parts of one key, in the order of their starts. Returns how many they are. */
static size_t sum_row(struct draft *draft, const struct part *parts, size_t count)
{
	struct denet_rollup_row *row = &draft->rows[draft->count++];
	int64_t covered = parts[0].from_ns;
	size_t i = 0;

	name_row(draft, parts, row);
	for (; i < count && parts[i].key == parts[0].key; i++) {
		int64_t from = parts[i].from_ns > covered ? parts[i].from_ns : covered;

		row->runs += parts[i].is_run;
		row->failed += parts[i].has_failed;
		row->cpu_time_ns += parts[i].cpu_ns;
		row->peak_rss_kb = larger_peak(row->peak_rss_kb, parts[i].peak_kb);
		if (parts[i].to_ns <= from)
			continue;
		row->wall_ns += (uint64_t)(parts[i].to_ns - from);
		covered = parts[i].to_ns;
	}
	if (draft->analysis->crowd.untimed)
		row->wall_ns = DENET_UNKNOWN;
	return i;
}

/* What is not known comes last. */
static uint64_t weight_of(const struct denet_rollup_row *row, enum denet_rollup_sort sort)
{
	switch (sort) {
	case DENET_ROLLUP_BY_WALL:
		return row->wall_ns + 1;
	case DENET_ROLLUP_BY_PEAK:
		return row->peak_rss_kb + 1;
	case DENET_ROLLUP_BY_RUNS:
		return row->runs;
	default:
		return row->cpu_time_ns;
	}
}

static int compare(const struct denet_rollup_row *x, const struct denet_rollup_row *y,
		   enum denet_rollup_sort sort)
{
	uint64_t a = weight_of(x, sort), b = weight_of(y, sort);

	if (a != b)
		return a < b ? 1 : -1;
	if (x->cpu_time_ns != y->cpu_time_ns)
		return x->cpu_time_ns < y->cpu_time_ns ? 1 : -1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_cpu(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_CPU);
}

static int by_wall(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_WALL);
}

static int by_peak(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_PEAK);
}

static int by_runs(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_RUNS);
}

static int make_rows(struct draft *draft)
{
	static int (*const orders[])(const void *, const void *) = { by_cpu, by_wall, by_peak,
								     by_runs };
	size_t max = draft->options.rows_max;

	draft->rows = calloc(draft->parts_count + 1, sizeof(*draft->rows));
	if (!draft->rows)
		return -ENOMEM;
	qsort(draft->parts, draft->parts_count, sizeof(*draft->parts), by_key);
	for (size_t i = 0; i < draft->parts_count;)
		i += sum_row(draft, &draft->parts[i], draft->parts_count - i);
	for (size_t i = 0; i < draft->count; i++)
		if (!draft->rows[i].name)
			return -ENOMEM;
	qsort(draft->rows, draft->count, sizeof(*draft->rows), orders[draft->options.sort]);
	draft->told.rows_count = max && max < draft->count ? max : draft->count;
	draft->told.rows_omitted = draft->count - draft->told.rows_count;
	return 0;
}

/* The end of the run, or the last end that there is. */
static int64_t find_horizon(const struct denet_analysis *analysis)
{
	int64_t last = 0;

	if (analysis->has_summary && analysis->wall_ns != DENET_UNKNOWN)
		return (int64_t)analysis->wall_ns;
	for (size_t i = 0; i < analysis->crowd.count; i++) {
		int64_t end = analysis->crowd.members[i].end_ns;

		if (end != CROWD_RUNNING && end > last)
			last = end;
	}
	return last;
}

static int make(struct draft *draft, bool needs_tree)
{
	int r = needs_tree
			? under_heads(&draft->analysis->family, draft->options.under, &draft->heads)
			: 0;

	draft->horizon_ns = find_horizon(draft->analysis);
	if (!r)
		r = make_parts(draft);
	return r ? r : make_rows(draft);
}

/* Of what was dropped for its small weight the heaviest need nothing. */
static const char *why_not(struct denet_analysis *analysis,
			   const struct denet_rollup_options *options, bool needs_tree)
{
	bool is_of_heaviest = options->by == DENET_ROLLUP_PROCESS &&
			      options->sort == DENET_ROLLUP_BY_CPU && !needs_tree;

	if (crowd_dropped(&analysis->crowd) && !is_of_heaviest)
		return "there were too many processes to keep them all";
	return analysis_unknown_rows(analysis, needs_tree);
}

static int keep_rows(struct denet_analysis *analysis, struct draft *draft)
{
	struct denet_rollup_row **rows = array_resize(analysis->rows, analysis->rows_count + 1,
						      sizeof(struct denet_rollup_row *));

	if (!rows)
		return -ENOMEM;
	analysis->rows = rows;
	draft->told.rows = draft->rows;
	analysis->rows[analysis->rows_count++] = TAKE(draft->rows);
	return 0;
}

int denet_analysis_rollup(struct denet_analysis *analysis,
			  const struct denet_rollup_options *options,
			  struct denet_rollup *ret_rollup)
{
	AUTO(draft)
	struct draft draft = {
		.analysis = analysis,
		.options = { .size = sizeof(draft.options) },
	};
	int r = sized_take(&draft.options, sizeof(draft.options), options);
	bool needs_tree = draft.options.by == DENET_ROLLUP_SUBTREE || draft.options.under;

	if (r)
		return r;
	if ((unsigned int)draft.options.by > DENET_ROLLUP_USER ||
	    (unsigned int)draft.options.sort > DENET_ROLLUP_BY_RUNS)
		return -EINVAL;
	draft.told.unknown = why_not(analysis, &draft.options, needs_tree);
	if (!draft.told.unknown)
		r = make(&draft, needs_tree);
	if (!r && draft.rows)
		r = keep_rows(analysis, &draft);
	if (r)
		return r;
	sized_give(ret_rollup, &draft.told, sizeof(draft.told));
	return 0;
}
