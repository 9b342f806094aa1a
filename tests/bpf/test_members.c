/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Samples by members: what they show is what a walk over the whole machine shows. */
#include "bpf/harness.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "probe/probe_internal.h"
#include "util/caps.h"

#define TASKS_MAX 512
#define TRIES 5000 /* of a millisecond */

struct shown {
	struct task_sample tasks[TASKS_MAX];
	size_t count;
};

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static int keep_task(void *context, const struct task_sample *task)
{
	struct shown *shown = context;

	if (shown->count < TASKS_MAX)
		shown->tasks[shown->count] = *task;
	shown->count++;
	return 0;
}

static int by_tid(const void *a, const void *b)
{
	const struct task_sample *x = a;
	const struct task_sample *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void sample(struct source *source, struct shown *ret_shown)
{
	struct tree_totals totals;
	int r = 1;

	for (int i = 0; i < TRIES && r == 1; i++) {
		ret_shown->count = 0;
		r = source->ops->sample(source, keep_task, ret_shown, &totals);
	}
	assert_int_equal(r, 0);
	assert_in_range(ret_shown->count, 0, TASKS_MAX);
	qsort(ret_shown->tasks, ret_shown->count, sizeof(ret_shown->tasks[0]), by_tid);
}

static bool is_by_members(const struct source *source)
{
	const struct members *members = &probe_of_const(source)->members;

	return members->records && members->members_ns;
}

static void follow(struct scene *scene, const struct probe_options *options,
		   struct source **ret_source)
{
	assert_return_code(probe_open(options, ret_source), errno);
	assert_return_code(
		(*ret_source)->ops->seed(*ret_source, scene->spawned, true, ignore_task, NULL),
		errno);
}

/* Two samples at least are walks. */
static bool await_members(struct source *source, struct shown *shown)
{
	for (int i = 0; i < 8 && !is_by_members(source); i++)
		sample(source, shown);
	return is_by_members(source);
}

static void spawn_idle(struct scene *scene, const char *processes, const char *threads)
{
	char line[16];

	scene_spawn(scene, "idle", processes, "0", threads, NULL);
	scene_await_line(scene, line, sizeof(line));
	await_that(referee_is_asleep(&scene->referee));
}

static void check_same(const struct shown *walked, const struct shown *shown)
{
	assert_int_equal(walked->count, shown->count);
	for (size_t i = 0; i < shown->count; i++) {
		const struct task_sample *a = &walked->tasks[i], *b = &shown->tasks[i];

		assert_int_equal(a->tid, b->tid);
		assert_int_equal(a->tgid, b->tgid);
		assert_int_equal(a->parent_tgid, b->parent_tgid);
		assert_int_equal(a->id, b->id);
		assert_int_equal(a->command_id, b->command_id);
		assert_int_equal(a->mm, b->mm);
		assert_int_equal(a->start_boot_ns, b->start_boot_ns);
		assert_int_equal(a->flags, b->flags);
		assert_memory_equal(&a->used, &b->used, sizeof(a->used));
		assert_memory_equal(a->comm, b->comm, sizeof(a->comm));
	}
}

static void check_members(struct scene *scene, const struct probe_options *options)
{
	struct source *source = NULL;
	struct shown walked = { 0 }, shown = { 0 };

	spawn_idle(scene, "30", "4");
	follow(scene, options, &source);
	sample(source, &walked);
	assert_false(is_by_members(source));
	if (!await_members(source, &shown)) {
		source_close(source);
		harness_skip_test("this kernel does not take the program");
	}
	assert_int_equal(shown.count, 31 + 30 * 4);
	check_same(&walked, &shown);
	source_close(source);
}

static void members_are_what_a_walk_finds(void **state)
{
	const struct probe_options options = { .force_members = true };

	check_members(*state, &options);
}

static void members_are_found_by_libbpfs_skeleton_too(void **state)
{
	const struct probe_options options = { .force_members = true, .no_light = true };

	check_members(*state, &options);
}

static void members_have_the_pids_of_our_namespace(void **state)
{
	const struct probe_options options = { .force_members = true, .map_pids = true };

	check_members(*state, &options);
}

static void more_members_than_slots_are_found_by_the_walk(void **state)
{
	struct scene *scene = *state;
	const struct probe_options options = { .force_members = true, .slot_blocks = 1 };
	struct source *source = NULL;
	struct shown shown = { 0 };

	spawn_idle(scene, "80", "0");
	follow(scene, &options, &source);
	assert_false(await_members(source, &shown));
	assert_int_equal(shown.count, 81);
	/* Without its children the root has room. */
	assert_int_equal(kill(scene->spawned, SIGTERM), 0);
	source_close(source);
}

/* Where the machine is small, or the run short, loading costs more than it saves. */
static void nothing_is_loaded_that_does_not_pay(void **state)
{
	struct scene *scene = *state;
	const struct probe_options options = { 0 };
	struct source *source = NULL;
	struct shown shown = { 0 };

	spawn_idle(scene, "3", "0");
	assert_return_code(probe_open(&options, &source), errno);
	/* Dearer than any walk was. */
	probe_of(source)->members.walk_ns = 1;
	assert_return_code(source->ops->seed(source, scene->spawned, true, ignore_task, NULL),
			   errno);
	sample(source, &shown);
	assert_null(probe_of(source)->members.records);
	/* And as if one had cost a second. */
	probe_of(source)->members.walk_ns = 1000000000;
	sample(source, &shown);
	if (probe_of(source)->tree_knobs.use_slots && !probe_of(source)->members.has_failed)
		assert_non_null(probe_of(source)->members.records);
	source_close(source);
}

/* As a monitor that has given up what it needs no more. */
static void with_rights(struct scene *scene, bool are_permitted)
{
	const uint64_t loading =
		CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON) | CAPS_BIT(CAP_SYS_ADMIN);
	const struct probe_options options = { .force_members = true };
	struct source *source = NULL;
	struct shown shown = { 0 };
	struct caps whole, part;

	spawn_idle(scene, "3", "0");
	follow(scene, &options, &source);
	if (!source->ops->wants_rights(source)) {
		source_close(source);
		harness_skip_test("this kernel does not take the program");
	}
	assert_int_equal(caps_get(&whole), 0);
	part = whole;
	part.effective &= ~loading;
	assert_int_equal(caps_set(&part), 0);
	if (!are_permitted) {
		/* Back from here is no way: the child is all that is left of the test. */
		part.permitted &= ~loading;
		part.inheritable = 0;
		assert_int_equal(caps_set(&part), 0);
	}
	assert_int_equal(await_members(source, &shown), are_permitted);
	assert_int_equal(shown.count, 4);
	assert_false(source->ops->wants_rights(source));
	assert_int_equal(caps_get(&whole), 0);
	assert_int_equal(whole.effective & loading, 0);
	source_close(source);
}

static void in_a_child(struct scene *scene, bool are_permitted)
{
	int status;
	pid_t pid;

	pid = fork();
	assert_return_code(pid, errno);
	if (!pid) {
		with_rights(scene, are_permitted);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void rights_that_sleep_are_raised_for_the_loading(void **state)
{
	in_a_child(*state, true);
}

static void without_rights_samples_walk(void **state)
{
	in_a_child(*state, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(members_are_what_a_walk_finds),
		scene_test(members_are_found_by_libbpfs_skeleton_too),
		scene_test(members_have_the_pids_of_our_namespace),
		scene_test(more_members_than_slots_are_found_by_the_walk),
		scene_test(nothing_is_loaded_that_does_not_pay),
		scene_test(rights_that_sleep_are_raised_for_the_loading),
		scene_test(without_rights_samples_walk),
	};

	return harness_run("members", tests);
}
