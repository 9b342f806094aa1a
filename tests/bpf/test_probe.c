/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The probe below the engine: what it loses when it has no room, and whom it finds. */
#include "bpf/harness.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "probe/probe.h"
#include "util/caps.h"
#include "workloads/shared.h"

#define GONE_TRIES 5000 /* of a millisecond */

struct heard {
	uint64_t execs;
	uint64_t exits;
	uint64_t cpu_time_ns;
	uint32_t wanted_tgid;
	uint64_t wanted;
	uint64_t wanted_cpu_ns;
};

static void on_exec(void *context, const struct exec_event *event, const char *text)
{
	struct heard *heard = context;

	(void)event;
	(void)text;
	heard->execs++;
}

static void on_exit_heard(void *context, const struct process_account *account)
{
	struct heard *heard = context;

	heard->exits++;
	heard->cpu_time_ns += account->used.cpu_time_ns;
	if (account->tgid == heard->wanted_tgid) {
		heard->wanted++;
		heard->wanted_cpu_ns = account->used.cpu_time_ns;
	}
}

static void drain(struct source *source, struct heard *heard)
{
	struct source_events events = { heard, on_exec, on_exit_heard };

	assert_return_code(source->ops->drain(source, &events), errno);
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

/* The last switch of the last task may come a little after wait() has returned. */
static void await_all_gone(const struct source *source, struct tree_totals *ret_totals)
{
	uint64_t tasks = 0;

	for (int i = 0; i < GONE_TRIES; i++) {
		source->ops->totals(source, ret_totals);
		/* The root was there before. */
		tasks = 1 + ret_totals->processes_started + ret_totals->threads_started;
		if (ret_totals->dead_seq == tasks)
			return;
		poll(NULL, 0, 1);
	}
	fail_msg("%llu of %llu tasks are gone", (unsigned long long)ret_totals->dead_seq,
		 (unsigned long long)tasks);
}

/* Runs the spawned, held workload to its end; nobody drains the ring meanwhile. */
static void run_undrained(struct scene *scene, struct source *source,
			  struct tree_totals *ret_totals)
{
	int status;

	assert_return_code(source->ops->seed(source, scene->spawned, false, ignore_task, NULL),
			   errno);
	scene_release(scene);
	assert_int_equal(waitpid(scene->spawned, &status, 0), scene->spawned);
	await_all_gone(source, ret_totals);
	scene_read_outside(scene);
	scene->outside_ns = scene->outside_whole_ns; /* the totals are from birth here */
}

/* Fills the ring, then hands over the rest from the map: everything has to be there once. */
static void check_undrained(struct scene *scene, uint64_t processes)
{
	struct probe_options options = { .ring_bytes = 65536 };
	struct source *source = NULL;
	struct tree_totals totals;
	struct heard heard = { 0 };
	uint64_t sent;

	assert_return_code(probe_open(&options, &source), errno);
	run_undrained(scene, source, &totals);
	sent = totals.processes_exited;
	drain(source, &heard);
	source->ops->totals(source, &totals);
	print_message("             %llu exits, %llu of them not by the ring\n",
		      (unsigned long long)heard.exits, (unsigned long long)(heard.exits - sent));
	assert_true(heard.exits > sent);
	assert_int_equal(totals.processes_exited, heard.exits);
	/* Nothing of them is lost, they only came late. */
	assert_int_equal(totals.dropped_events, 0);
	assert_int_equal(totals.dropped_accounts, 0);
	assert_int_equal(totals.processes_started, processes);
	assert_int_equal(heard.exits, processes + 1);
	assert_int_equal(heard.cpu_time_ns, totals.dead.cpu_time_ns);
	scene_assert_exact(scene, "undrained", totals.dead.cpu_time_ns);
	source_close(source);
}

static void ring_that_nobody_drains_loses_no_nanosecond(void **state)
{
	struct scene *scene = *state;

	scene->is_held = true;
	scene_spawn(scene, "forks", "5000", "50", NULL);
	check_undrained(scene, 5000);
}

static void threads_that_end_at_once_are_one_late_exit(void **state)
{
	struct scene *scene = *state;

	scene->is_held = true;
	scene_spawn(scene, "killstorm", "400", "2", NULL);
	check_undrained(scene, 400);
}

struct slice {
	uint64_t charged_ns;
	uint64_t slice_ns;
};

static int note_slice(void *context, const struct task_sample *task)
{
	struct slice *slice = context;

	slice->charged_ns = task->used.cpu_time_ns;
	slice->slice_ns = task->slice_ns;
	return 0;
}

/* The scheduler adds up at ticks, so that nearly every look finds a part of one. */
static void slice_in_progress_is_told_apart(void **state)
{
	struct scene *scene = *state;
	struct probe_options options = { 0 };
	struct source *source = NULL;
	struct slice slice = { 0 };
	struct tree_totals totals;
	char path[PATH_MAX];
	struct asked_page *page = scene_map(scene, "asked", sizeof(*page), path);

	assert_return_code(probe_open(&options, &source), errno);
	scene_spawn(scene, "asked", path, NULL);
	while (!atomic_load(&page->is_ready))
		sched_yield();
	assert_return_code(source->ops->seed(source, scene->spawned, false, ignore_task, NULL),
			   errno);
	for (int i = 0; i < GONE_TRIES && !slice.slice_ns; i++) {
		assert_in_range(source->ops->sample(source, note_slice, &slice, &totals), 0, 1);
		assert_true(slice.charged_ns > 0);
		poll(NULL, 0, 1);
	}
	assert_true(slice.slice_ns > 0);
	atomic_store(&page->is_over, true);
	source_close(source);
}

static void execs_that_do_not_fit_the_ring_are_counted(void **state)
{
	struct scene *scene = *state;
	struct probe_options options = { .ring_bytes = 65536 };
	struct source *source = NULL;
	struct tree_totals totals;
	struct heard heard = { 0 };

	scene->is_held = true;
	scene_spawn(scene, "execs", "1000", "20", NULL);
	assert_return_code(probe_open(&options, &source), errno);
	run_undrained(scene, source, &totals);
	drain(source, &heard);
	source->ops->totals(source, &totals);
	assert_in_range(totals.dropped_events, 1, 999);
	/* The held stub execs what enters the cgroup, and that the workload. */
	assert_int_equal(heard.execs + totals.dropped_events, 1002);
	assert_int_equal(heard.exits, 1);
	scene_assert_exact(scene, "1000 execs", totals.dead.cpu_time_ns);
	source_close(source);
}

static void accounts_without_room_are_counted_and_their_cpu_too(void **state)
{
	struct scene *scene = *state;
	struct probe_options options = { .processes_max = 64 };
	struct source *source = NULL;
	struct tree_totals totals;
	struct heard heard = { 0 };

	scene->is_held = true;
	/* Idle for a second: all 400 are there at once. */
	scene_spawn(scene, "idle", "400", "1", NULL);
	assert_return_code(probe_open(&options, &source), errno);
	run_undrained(scene, source, &totals);
	drain(source, &heard);
	print_message("             %llu exits, %llu accounts lost\n",
		      (unsigned long long)heard.exits, (unsigned long long)totals.dropped_accounts);
	assert_int_equal(totals.dropped_accounts, 401 - 64);
	assert_int_equal(heard.exits, 64);
	assert_int_equal(totals.dropped_tasks, 0);
	assert_true(heard.cpu_time_ns < totals.dead.cpu_time_ns);
	scene_assert_exact(scene, "64 accounts", totals.dead.cpu_time_ns);
	source_close(source);
}

/* Each way of loading must be as exact as the one that is taken here by itself. */
static void check_load_path(struct scene *scene, const struct probe_options *options,
			    const char *path)
{
	struct source *source = NULL;
	struct tree_totals totals;
	struct heard heard = { 0 };

	scene->is_held = true;
	scene_spawn(scene, "thread_exec", "30", "1", NULL);
	assert_return_code(probe_open(options, &source), errno);
	print_message("             %s\n", probe_load_path(source));
	if (path)
		assert_string_equal(probe_load_path(source), path);
	run_undrained(scene, source, &totals);
	drain(source, &heard);
	assert_int_equal(totals.processes_started, 30);
	assert_int_equal(totals.threads_started, 60);
	assert_int_equal(heard.exits, 31);
	/* The root enters the cgroup by an exec and works by another. */
	assert_int_equal(heard.execs, 30 + 2);
	assert_int_equal(heard.cpu_time_ns, totals.dead.cpu_time_ns);
	scene_assert_exact(scene, "execs by threads", totals.dead.cpu_time_ns);
	source_close(source);
}

static bool has_light(void)
{
	const struct probe_options options = { .no_libbpf = true };
	struct source *source = NULL;
	int r = probe_open(&options, &source);

	source_close(source);
	return r == 0;
}

static void whole_skeleton_is_exact(void **state)
{
	const struct probe_options options = { .no_light = true };

	check_load_path(*state, &options, "libbpf, hash");
}

static void light_skeleton_with_a_hash_is_exact(void **state)
{
	const struct probe_options options = { .no_storage = true, .no_libbpf = true };

	if (!has_light())
		harness_skip_test("this kernel does not take the light skeleton");
	check_load_path(*state, &options, "light, hash");
}

/* As if in a pid namespace, whose numbers happen to be those of the initial one. */
static void mapped_pids_are_exact(void **state)
{
	const struct probe_options options = { .map_pids = true };

	check_load_path(*state, &options, NULL);
}

static void default_way_of_loading_is_exact(void **state)
{
	const struct probe_options options = { 0 };

	check_load_path(*state, &options, NULL);
}

static void what_is_forced_holds_for_every_probe(void **state)
{
	const struct probe_options none = { 0 };
	const struct probe_options old = { .no_light = true, .no_exit_memory = true };
	struct source *source = NULL;

	(void)state;
	probe_force(&old);
	assert_return_code(probe_open(&none, &source), errno);
	probe_force(&none);
	assert_string_equal(probe_load_path(source), "libbpf, hash");
	assert_false(source->sees_memory_at_exit);
	source_close(source);
}

static void check_refusal(uint64_t missing, const char *words)
{
	struct probe_options options = { 0 };
	struct source *source = NULL;
	struct caps whole, part;
	char text[160] = "";
	int r;

	assert_int_equal(caps_get(&whole), 0);
	part = whole;
	part.effective &= ~(missing | CAPS_BIT(CAP_SYS_ADMIN));
	assert_int_equal(caps_set(&part), 0);
	r = probe_open(&options, &source);
	probe_explain(r, text, sizeof(text));
	assert_int_equal(caps_set(&whole), 0);
	print_message("             %s\n", text);
	assert_true(r == -EPERM || r == -EACCES);
	assert_non_null(strstr(text, words));
}

static void refusal_names_the_capabilities_that_are_missing(void **state)
{
	(void)state;
	check_refusal(CAPS_BIT(CAP_BPF), "CAP_BPF is missing");
	check_refusal(CAPS_BIT(CAP_PERFMON), "CAP_PERFMON is missing");
	check_refusal(CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON), "CAP_BPF and CAP_PERFMON");
}

