/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_analysis_rollup(): who used how much, by what they have in common. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_internal.h"
#include "analysis/rollup_order.h"
#include "analysis/under.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sized.h"

/* A process, or one of its programs, as a part of a row: what has to be kept until all are sorted. */
struct place {
	uint64_t key; /* of the row */
	int64_t from_ns;
	uint32_t member;
	uint32_t program; /* of the member's */
};

/* And what it says. */
struct part {
	uint64_t key;
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
	struct place *places; /* owned; NULL where each process has a row of its own */
	size_t places_count;
	struct denet_rollup_row *rows; /* owned */
	size_t room;
	size_t count;
	size_t dropped; /* of rows, that were lighter than all that are there */
	struct denet_rollup told;
	int64_t horizon_ns; /* the end of who goes on */
};

static void draft_freep(struct draft *draft)
{
	free(draft->heads);
	free(draft->places);
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

static uint64_t key_of(const struct draft *draft, uint32_t member_index, const struct part *part)
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

static uint64_t larger_peak(uint64_t a, uint64_t b)
{
	if (a == DENET_UNKNOWN || b == DENET_UNKNOWN)
		return a == DENET_UNKNOWN ? b : a;
	return a > b ? a : b;
}

static struct part part_of_process(const struct draft *draft, uint32_t index)
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
		part.peak_kb = larger_peak(
			part.peak_kb, crowd_peak_kb(&crowd->programs[member->programs_at + i]));
	part.key = key_of(draft, index, &part);
	return part;
}

/* How the process ended is its last program's. */
static struct part part_of_program(const struct draft *draft, uint32_t index, uint32_t i)
{
	const struct crowd *crowd = &draft->analysis->crowd;
	const struct crowd_member *member = &crowd->members[index];
	const struct crowd_program *programs = &crowd->programs[member->programs_at];
	bool is_last = i + 1 == member->programs_count;
	struct part part = {
		.member = member,
		.program = &programs[i],
		.from_ns = i ? programs[i].start_ns : member->start_ns,
		.to_ns = is_last ? end_of(draft, member) : programs[i + 1].start_ns,
		.cpu_ns = programs[i].cpu_ns,
		.peak_kb = crowd_peak_kb(&programs[i]),
		.is_run = !programs[i].is_forked,
		.has_failed = is_last && member->has_failed,
	};

	part.key = key_of(draft, index, &part);
	return part;
}

static struct part part_at(const struct draft *draft, uint32_t member, uint32_t program)
{
	return is_by_program(draft->options.by) ? part_of_program(draft, member, program)
						: part_of_process(draft, member);
}

static bool is_asked_for(const struct draft *draft, size_t member)
{
	return !draft->heads || draft->heads[member] != CROWD_NONE;
}

static void add_places(struct draft *draft, uint32_t member)
{
	uint32_t count = is_by_program(draft->options.by)
				 ? draft->analysis->crowd.members[member].programs_count
				 : 1;

	for (uint32_t i = 0; i < count; i++) {
		const struct part part = part_at(draft, member, i);

		draft->places[draft->places_count++] = (struct place){
			.key = part.key,
			.from_ns = part.from_ns,
			.member = member,
			.program = i,
		};
	}
}

static int make_places(struct draft *draft)
{
	const struct crowd *crowd = &draft->analysis->crowd;
	size_t room = is_by_program(draft->options.by) ? crowd->programs_count : crowd->count;

	draft->places = calloc(room + 1, sizeof(*draft->places));
	if (!draft->places)
		return -ENOMEM;
	for (uint32_t i = 0; i < crowd->count; i++)
		if (is_asked_for(draft, i))
			add_places(draft, i);
	return 0;
}

