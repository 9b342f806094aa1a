/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/run_programs.h"

#include <string.h>

static const struct {
	size_t in_program;
	size_t in_group;
} places[RUN_PROGRAMS_FIGURES] = {
	{ offsetof(struct denet_process_program, used.cpu_time_ns),
	  offsetof(struct denet_group, cpu_time_ns) },
	{ offsetof(struct denet_process_program, peak_rss_kb),
	  offsetof(struct denet_group, peak_rss_kb) },
};

static struct run_programs_row *find(struct run_programs *programs, const char *name)
{
	for (size_t i = 0; i < programs->count; i++)
		if (strcmp(run_programs_name(programs, i), name) == 0)
			return &programs->rows[i];
	return NULL;
}

static void merge(struct denet_group *group, const struct denet_group *other)
{
	group->count += other->count;
	group->failed += other->failed;
	if (group->cpu_time_ns == DENET_UNKNOWN || other->cpu_time_ns == DENET_UNKNOWN)
		group->cpu_time_ns = DENET_UNKNOWN;
	else
		group->cpu_time_ns += other->cpu_time_ns;
	if (group->peak_rss_kb == DENET_UNKNOWN ||
	    (other->peak_rss_kb != DENET_UNKNOWN && other->peak_rss_kb > group->peak_rss_kb))
		group->peak_rss_kb = other->peak_rss_kb;
}

static void add(struct run_programs *programs, const struct denet_group *group,
		label_append_fn append)
{
	struct buf *names = &programs->names;
	size_t at = names->len;
	struct run_programs_row *row;

	append(names, group->comm ? group->comm : "");
	buf_append_char(names, '\0');
	if (names->error)
		return;
	row = find(programs, names->data + at);
	if (row)
		merge(&row->group, group);
	else if (programs->count == RUN_PROGRAMS_MAX)
		programs->omitted++;
	else
		programs->rows[programs->count++] =
			(struct run_programs_row){ .name_at = at, .group = *group };
}

int run_programs_take(const struct denet_summary *summary, label_append_fn append,
		      struct run_programs *ret_programs)
{
	*ret_programs = (struct run_programs){ .count = 0 };
	for (size_t i = 0; i < summary->groups_count; i++)
		add(ret_programs, &summary->groups[i], append);
	return ret_programs->names.error;
}

void run_programs_done(struct run_programs *programs)
{
	buf_done(&programs->names);
}

void run_programs_figures(struct run_programs_figure ret_figures[RUN_PROGRAMS_FIGURES])
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; i < RUN_PROGRAMS_FIGURES; i++)
		for (size_t k = 0; (metric = denet_record_metric(DENET_RECORD_PROGRAM, k, &offset));
		     k++)
			if (offset == places[i].in_program)
				ret_figures[i] =
					(struct run_programs_figure){ metric, places[i].in_group };
}