/* Between two passes of the walk, the one process that leads to another goes away. */
static int send_child_away(void *context, const struct task_sample *task)
{
	struct lowborn_page *page = context;

	(void)task;
	atomic_store(&page->may_go, 1);
	for (int i = 0; i < GONE_TRIES && !atomic_load(&page->is_child_gone); i++)
		poll(NULL, 0, 1);
	return 0;
}

/*
 * The walk is by pid, upwards: the child of the root comes before the root is known, so that the
 * first pass leaves it out. Before the second one it has ended, and its own child is nobody's.
 */
static void seeding_finds_a_child_whose_parent_left_meanwhile(void **state)
{
	struct scene *scene = *state;
	struct probe_options options = { 0 };
	struct source *source = NULL;
	struct heard heard = { 0 };
	char path[PATH_MAX];
	struct lowborn_page *page = scene_map(scene, "lowborn", sizeof(*page), path);

	scene_spawn(scene, "lowborn", path, "300", NULL);
	while (!atomic_load(&page->child)) {
		if (waitpid(scene->spawned, NULL, WNOHANG))
			harness_skip_test("a process may not choose a pid");
	}
	if (atomic_load(&page->child) > (uint32_t)scene->spawned)
		harness_skip_test("no lower pid was free");
	assert_return_code(probe_open(&options, &source), errno);
	assert_return_code(source->ops->seed(source, scene->spawned, true, send_child_away, page),
			   errno);
	assert_true(atomic_load(&page->is_child_gone));

	heard.wanted_tgid = atomic_load(&page->grandchild);
	for (int i = 0; i < GONE_TRIES && !heard.wanted; i++) {
		poll(NULL, 0, 1);
		drain(source, &heard);
	}
	assert_int_equal(heard.wanted, 1);
	assert_true(heard.wanted_cpu_ns >= 300000000);
	source_close(source);
}

