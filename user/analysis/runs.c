/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/runs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures.h"
#include "util/array.h"

int denet_runs_new(struct denet_runs **ret_runs)
{
	struct denet_runs *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return -ENOMEM;
	*ret_runs = runs;
	return 0;
}

static void run_done(struct runs_run *run)
{
	free(run->figures);
	free(run->programs);
}

void denet_runs_free(struct denet_runs *runs)
{
	if (!runs)
		return;
	for (size_t i = 0; i < runs->count; i++)
		run_done(&runs->runs[i]);
	free(runs->runs);
	free(runs->medians);
	names_done(&runs->names);
	free(runs);
}

size_t denet_runs_count(const struct denet_runs *runs)
{
	return runs->count;
}

size_t runs_figures_count(void)
{
	struct figure figure;
	size_t count = 0;

	while (figures_get(false, count, &figure))
		count++;
	return count;
}

static double read_figure(const struct denet_summary *summary, const struct figure *figure)
{
	const char *at = (const char *)summary + figure->offset;
	uint64_t whole;
	double real;

	if (figure->form != DENET_FORM_U64) {
		memcpy(&real, at, sizeof(real));
		return real;
	}
	memcpy(&whole, at, sizeof(whole));
	return whole == DENET_UNKNOWN ? NAN : (double)whole;
}

static int keep_figures(struct runs_run *run, const struct denet_summary *summary)
{
	size_t count = runs_figures_count();
	struct figure figure;

	run->figures = calloc(count, sizeof(*run->figures));
	if (!run->figures)
		return -ENOMEM;
	for (size_t i = 0; i < count && figures_get(false, i, &figure); i++)
		run->figures[i] = read_figure(summary, &figure);
	return 0;
}

static int keep_programs(struct denet_runs *runs, struct runs_run *run,
			 const struct denet_summary *summary)
{
	if (!summary->groups_count)
		return 0;
	run->programs = calloc(summary->groups_count, sizeof(*run->programs));
	if (!run->programs)
		return -ENOMEM;
	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct denet_group *group = &summary->groups[i];
		struct runs_program *program = &run->programs[run->programs_count];

		if (!group->comm || group->cpu_time_ns == DENET_UNKNOWN)
			continue;
		program->comm = names_add(&runs->names, group->comm, strlen(group->comm));
		if (!program->comm)
			return -ENOMEM;
		program->cpu_ns = (double)group->cpu_time_ns;
		program->count = (double)group->count;
		program->failed = (double)group->failed;
		program->peak_rss_kb =
			group->peak_rss_kb == DENET_UNKNOWN ? NAN : (double)group->peak_rss_kb;
		run->programs_count++;
	}
	return 0;
}

/* The first reason stands for all. */
static int keep_doubts(struct denet_runs *runs, const struct denet_summary *summary)
{
	if (summary->incomplete && !runs->incomplete) {
		runs->incomplete =
			names_add(&runs->names, summary->incomplete, strlen(summary->incomplete));
		if (!runs->incomplete)
			return -ENOMEM;
	}
	runs->pss_is_bound |= summary->pss_is_bound;
	runs->pss_is_rough |= summary->pss_is_rough;
	if (!runs->count || summary->accounting != DENET_ACCOUNTING_BPF)
		runs->accounting = summary->accounting;
	return 0;
}

int denet_runs_add(struct denet_runs *runs, const struct denet_summary *summary)
{
	struct runs_run run = { .figures = NULL };
	struct runs_run *room = array_resize(runs->runs, runs->count + 1, sizeof(*room));
	int r;

	if (!room)
		return -ENOMEM;
	runs->runs = room;
	r = keep_figures(&run, summary);
	if (!r)
		r = keep_programs(runs, &run, summary);
	if (!r)
		r = keep_doubts(runs, summary);
	if (r) {
		run_done(&run);
		return r;
	}
	room[runs->count++] = run;
	return 0;
}

const struct runs_program *runs_program_find(const struct runs_run *run, const char *comm)
{
	for (size_t i = 0; i < run->programs_count; i++)
		if (strcmp(run->programs[i].comm, comm) == 0)
			return &run->programs[i];
	return NULL;
}

double runs_program_cpu(const struct runs_run *run, const char *comm)
{
	const struct runs_program *program = runs_program_find(run, comm);

	return program ? program->cpu_ns : 0;
}
