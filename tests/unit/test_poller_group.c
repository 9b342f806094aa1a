/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who is in a cgroup: real processes, in a folder that lists them as a cgroup does. */
#include "poller_world.h"

#include <sys/stat.h>

static char top[] = "/tmp/denet-poller-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s%s", top, name);
	return path;
}

static void list(const char *name, pid_t one, pid_t other)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	if (one)
		assert_true(fprintf(file, "%d\n", (int)one) > 0);
	if (other)
		assert_true(fprintf(file, "%d\n", (int)other) > 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	(void)state;
	memcpy(top + sizeof(top) - 7, "XXXXXX", 6);
	if (!mkdtemp(top) || mkdir(path_of("/below"), 0700))
		return -1;
	list("/cgroup.procs", 0, 0);
	list("/below/cgroup.procs", 0, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path_of("/below/cgroup.procs"));
	(void)unlink(path_of("/cgroup.procs"));
	(void)rmdir(path_of("/below"));
	(void)rmdir(top);
	return 0;
}

static void open_world(struct world *world)
{
	const struct poller_options options = { .group_folder = top };

	memset(world, 0, sizeof(*world));
	open_stage(&world->stage);
	open_poller(&options, &world->source);
}

static void seed_world(struct world *world)
{
	assert_int_equal(world->source->ops->seed_group(world->source, on_task, world), 0);
}

/* Uses so much at each word, and says what it has used in all. */
static void burn_at_each_word(struct stage *stage)
{
	for (;;) {
		burn_ms(20);
		stage->shared[0] = own_cpu_ns();
		tell(stage);
		await(stage);
	}
}

static pid_t start_burning(struct world *world)
{
	pid_t pid = start(world, burn_at_each_word);

	allow(world);
	hear(world);
	return pid;
}

static void burn_more(struct world *world)
{
	allow(world);
	hear(world);
}

static uint64_t cpu_ns_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &used), 0);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static void kill_and_reap(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	(void)reap(pid);
}

static void who_is_there_counts_from_now_on(void **state)
{
	struct world world;
	uint64_t before_ns;
	pid_t pid;

	(void)state;
	open_world(&world);
	pid = start_burning(&world);
	before_ns = world.stage.shared[0];
	list("/below/cgroup.procs", pid, 0);
	seed_world(&world);
	assert_true(is_seen(&world, pid));
	assert_true(task_of(&world, pid).used.cpu_time_ns < 20 * MS);
	burn_more(&world);
	sample(&world);
	assert_true(total_ns(&world) >= 19 * MS);
	assert_true(total_ns(&world) <= cpu_ns_of(pid) - before_ns);
	assert_int_equal(world.totals.processes_started, 0);
	kill_and_reap(pid);
	sample(&world);
	assert_true(has_ended(&world, pid));
	assert_true(total_ns(&world) >= 19 * MS);
	assert_int_equal(world.tasks_count, 0);
	end(&world);
}

static void who_comes_in_counts_until_it_goes_out(void **state)
{
	struct process_account left;
	struct world world;
	uint64_t inside_ns;
	pid_t pid;

	(void)state;
	open_world(&world);
	pid = start_burning(&world);
	seed_world(&world);
	assert_int_equal(world.tasks_count, 0);
	list("/cgroup.procs", pid, 0);
	sample(&world);
	assert_int_equal(world.totals.processes_started, 1);
	assert_true(total_ns(&world) < 19 * MS);
	burn_more(&world);
	sample(&world);
	inside_ns = total_ns(&world);
	assert_true(inside_ns >= 19 * MS);
	list("/cgroup.procs", 0, 0);
	burn_more(&world);
	sample(&world);
	left = end_of(&world, pid);
	assert_int_equal(left.flags, ACCOUNT_SAMPLED | ACCOUNT_PARTIAL | ACCOUNT_LEFT);
	assert_true(left.used.cpu_time_ns == inside_ns && total_ns(&world) == inside_ns);
	assert_int_equal(world.tasks_count, 0);
	/* Another stay is another process. */
	list("/cgroup.procs", pid, pid);
	sample(&world);
	assert_int_equal(world.tasks_count, 1);
	assert_true(task_of(&world, pid).id != left.id);
	assert_true(total_ns(&world) < inside_ns + 19 * MS);
	kill_and_reap(pid);
	end(&world);
}

/* A child that it waits for, and one more word. */
static void child_then_word(struct stage *stage)
{
	pid_t pid;

	tell(stage);
	await(stage);
	pid = fork();
	if (!pid) {
		stage->shared[0] = (uint64_t)getpid();
		burn_ms(60);
		tell(stage);
		await(stage);
		_exit(0);
	}
	wait_for_child(pid);
	tell(stage);
	await(stage);
}

static void child_of_one_inside_counts_from_its_birth_and_once(void **state)
{
	struct world world;
	pid_t root, child;

	(void)state;
	open_world(&world);
	root = start(&world, child_then_word);
	allow(&world);
	hear(&world);
	list("/cgroup.procs", root, 0);
	seed_world(&world);
	burn_more(&world);
	child = (pid_t)world.stage.shared[0];
	list("/cgroup.procs", root, child);
	sample(&world);
	assert_true(task_of(&world, child).used.cpu_time_ns >= 59 * MS);
	assert_int_equal(task_of(&world, child).parent_id, task_of(&world, root).id);
	burn_more(&world);
	list("/cgroup.procs", root, 0);
	sample(&world);
	assert_true(has_ended(&world, child));
	assert_int_equal(end_of(&world, child).flags & (ACCOUNT_PARTIAL | ACCOUNT_LEFT), 0);
	assert_true(total_ns(&world) >= 59 * MS && total_ns(&world) < 90 * MS);
	kill_and_reap(root);
	end(&world);
}

static void children_are_no_members_by_birth(void **state)
{
	struct world world;
	pid_t root;

	(void)state;
	open_world(&world);
	root = start(&world, child_then_word);
	allow(&world);
	hear(&world);
	list("/cgroup.procs", root, 0);
	seed_world(&world);
	burn_more(&world);
	sample(&world);
	assert_int_equal(world.tasks_count, 1);
	/* Nor is what it has waited for its own. */
	burn_more(&world);
	sample(&world);
	assert_true(total_ns(&world) < 19 * MS);
	kill_and_reap(root);
	end(&world);
}

static void a_folder_that_is_gone_holds_nobody(void **state)
{
	struct world world;
	pid_t pid;

	open_world(&world);
	pid = start_burning(&world);
	list("/cgroup.procs", pid, 0);
	seed_world(&world);
	assert_int_equal(world.tasks_count, 1);
	kill_and_reap(pid);
	(void)tear_down(state);
	sample(&world);
	assert_int_equal(world.tasks_count, 0);
	assert_true(has_ended(&world, pid));
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_is_there_counts_from_now_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_comes_in_counts_until_it_goes_out, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(child_of_one_inside_counts_from_its_birth_and_once,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(children_are_no_members_by_birth, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_folder_that_is_gone_holds_nobody, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
