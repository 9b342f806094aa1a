/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bench_keep.h"
#include "cli/bench_noise.h"
#include "cli/bench_plan.h"
#include "cli/bench_result.h"
#include "cli/bench_runner.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/term.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "util/log.h"

#define CLEAR_LINE "\r\033[K"

struct bench {
	const struct options *options; /* borrowed */
	struct bench_plan *plan; /* owned, as all below */
	struct bench_results *results;
	struct bench_keep keep;
	struct bench_runner runner;
	struct term_style screen;
	bool has_progress; /* on a line of the terminal that stderr is */
	bool is_sampled; /* a run that counts was, from /proc */
	bool is_pss_rough; /* of one */
};

/* All of one run. */
struct turn {
	size_t index; /* of the plan's entries */
	size_t round; /* from 1; of the warm-ups too */
	bool counts;
};

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

static void clear_progress(const void *context)
{
	const struct bench *bench = context;

	if (bench->has_progress)
		(void)!write(STDERR_FILENO, CLEAR_LINE, strlen(CLEAR_LINE));
}

static void show_progress(const struct bench *bench, const struct turn *turn)
{
	const char *text = bench->plan->entries[turn->index].text;
	AUTO(buf) struct buf line = { 0 };
	size_t used;

	if (!bench->has_progress)
		return;
	buf_printf(&line, CLEAR_LINE "%s %zu of %llu: ", turn->counts ? "run" : "warm-up",
		   turn->round,
		   (unsigned long long)(turn->counts ? bench->options->runs
						     : bench->options->warmups));
	used = line.len - strlen(CLEAR_LINE) + 1;
	if (used < bench->screen.columns)
		text_append_fitted(&line, bench->screen.is_unicode, text, strlen(text),
				   bench->screen.columns - used);
	if (!line.error)
		(void)!write(STDERR_FILENO, line.data, line.len);
}

static bool has_failed(const struct denet_summary *summary)
{
	return !summary->end.known || summary->end.exit_code != 0 || summary->end.signal != 0;
}

static int refuse(const struct bench *bench, const char *what, const char *text,
		  const struct denet_summary *summary, const char *advice)
{
	AUTO(buf) struct buf end = { 0 };

	text_append_end(&end, &summary->end, false, DENET_UNKNOWN);
	clear_progress(bench);
	(void)log_error(0, "%s '%.200s' has failed: %s%s", what, text, buf_text(&end), advice);
	return -ECHILD;
}

/* In no figure; the loaded programs stay in use, however long it takes. */
static int prepare(struct bench *bench, const struct bench_entry *entry)
{
	AUTO(denet_monitor) struct denet_monitor *monitor = NULL;
	struct denet_summary summary = { .size = sizeof(summary) };
	int r;

	if (!entry->prepare)
		return 0;
	r = bench_runner_run(&bench->runner, NULL, entry->prepare,
			     bench_keep_observer(&bench->keep), &monitor);
	if (!r)
		r = denet_monitor_summary(monitor, &summary);
	if (!r && !bench->runner.ended_by && has_failed(&summary))
		r = refuse(bench, "what prepares,", entry->prepare[2], &summary, "");
	return r;
}

static int take(struct bench *bench, const struct turn *turn, const struct denet_summary *summary)
{
	const struct bench_entry *entry = &bench->plan->entries[turn->index];
	int r;

	if (bench->runner.ended_by)
		return 0;
	if (has_failed(summary) && !bench->options->ignore_failure)
		return refuse(bench, "the command", entry->text, summary,
			      "; --ignore-failure goes on all the same");
	if (!turn->counts)
		return 0;
	bench->is_sampled |= summary->accounting != DENET_ACCOUNTING_BPF;
	bench->is_pss_rough |= summary->pss_is_rough;
	r = bench_results_add(bench->results, turn->index, turn->round, summary);
	return r ? log_error(r, "cannot keep results") : 0;
}