static void count_processes(struct draft *draft)
{
	const struct crowd *crowd = &draft->analysis->crowd;

	for (size_t i = 0; i < crowd->count; i++) {
		if (!is_asked_for(draft, i))
			continue;
		draft->told.processes++;
		draft->told.cpu_time_ns += crowd->members[i].cpu_ns;
	}
}

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* A text of ours, so that it lasts. */
static const char *user_name(struct draft *draft, uint32_t uid)
{
	char text[24];
	int len = snprintf(text, sizeof(text), uid == CROWD_NONE ? "?" : "#%" PRIu32, uid);

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

static void add_to_row(struct denet_rollup_row *row, const struct part *part, int64_t *covered)
{
	int64_t from = part->from_ns > *covered ? part->from_ns : *covered;

	row->runs += part->is_run;
	row->failed += part->has_failed;
	row->cpu_time_ns += part->cpu_ns;
	row->peak_rss_kb = larger_peak(row->peak_rss_kb, part->peak_kb);
	if (part->to_ns <= from)
		return;
	row->wall_ns += (uint64_t)(part->to_ns - from);
	*covered = part->to_ns;
}

/* What there is room for, of the heaviest. */
static void drop_light(struct draft *draft)
{
	size_t max = draft->options.rows_max;

	rollup_order(draft->rows, draft->count, draft->options.sort);
	if (!max || draft->count <= max)
		return;
	draft->dropped += draft->count - max;
	draft->count = max;
}

static int add_row(struct draft *draft, struct denet_rollup_row *row)
{
	if (!row->name)
		return -ENOMEM;
	if (draft->analysis->crowd.untimed)
		row->wall_ns = DENET_UNKNOWN;
	if (draft->count == draft->room)
		drop_light(draft);
	draft->rows[draft->count++] = *row;
	return 0;
}

/* Places of one key, in the order of their starts. */
static int add_row_of_places(struct draft *draft, const struct place *places, size_t count)
{
	struct denet_rollup_row row = { .name = NULL };
	int64_t covered = places[0].from_ns;

	for (size_t i = 0; i < count; i++) {
		const struct part part = part_at(draft, places[i].member, places[i].program);

		if (!i)
			name_row(draft, &part, &row);
		add_to_row(&row, &part, &covered);
	}
	return add_row(draft, &row);
}

static int add_row_of_process(struct draft *draft, uint32_t member)
{
	const struct part part = part_of_process(draft, member);
	struct denet_rollup_row row = { .name = NULL };
	int64_t covered = part.from_ns;

	name_row(draft, &part, &row);
	add_to_row(&row, &part, &covered);
	return add_row(draft, &row);
}

static int add_rows_of_processes(struct draft *draft)
{
	int r = 0;

	for (uint32_t i = 0; i < draft->analysis->crowd.count && !r; i++)
		if (is_asked_for(draft, i))
			r = add_row_of_process(draft, i);
	return r;
}

static int add_rows_of_places(struct draft *draft)
{
	const struct place *places = draft->places;
	int r = 0;

	qsort(draft->places, draft->places_count, sizeof(*draft->places), by_key);
	for (size_t from = 0, to; from < draft->places_count && !r; from = to) {
		for (to = from + 1; to < draft->places_count && places[to].key == places[from].key;
		     to++)
			;
		r = add_row_of_places(draft, &places[from], to - from);
	}
	return r;
}

/* Twice as many rows as are wanted, so that they are sorted seldom; or all. */
static int make_rows(struct draft *draft)
{
	bool is_by_process = draft->options.by == DENET_ROLLUP_PROCESS;
	size_t all = is_by_process ? draft->analysis->crowd.count : draft->places_count;
	size_t max = draft->options.rows_max;
	int r;

	draft->room = max && max < all / 2 ? 2 * max : all + 1;
	draft->rows = calloc(draft->room, sizeof(*draft->rows));
	if (!draft->rows)
		return -ENOMEM;
	r = is_by_process ? add_rows_of_processes(draft) : add_rows_of_places(draft);
	drop_light(draft);
	draft->told.rows_count = draft->count;
	draft->told.rows_omitted = draft->dropped;
	return r;
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
		count_processes(draft);
	if (!r && draft->options.by != DENET_ROLLUP_PROCESS)
		r = make_places(draft);
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
