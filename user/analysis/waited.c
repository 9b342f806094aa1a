/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_analysis_waited(): the path with names, split where a process has changed its program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_internal.h"
#include "analysis/path.h"
#include "util/cleanup.h"
#include "util/idmap.h"
#include "util/sized.h"

#define WAITING_PART 10u /* of less than that part of its time a program made use */

/* What is being made. */
struct draft {
	const struct family *family; /* borrowed */
	uint64_t *path_ns; /* owned; of each program in the crowd */
	struct denet_waited_segment *segments; /* owned */
	uint32_t *programs; /* owned; of each segment */
	size_t count;
	struct denet_waited_program *totals; /* owned */
	size_t totals_count;
	uint64_t wall_ns;
	uint64_t waiting_ns;
	uint64_t delay_ns;
};

static void draft_freep(struct draft *draft)
{
	free(draft->path_ns);
	free(draft->segments);
	free(draft->programs);
	free(draft->totals);
}

static struct denet_command command_of(const struct crowd_program *program, const char *exe)
{
	return (struct denet_command){
		.args = program->args,
		.args_len = program->args ? names_len(program->args) : 0,
		.truncated = program->is_cut,
		.exe = exe,
	};
}

/* A step has at most as many segments as its process has programs. */
static size_t segments_max(const struct family *family, const struct path *path)
{
	size_t count = 0;

	for (size_t i = 0; i < path->count; i++)
		count += family->crowd->members[path->steps[i].member].programs_count;
	return count;
}

static void add_segment(struct draft *draft, const struct crowd_member *member, uint32_t number,
			int64_t from, int64_t to)
{
	size_t at = member->programs_at + number;
	const struct crowd_program *program = &draft->family->crowd->programs[at];
	bool is_own = number + 1 == member->programs_count;

	draft->path_ns[at] += (uint64_t)(to - from);
	draft->wall_ns += (uint64_t)(to - from);
	draft->programs[draft->count] = (uint32_t)at;
	draft->segments[draft->count++] = (struct denet_waited_segment){
		.start_ns = (uint64_t)from,
		.end_ns = (uint64_t)to,
		.id = member->id,
		.pid = member->pid,
		.comm = program->comm,
		.command = command_of(program, is_own ? member->exe : NULL),
	};
}

static void split_step(struct draft *draft, const struct path_step *step)
{
	const struct crowd_member *member = &draft->family->crowd->members[step->member];
	const struct crowd_program *programs = &draft->family->crowd->programs[member->programs_at];
	int64_t from = step->from_ns;

	for (uint32_t i = 0; i < member->programs_count; i++) {
		bool is_last = i + 1 == member->programs_count;
		int64_t to = is_last || programs[i + 1].start_ns > step->to_ns
				     ? step->to_ns
				     : programs[i + 1].start_ns;

		if (to <= from)
			continue;
		add_segment(draft, member, i, from, to);
		from = to;
	}
}

/* Waiting for a CPU is told of a process: a stretch has its part of it. */
static uint64_t delay_in(const struct draft *draft, const struct crowd_member *member,
			 uint64_t path_ns)
{
	int64_t end = member->end_ns < draft->family->to_ns ? member->end_ns : draft->family->to_ns;
	int64_t start = member->start_ns > 0 ? member->start_ns : 0;
	double part = end > start ? (double)path_ns / (double)(end - start) : 1;
	double delay = (double)member->delay_ns * part;

	return delay < (double)path_ns ? (uint64_t)delay : path_ns;
}

static void judge(struct draft *draft)
{
	const struct family *family = draft->family;

	for (size_t i = 0; i < draft->count; i++) {
		struct denet_waited_segment *segment = &draft->segments[i];
		const struct crowd_member *member =
			&family->crowd->members[family_find(family, segment->id)];
		const struct crowd_program *program = &family->crowd->programs[draft->programs[i]];
		uint64_t length_ns = segment->end_ns - segment->start_ns;
		uint64_t path_ns = draft->path_ns[draft->programs[i]];
		uint64_t able_ns = path_ns - delay_in(draft, member, path_ns);

		segment->is_waiting = program->cpu_ns < able_ns / WAITING_PART;
		draft->waiting_ns += segment->is_waiting ? length_ns : 0;
		draft->delay_ns += delay_in(draft, member, length_ns);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct denet_waited_program *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

/* Equal names are one text. */
static int sum_up(struct draft *draft)
{
	struct idmap places = { 0 };
	int r = 0;

	draft->totals = calloc(draft->count + 1, sizeof(*draft->totals));
	if (!draft->totals)
		return -ENOMEM;
	for (size_t i = 0; i < draft->count && !r; i++) {
		const struct denet_waited_segment *segment = &draft->segments[i];
		struct denet_waited_program *total =
			idmap_get(&places, (uint64_t)(uintptr_t)segment->comm);

		if (!total) {
			total = &draft->totals[draft->totals_count++];
			total->comm = segment->comm;
			r = idmap_put(&places, (uint64_t)(uintptr_t)segment->comm, total);
		}
		total->time_ns += segment->end_ns - segment->start_ns;
		total->segments_count++;
	}
	idmap_done(&places);
	qsort(draft->totals, draft->totals_count, sizeof(*draft->totals), by_time);
	return r;
}

static int fill(struct draft *draft, const struct path *path)
{
	size_t max = segments_max(draft->family, path) + 1;

	draft->path_ns = calloc(draft->family->crowd->programs_count, sizeof(*draft->path_ns));
	draft->segments = calloc(max, sizeof(*draft->segments));
	draft->programs = calloc(max, sizeof(*draft->programs));
	if (!draft->path_ns || !draft->segments || !draft->programs)
		return -ENOMEM;
	for (size_t i = 0; i < path->count; i++)
		split_step(draft, &path->steps[i]);
	judge(draft);
	return sum_up(draft);
}

static int make(struct denet_analysis *analysis)
{
	AUTO(draft) struct draft draft = { .family = &analysis->family };
	struct path path = { 0 };
	int r = path_walk(&analysis->family, &path);

	if (!r)
		r = fill(&draft, &path);
	path_done(&path);
	if (r)
		return r;
	analysis->waited = (struct denet_waited){
		.wall_ns = draft.wall_ns,
		.waiting_ns = draft.waiting_ns,
		.run_delay_ns = draft.delay_ns,
		.segments_count = draft.count,
		.programs_count = draft.totals_count,
	};
	analysis->waited.segments = TAKE(draft.segments);
	analysis->waited.programs = TAKE(draft.totals);
	return 0;
}

int denet_analysis_waited(struct denet_analysis *analysis, struct denet_waited *ret_waited)
{
	struct denet_waited none = { .unknown = analysis_unknown(analysis) };
	int r = 0;

	if (!none.unknown && !analysis->is_waited)
		r = make(analysis);
	if (r)
		return r;
	analysis->is_waited = !none.unknown;
	sized_give(ret_waited, none.unknown ? &none : &analysis->waited, sizeof(none));
	return 0;
}

int denet_analysis_parallel(struct denet_analysis *analysis, struct denet_parallel *ret_parallel)
{
	struct denet_parallel told = { .unknown = analysis_unknown(analysis) };
	int r = 0;

	if (!told.unknown && !analysis->is_counted)
		r = parallel_count(&analysis->family, &analysis->parallel);
	if (r)
		return r;
	analysis->is_counted = !told.unknown;
	told.time_ns = analysis->parallel.time_ns;
	told.count = analysis->parallel.count;
	sized_give(ret_parallel, &told, sizeof(told));
	return 0;
}
