/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What one has to know of the runs beside their figures: sentences for a person. */
#include <string.h>

#include "output/bench_internal.h"
#include "util/cleanup.h"

/* Below these a machine is as quiet as one gets. */
#define OTHERS_SHARE 0.05
#define STEAL_SHARE 0.01
#define STALL_SHARE 0.01
#define TICKS_NS 100000000u /* ten of the kernel's: what is less may be its rounding */
#define OUTLIERS_TOLD 5

struct notes {
	struct buf *buf;
	const char *before;
};

static void note(const struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(const struct notes *notes, const char *format, ...)
{
	va_list args;

	buf_append_text(notes->buf, notes->before);
	va_start(args, format);
	buf_vprintf(notes->buf, format, args);
	va_end(args);
	buf_append_char(notes->buf, '\n');
}

static const char *runs(size_t count)
{
	return count == 1 ? "run" : "runs";
}

static bool is_pss_told(const struct bench_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		if (result->commands[i].comparison && bench_has_pss(result->commands[i].comparison))
			return true;
	return false;
}

static void append_judging(const struct notes *notes, const struct bench_result *result)
{
	note(notes, "Medians of the runs, +- half of the distance of their quartiles.");
	if (result->count > 1 && result->rounds < DENET_VERDICT_RUNS)
		note(notes, "Fewer than %d runs: nothing is judged.", DENET_VERDICT_RUNS);
	else if (result->count > 1 && result->rounds < DENET_VERDICT_PROGRAM_RUNS)
		note(notes, "Fewer than %d runs: programs are not judged.",
		     DENET_VERDICT_PROGRAM_RUNS);
	if (result->is_sampled)
		note(notes, "Sampled from /proc: lower bounds.");
	if (result->is_pss_rough && is_pss_told(result))
		note(notes, "Peak of PSS: rough, as the tree changed while it was read.");
	if (result->has_shell)
		note(notes, "By sh -c: what the shell itself used is in the row of sh.");
	if (result->is_cut)
		note(notes, "A signal has ended it: not all runs were made.");
}

/* As far as they are told; returns how many there are. */
static size_t append_outliers(const struct notes *notes, const struct bench_command *command,
			      size_t number, size_t told)
{
	size_t count = 0;

	for (size_t i = 0; command->comparison && i < command->runs_count; i++) {
		const struct bench_run *run = &command->runs[i];
		const struct denet_difference *row = bench_outlying(command, run);

		if (!row)
			continue;
		if (told + count < OUTLIERS_TOLD)
			note(notes, "An outlier: run %zu of command %zu, %s %s.", run->round,
			     number,
			     row == denet_comparison_figure(command->comparison, BENCH_WALL)
				     ? "wall"
				     : "cpu",
			     bench_amount(row, bench_value(run, row)).text);
		count++;
	}
	return count;
}

static void append_commands(const struct notes *notes, const struct bench_result *result)
{
	size_t outliers = 0;

	for (size_t i = 0; i < result->count; i++) {
		const struct bench_command *command = &result->commands[i];

		if (command->failed)
			note(notes, "Command %zu failed in %zu of %zu %s.", i + 1, command->failed,
			     command->runs_count, runs(command->runs_count));
		outliers += append_outliers(notes, command, i + 1, outliers);
	}
	if (outliers > OUTLIERS_TOLD)
		note(notes, "Outliers: %zu more.", outliers - OUTLIERS_TOLD);
}

static uint64_t others_ns(const struct bench_noise *noise)
{
	uint64_t others = noise->busy_ns > noise->used_ns ? noise->busy_ns - noise->used_ns : 0;

	return others < noise->available_ns ? others : noise->available_ns;
}

/* Of what is counted in ticks. */
static bool is_many(uint64_t part, uint64_t whole, double least)
{
	return part >= TICKS_NS && (double)part >= least * (double)whole;
}

static bool is_share(uint64_t part, uint64_t whole, double least)
{
	return whole && (double)part >= least * (double)whole;
}

/* What slows a run down, or lets it vary, and is not of its making. */
static void append_noise(const struct notes *notes, const struct bench_noise *noise)
{
	if (is_many(others_ns(noise), noise->available_ns, OTHERS_SHARE))
		note(notes, "A noisy machine: other processes used %s of the CPUs meanwhile.",
		     human_share(others_ns(noise), noise->available_ns).text);
	if (is_many(noise->steal_ns, noise->available_ns, STEAL_SHARE))
		note(notes, "A noisy machine: %s of the CPUs was taken by its host (steal).",
		     human_share(noise->steal_ns, noise->available_ns).text);
	if (noise->throttled_runs)
		note(notes, "Throttled by a CPU quota: %s in %zu %s.",
		     human_duration(noise->throttled_ns).text, noise->throttled_runs,
		     runs(noise->throttled_runs));
	if (is_share(noise->memory_stall_ns, noise->wall_ns, STALL_SHARE))
		note(notes, "Short of memory: something waited for it for %s of the time.",
		     human_share(noise->memory_stall_ns, noise->wall_ns).text);
	if (noise->survived_runs)
		note(notes,
		     "Processes of %zu %s went on after it, and could disturb those that followed.",
		     noise->survived_runs, runs(noise->survived_runs));
}

void bench_notes_append(struct buf *buf, const struct bench_result *result, const char *before)
{
	const struct notes notes = { buf, before };

	append_judging(&notes, result);
	append_commands(&notes, result);
	append_noise(&notes, &result->noise);
}