static int measure(struct bench *bench, const struct turn *turn)
{
	const struct bench_entry *entry = &bench->plan->entries[turn->index];
	AUTO(denet_monitor) struct denet_monitor *monitor = NULL;
	struct denet_summary summary = { .size = sizeof(summary) };
	struct bench_moment before = bench_noise_now(), after;
	int r;

	bench->runner.monitor.label = entry->text;
	r = bench_runner_run(&bench->runner, bench_runner_user(&bench->runner), entry->argv,
			     bench_keep_observer(&bench->keep), &monitor);
	bench->runner.monitor.label = NULL;
	if (!r)
		r = denet_monitor_summary(monitor, &summary);
	if (r)
		return r;
	after = bench_noise_now();
	if (turn->counts && !bench->runner.ended_by)
		bench_noise_add(bench_results_noise(bench->results), &before, &after, &summary);
	return take(bench, turn, &summary);
}

static int run_turn(struct bench *bench, const struct turn *turn)
{
	const struct bench_entry *entry = &bench->plan->entries[turn->index];
	int r;

	show_progress(bench, turn);
	r = prepare(bench, entry);
	if (r || bench->runner.ended_by)
		return r;
	if (turn->counts)
		r = bench_keep_begin(&bench->keep, turn->index + 1, turn->round,
				     (size_t)bench->options->runs);
	if (!r)
		r = measure(bench, turn);
	/* Of half a run nobody is to make a figure. */
	bench_keep_end(&bench->keep, bench->runner.ended_by != 0);
	return r;
}

/* The commands take turns: what changes on the machine meets all of them. */
static int run_rounds(struct bench *bench, uint64_t rounds, bool counts)
{
	for (uint64_t round = 1; round <= rounds; round++)
		for (size_t i = 0; i < bench->plan->count; i++) {
			const struct turn turn = { i, (size_t)round, counts };
			int r = run_turn(bench, &turn);

			if (r || bench->runner.ended_by)
				return r;
		}
	return 0;
}

static void bench_freep(struct bench *bench)
{
	bench_keep_close(&bench->keep);
	bench_runner_close(&bench->runner);
	bench_results_free(bench->results);
	bench_plan_free(bench->plan);
}

static int open_all(struct bench *bench)
{
	const struct options *options = bench->options;
	int r;

	if (options->quiet)
		log_silence();
	r = bench_plan_new(options, &bench->plan);
	if (r)
		return log_error(r, "cannot make the commands");
	r = bench_results_new(options, bench->plan, &bench->results);
	if (!r)
		r = bench_keep_open(&bench->keep, options->keep);
	bench->keep.before_warning = clear_progress;
	bench->keep.context = bench;
	term_style_detect(STDERR_FILENO, (enum term_color)options->color, &bench->screen);
	bench->has_progress = bench->screen.is_terminal && bench->screen.has_erase &&
			      !options->quiet && !options->show_output;
	return r;
}

/* As a shell's loop would: by the same signal, when what there is has been told. */
static int end_by_signal(int number)
{
	signals_die(number);
	return EXIT_STATUS_SIGNAL + number;
}

static int tell(struct bench *bench)
{
	const struct bench_state state = {
		.is_sampled = bench->is_sampled,
		.is_pss_rough = bench->is_pss_rough,
		.is_cut = bench->runner.ended_by != 0,
	};
	int status;

	clear_progress(bench);
	status = bench_results_tell(bench->results, &state);
	return status == EXIT_STATUS_OK && bench->keep.has_lost ? EXIT_STATUS_LOST : status;
}

static int run_all(struct bench *bench)
{
	const struct options *options = bench->options;
	int r = bench_runner_open(&bench->runner, options);

	if (!r)
		r = run_rounds(bench, options->warmups, false);
	if (!r && !bench->runner.ended_by)
		r = run_rounds(bench, options->runs, true);
	return r;
}

static int run_bench(struct bench *bench)
{
	if (open_all(bench))
		return EXIT_STATUS_FAILED;
	if (run_all(bench) && !bench->runner.ended_by) {
		clear_progress(bench);
		return EXIT_STATUS_FAILED;
	}
	return tell(bench);
}

int bench_main(const struct options *options)
{
	int ended_by, status;
	{
		AUTO(bench)
		struct bench state = {
			.options = options,
			.runner = { .signals = { .fd = -1 }, .null_fd = -1 },
		};

		status = run_bench(&state);
		ended_by = state.runner.ended_by;
	}
	return ended_by ? end_by_signal(ended_by) : status;
}
