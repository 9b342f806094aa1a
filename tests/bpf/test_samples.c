/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Samples while the work goes on: true at their moment, and adding up to the end. */
#include "bpf/harness.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/parse.h"
#include "workloads/shared.h"

/* The longest that the kernel's own account of a running task is behind: HZ=100. */
#define TICK_NS 10000000
#define SAMPLE_ERROR_NS 500000
#define WITNESSED_SAMPLES 50

/* An instant of the workload, as it is told by someone else than us. */
struct witness {
	uint64_t cpu_ns;
	uint64_t run_delay_ns;
};

struct witnessed {
	struct clock_page *page; /* ended when there is enough */
	bool asks_schedstat;
	struct scene *scene;
	struct witness before;
	uint64_t *errors_ns;
	size_t count;
	bool is_cpu_wrong;
	bool is_delay_wrong;
};

static struct witness ask(const struct witnessed *witnessed)
{
	struct witness now = { 0 };
	char path[64];
	char text[128] = "";
	struct parse_span span;
	AUTO_FD int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/schedstat",
		 (int)denet_monitor_pid(witnessed->scene->monitor));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
		span = parse_span_of(text);
		parse_take_u64(&span, &now.cpu_ns);
		parse_take_u64(&span, &now.run_delay_ns);
	}
	if (!witnessed->asks_schedstat)
		now.cpu_ns = atomic_load(&witnessed->page->cpu_ns);
	return now;
}

/* How far value lies outside of from..to. */
static uint64_t distance(uint64_t value, uint64_t from, uint64_t to)
{
	if (value < from)
		return from - value;
	return value > to ? value - to : 0;
}

