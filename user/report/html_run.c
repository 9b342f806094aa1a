/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/error.h"

static void fail(struct html_run *run, int r)
{
	if (r && !run->failure)
		run->failure = r;
}

static void take_text(struct html_run *run, struct buf *text, const char *told)
{
	if (told)
		buf_append_text(text, told);
	fail(run, text->error);
}

static void on_start(void *context, const struct denet_start *start)
{
	struct html_run *run = context;
	const struct denet_observer *next = denet_analysis_observer(run->analysis);

	next->on_start(next->context, start);
	if (run->starts++)
		return;
	run->start.is_known = true;
	run->start.t0_ms = start->t0_ms;
	run->start.interval_ms = start->interval_ms;
	run->start.max_interval_ms = start->max_interval_ms;
	take_text(run, &run->start.host, start->host);
	take_text(run, &run->start.cwd, start->cwd);
	take_text(run, &run->start.user, start->user);
	take_text(run, &run->start.label, start->label);
	take_text(run, &run->start.job, start->job);
	html_samples_start(&run->samples, start);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct html_run *run = context;

	html_samples_add(&run->samples, tree);
}

/* Who execs has used the CPU as several programs, one after the other. */
static void add_lives(struct html_run *run, const struct denet_process *process, int64_t end_ns)
{
	for (size_t i = 0; i < process->programs_count; i++) {
		const struct denet_process_program *program = &process->programs[i];
		bool is_last = i + 1 == process->programs_count;
		uint64_t cpu_ns = program->used.cpu_time_ns;

		if (cpu_ns != DENET_UNKNOWN && program->comm)
			fail(run, html_lives_add(&run->lives, program->comm, program->start_ns,
						 is_last ? end_ns : program[1].start_ns, cpu_ns));
	}
}

static void on_process(void *context, const struct denet_process *process)
{
	struct html_run *run = context;
	const struct denet_observer *next = denet_analysis_observer(run->analysis);
	const struct html_process *item;

	next->on_process(next->context, process);
	if (run->failure)
		return;
	fail(run, html_processes_add(&run->processes, process, run->start.t0_ms));
	if (run->failure)
		return;
	item = &run->processes.items[run->processes.count - 1];
	run->untimed += process->end_ns == DENET_UNKNOWN && !process->is_running;
	if (process->programs_count)
		add_lives(run, process, item->end_ns);
	else
		fail(run, html_lives_add(&run->lives, process->comm ? process->comm : "",
					 item->start_ns, item->end_ns, item->cpu_ns));
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct html_run *run = context;
	const struct denet_observer *next = denet_analysis_observer(run->analysis);

	next->on_summary(next->context, summary);
}

static int html_run_new(struct html_run **ret_run)
{
	AUTO(html_run) struct html_run *run = calloc(1, sizeof(*run));
	int r;

	if (!run)
		return -ENOMEM;
	run->observer = (struct denet_observer){
		.size = sizeof(run->observer),
		.context = run,
		.on_start = on_start,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_summary = on_summary,
		.wants_members = true,
	};
	r = html_samples_init(&run->samples);
	if (!r)
		r = denet_analysis_new(NULL, &run->analysis);
	if (!r)
		*ret_run = TAKE(run);
	return r;
}

void html_run_free(struct html_run *run)
{
	if (!run)
		return;
	denet_stats_free(run->stats);
	denet_analysis_free(run->analysis);
	buf_done(&run->start.host);
	buf_done(&run->start.cwd);
	buf_done(&run->start.user);
	buf_done(&run->start.label);
	buf_done(&run->start.job);
	html_samples_done(&run->samples);
	html_lives_done(&run->lives);
	html_processes_done(&run->processes);
	free(run);
}

int html_run_read(const char *path, struct html_run **ret_run, struct denet_error *error)
{
	AUTO(html_run) struct html_run *run = NULL;
	int r = html_run_new(&run);

	if (r)
		return error_set(error, -ENOMEM, "%s", strerror(ENOMEM));
	run->path = path;
	r = denet_stats_read_to(path, &run->observer, &run->stats, error);
	if (r)
		return r;
	if (run->failure || run->samples.failure)
		return error_set(error, -ENOMEM, "%s", strerror(ENOMEM));
	*ret_run = TAKE(run);
	return 0;
}