/* As in a fork storm that seeding cannot win: it has found somebody new in its last pass. */
static void seeding_that_gives_up_is_counted(void **state)
{
	struct scene *scene = *state;
	const struct probe_options once = { .passes_max = 1 };
	const struct probe_options often = { 0 };
	struct source *source = NULL;
	char line[16];

	scene_spawn(scene, "idle", "3", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	assert_return_code(probe_open(&once, &source), errno);
	assert_return_code(source->ops->seed(source, scene->spawned, true, ignore_task, NULL),
			   errno);
	assert_true(source->ops->tasks_lost(source) > 0);
	source_close(source);
	assert_return_code(probe_open(&often, &source), errno);
	assert_return_code(source->ops->seed(source, scene->spawned, true, ignore_task, NULL),
			   errno);
	assert_int_equal(source->ops->tasks_lost(source), 0);
	source_close(source);
}

static unsigned int host_messages;

static int __attribute__((format(printf, 2, 0)))
count_message(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	host_messages++;
	return 0;
}

/* Who uses libbpf beside us has a function of its own for what it says. */
static void print_function_of_the_host_is_given_back(void **state)
{
	struct scene *scene = *state;
	libbpf_print_fn_t before = libbpf_set_print(count_message);
	struct probe_options options = { .no_light = true };
	struct source *source = NULL;
	char line[16];

	scene_spawn(scene, "idle", "3", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	assert_return_code(probe_open(&options, &source), errno);
	assert_ptr_equal(libbpf_set_print(count_message), count_message);
	assert_return_code(source->ops->seed(source, scene->spawned, true, ignore_task, NULL),
			   errno);
	assert_ptr_equal(libbpf_set_print(count_message), count_message);
	source_close(source);
	assert_ptr_equal(libbpf_set_print(before), count_message);
	assert_int_equal(host_messages, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(ring_that_nobody_drains_loses_no_nanosecond),
		scene_test(threads_that_end_at_once_are_one_late_exit),
		scene_test(slice_in_progress_is_told_apart),
		scene_test(execs_that_do_not_fit_the_ring_are_counted),
		scene_test(accounts_without_room_are_counted_and_their_cpu_too),
		scene_test(default_way_of_loading_is_exact),
		scene_test(whole_skeleton_is_exact),
		scene_test(light_skeleton_with_a_hash_is_exact),
		scene_test(mapped_pids_are_exact),
		cmocka_unit_test(what_is_forced_holds_for_every_probe),
		cmocka_unit_test(refusal_names_the_capabilities_that_are_missing),
		scene_test(seeding_finds_a_child_whose_parent_left_meanwhile),
		scene_test(seeding_that_gives_up_is_counted),
		scene_test(print_function_of_the_host_is_given_back),
	};

	return harness_run("probe", tests);
}