static void compare(void *context, const struct denet_tree *tree)
{
	struct witnessed *witnessed = context;
	struct witness after = ask(witnessed);
	uint64_t error_ns =
		distance(tree->parent.used.cpu_time_ns, witnessed->before.cpu_ns, after.cpu_ns);

	if (witnessed->before.cpu_ns == 0 || after.cpu_ns == 0 || tree->parent.thread_count == 0)
		return;
	witnessed->errors_ns = realloc(witnessed->errors_ns,
				       (witnessed->count + 1) * sizeof(*witnessed->errors_ns));
	assert_non_null(witnessed->errors_ns);
	witnessed->errors_ns[witnessed->count++] = error_ns;
	if (witnessed->count == WITNESSED_SAMPLES)
		atomic_store(&witnessed->page->is_over, true);
	witnessed->is_cpu_wrong |= error_ns > TICK_NS;
	witnessed->is_delay_wrong |=
		distance(tree->parent.used.run_delay_ns, witnessed->before.run_delay_ns,
			 after.run_delay_ns) > TICK_NS;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Attaches to the running root since its start, so that both sides count the same. */
static void watch(struct scene *scene, struct witnessed *witnessed)
{
	witnessed->scene = scene;
	scene->options.interval_ms = 13; /* out of step with any tick */
	scene->options.max_interval_ms = 13;
	scene->options.since_process_start = true;
	scene->seen.on_sample = compare;
	scene->seen.context = witnessed;
	scene_attach(scene, scene->spawned);
	do {
		scene_wait(scene);
		witnessed->before = ask(witnessed);
	} while (!scene_step(scene));
	assert_true(witnessed->count >= WITNESSED_SAMPLES);
	qsort(witnessed->errors_ns, witnessed->count, sizeof(*witnessed->errors_ns), by_size);
	print_message("             %zu samples, off by %.3f ms in the middle, %.3f at most\n",
		      witnessed->count, (double)witnessed->errors_ns[witnessed->count / 2] / 1e6,
		      (double)witnessed->errors_ns[witnessed->count - 1] / 1e6);
}

static void samples_of_a_running_process_are_up_to_date(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	struct witnessed witnessed = { .page = page };

	scene_spawn(scene, "clock", path, NULL);
	await_that(atomic_load(&page->cpu_ns));
	watch(scene, &witnessed);
	assert_false(witnessed.is_cpu_wrong);
	assert_true(witnessed.errors_ns[witnessed.count / 2] < SAMPLE_ERROR_NS);
	free(witnessed.errors_ns);
}

static void samples_agree_with_schedstat(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	struct witnessed witnessed = { .page = page, .asks_schedstat = true };

	scene_spawn(scene, "clock", path, NULL);
	await_that(atomic_load(&page->cpu_ns));
	watch(scene, &witnessed);
	assert_false(witnessed.is_cpu_wrong);
	assert_false(witnessed.is_delay_wrong);
	free(witnessed.errors_ns);
}

/* The CPU time of a target that the kernel itself does not ask between two ticks. */
struct questioning {
	struct asked_page *page;
	uint64_t samples;
	uint64_t farthest_ns; /* that a sample was behind the answer right after it */
	bool is_above;
};

static uint64_t answer_of(struct asked_page *page)
{
	uint32_t question = atomic_load(&page->asked) + 1;

	atomic_store_explicit(&page->asked, question, memory_order_release);
	while (atomic_load_explicit(&page->answered, memory_order_acquire) != question)
		sched_yield();
	return page->cpu_ns;
}

static void question(void *context, const struct denet_tree *tree)
{
	struct questioning *questioning = context;
	uint64_t answer_ns, told_ns = tree->parent.used.cpu_time_ns;

	if (atomic_load(&questioning->page->is_over))
		return;
	answer_ns = answer_of(questioning->page);
	questioning->samples++;
	questioning->is_above |=
		told_ns > answer_ns || tree->aggregated.used.cpu_time_ns > answer_ns;
	if (told_ns < answer_ns && answer_ns - told_ns > questioning->farthest_ns)
		questioning->farthest_ns = answer_ns - told_ns;
	if (questioning->samples == 200)
		atomic_store(&questioning->page->is_over, true);
}

/*
 * However long the host or interrupts keep its CPU: an estimate of what is not charged yet would be
 * above it now and then, which is why no counter has one in it.
 */
static void samples_never_tell_more_than_was_used(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct questioning questioning = { 0 };

	questioning.page = scene_map(scene, "asked", sizeof(*questioning.page), path);
	scene_spawn(scene, "asked", path, NULL);
	while (!atomic_load(&questioning.page->is_ready))
		sched_yield();
	scene->options.interval_ms = 7;
	scene->options.max_interval_ms = 7;
	scene->options.since_process_start = true;
	scene->seen.on_sample = question;
	scene->seen.context = &questioning;
	scene_attach(scene, scene->spawned);
	scene_finish(scene);
	print_message("             %llu samples, behind by %.3f ms at most\n",
		      (unsigned long long)questioning.samples,
		      (double)questioning.farthest_ns / 1e6);
	assert_int_equal(questioning.samples, 200);
	assert_false(questioning.is_above);
}

struct sampled_storm {
	struct storm_log *log;
	size_t samples;
};

static void end_after_fifty(void *context, const struct denet_tree *tree)
{
	struct sampled_storm *storm = context;

	(void)tree;
	if (++storm->samples == 50) {
		atomic_store(&storm->log->until_ns, 0);
		atomic_store(&storm->log->is_held, false);
	}
}

/* The sums themselves are checked by scene_finish() in every test. */
static void mixed_work_adds_up_at_every_sample(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct storm_log *storm = scene_map(scene, "storm", sizeof(*storm), path);
	struct sampled_storm sampled = { .log = storm };
	const struct seen_sample *last;

	scene->options.interval_ms = 5;
	scene->options.max_interval_ms = 5;
	atomic_store(&storm->is_held, true);
	scene->seen.on_sample = end_after_fifty;
	scene->seen.context = &sampled;
	scene_run(scene, "storm", path, "1000", "3");
	assert_int_equal(scene->summary.processes_total, atomic_load(&storm->count));
	assert_true(scene->summary.sample_count >= 50);
	for (size_t i = 1; i < scene->seen.samples_count; i++) {
		const struct seen_sample *sample = &scene->seen.samples[i];

		assert_true(sample[0].processes_started >= sample[-1].processes_started);
		assert_true(sample[0].processes_exited >= sample[-1].processes_exited);
		assert_true(sample->aggregated.cpu_usage >= 0);
	}
	last = &scene->seen.samples[scene->seen.samples_count - 1];
	assert_int_equal(last->processes_started, last->processes_exited);
	assert_int_equal(last->aggregated.used.cpu_time_ns, scene->summary.used.cpu_time_ns);
	scene_assert_exact(scene, "storm", scene->summary.used.cpu_time_ns);
}

static void rates_of_the_samples_add_up_to_the_total(void **state)
{
	struct scene *scene = *state;
	const struct seen_sample *samples;
	size_t last;
	double burnt_ms = 0;
	double used_ms;

	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_run(scene, "spin", "500");
	samples = scene->seen.samples;
	last = scene->seen.samples_count - 1;
	for (size_t i = 1; i <= last; i++) {
		const struct denet_sample *now = &samples[i].aggregated;

		burnt_ms += now->cpu_usage / 100 *
			    (double)(now->ts_ms - samples[i - 1].aggregated.ts_ms);
	}
	/* The first sample has no rate. */
	used_ms = (double)(samples[last].aggregated.used.cpu_time_ns -
			   samples[0].aggregated.used.cpu_time_ns) /
		  1e6;
	print_message("             %.3f ms by the rates, of %.3f\n", burnt_ms, used_ms);
	/* ts_ms is whole milliseconds, and a rate may count ahead of what is charged. */
	assert_true(burnt_ms > used_ms - (double)last - 20);
	assert_true(burnt_ms < used_ms + (double)last + 20);
}

static void without_polling_there_is_one_sample_with_everything(void **state)
{
	struct scene *scene = *state;

	scene->options.no_polling = true;
	scene_run(scene, "forks", "50", "1000");
	assert_int_equal(scene->summary.sample_count, 1);
	assert_int_equal(scene->summary.processes_total, 51);
	assert_int_equal(scene->seen.samples[0].aggregated.used.cpu_time_ns,
			 scene->summary.used.cpu_time_ns);
	scene_assert_exact(scene, "no polling", scene->summary.used.cpu_time_ns);
}

static void shortest_run_has_a_first_and_a_last_sample(void **state)
{
	struct scene *scene = *state;

	scene->options.interval_ms = 60000;
	scene->options.max_interval_ms = 60000;
	scene_start(scene, "nop", NULL);
	scene_finish(scene);
	assert_in_range(scene->summary.sample_count, 2, 3);
	/* On a busy machine it may have ended before the first, which then knows of nobody alive. */
	assert_true(scene->seen.samples[0].process_count <= 1 ||
		    scene->seen.samples[0].process_count == DENET_UNKNOWN);
	assert_true(scene->seen.samples[scene->seen.samples_count - 1].is_over);
}

static bool has_seen_all(const struct scene *scene)
{
	return scene->seen.samples_count &&
	       scene->seen.samples[scene->seen.samples_count - 1].process_count == 41;
}

static void children_in_a_sample_can_be_limited(void **state)
{
	struct scene *scene = *state;
	size_t most = 0;

	scene->options.children_max = 10;
	scene_start(scene, "idle", "40", "0", NULL);
	scene_step_until(scene, has_seen_all);
	assert_int_equal(denet_monitor_signal(scene->monitor, SIGTERM), 0);
	scene_finish(scene);
	for (size_t i = 0; i < scene->seen.samples_count; i++) {
		if (scene->seen.samples[i].children_count > most)
			most = scene->seen.samples[i].children_count;
	}
	assert_int_equal(most, 10);
	assert_int_equal(scene->summary.processes_peak, 41);
}

/* Between two samples: the first is before them, the last after. */
static void most_at_once_need_not_be_sampled(void **state)
{
	struct scene *scene = *state;

	scene->options.interval_ms = scene->options.max_interval_ms = 3600000;
	scene_run(scene, "waves", "60", "20", "35");
	assert_int_equal(scene->summary.processes_total, 1 + 60 + 20 + 35);
	assert_int_equal(scene->summary.processes_peak, 61);
	assert_int_equal(scene->summary.threads_total, 1 + 2 * (60 + 20 + 35));
	assert_int_equal(scene->summary.threads_peak, 121);
}

/* What attach finds is not born under its eyes, and the wave that comes then is smaller. */
static void most_at_once_counts_what_attach_has_found(void **state)
{
	struct scene *scene = *state;
	char line[16];

	scene->options.interval_ms = scene->options.max_interval_ms = 3600000;
	scene_spawn(scene, "waves", "+", "40", "10", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_attach(scene, scene->spawned);
	assert_int_equal(kill(scene->spawned, SIGUSR1), 0);
	scene_finish(scene);
	assert_int_equal(scene->summary.processes_peak, 41);
	assert_int_equal(scene->summary.threads_peak, 81);
}

static void root_alone_can_be_asked_for(void **state)
{
	struct scene *scene = *state;

	scene->options.exclude_children = true;
	scene_run(scene, "forks", "3", "50000");
	assert_true(scene->summary.used.cpu_time_ns < 50000000);
}

static size_t leaderless_samples(const struct scene *scene)
{
	size_t count = 0;

	for (size_t i = 0; i < scene->seen.samples_count; i++)
		count += scene->seen.samples[i].parent.used.cpu_time_ns > 150000000;
	return count;
}

static bool has_three_leaderless(const struct scene *scene)
{
	return leaderless_samples(scene) >= 3;
}

static void what_an_ended_main_thread_used_stays(void **state)
{
	struct scene *scene = *state;

	scene->options.interval_ms = 10;
	scene->options.max_interval_ms = 10;
	scene_start(scene, "leaderless", "200", "600000", "150", NULL);
	scene_step_until(scene, has_three_leaderless);
	assert_int_equal(denet_monitor_signal(scene->monitor, SIGTERM), 0);
	scene_finish(scene);
	/* While it runs, what is read a moment later is more; how much more is the machine's affair. */
	for (size_t i = 1; i < scene->seen.samples_count; i++) {
		const struct seen_sample *tree = &scene->seen.samples[i];

		assert_true(tree[0].parent.used.cpu_time_ns >=
			    tree[-1].aggregated.used.cpu_time_ns);
		assert_true(tree[-1].parent.used.cpu_time_ns <=
			    tree[0].aggregated.used.cpu_time_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(samples_of_a_running_process_are_up_to_date),
		scene_test(samples_agree_with_schedstat),
		scene_test(samples_never_tell_more_than_was_used),
		scene_test(mixed_work_adds_up_at_every_sample),
		scene_test(rates_of_the_samples_add_up_to_the_total),
		scene_test(without_polling_there_is_one_sample_with_everything),
		scene_test(shortest_run_has_a_first_and_a_last_sample),
		scene_test(children_in_a_sample_can_be_limited),
		scene_test(most_at_once_need_not_be_sampled),
		scene_test(most_at_once_counts_what_attach_has_found),
		scene_test(root_alone_can_be_asked_for),
		scene_test(what_an_ended_main_thread_used_stays),
	};

	return harness_run("samples", tests);
}
