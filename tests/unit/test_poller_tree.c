/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "poller_world.h"

static void child_that_we_had_before_is_no_orphan(void **state)
{
	struct world world = { 0 };
	pid_t stranger = fork();
	siginfo_t info;

	(void)state;
	assert_true(stranger >= 0);
	if (!stranger)
		_exit(0);
	await_end(stranger);
	begin(&world, two_children);
	await_end(world.root);
	sample(&world);
	assert_false(has_ended(&world, stranger));
	assert_int_equal(world.totals.processes_started, 0);
	assert_int_equal(waitid(P_PID, (id_t)stranger, &info, WEXITED), 0);
	(void)reap(world.root);
	end(&world);
}

static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&wanted,
		.set_tid_size = 1,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* An orphan of the command's under a pid that is free. */
static void orphan_under_a_pid(struct stage *stage)
{
	pid_t child;

	if (fork())
		return;
	child = fork_as((pid_t)stage->shared[0]);
	if (child) {
		stage->shared[0] = child > 0;
		if (child < 0)
			tell(stage);
		_exit(0);
	}
	while (getppid() != (pid_t)stage->shared[1])
		(void)sched_yield();
	tell(stage);
	await(stage);
}

/* A child that we had before ends, we wait for it, and an orphan of the command's gets its pid. */
static void pid_of_a_child_that_we_had_is_not_its_own_for_ever(void **state)
{
	struct world world = { 0 };
	pid_t stranger = fork();
	int is_skipped;

	(void)state;
	assert_true(stranger >= 0);
	if (!stranger)
		_exit(pause());
	begin_held(&world, orphan_under_a_pid);
	assert_int_equal(kill(stranger, SIGKILL), 0);
	wait_for_child(stranger);
	/* What is told of a birth has ticks: the next one has to be seen to be younger. */
	await_tick();
	world.stage.shared[0] = (uint64_t)stranger;
	world.stage.shared[1] = (uint64_t)getpid();
	allow(&world);
	hear(&world);
	is_skipped = !world.stage.shared[0];
	if (!is_skipped) {
		sample(&world);
		assert_true(is_seen(&world, stranger));
		allow(&world);
		wait_for_child(stranger);
	}
	(void)reap(world.root);
	end(&world);
	if (is_skipped)
		skip();
}

static void without_adoption_nobody_is_taken_from_us(void **state)
{
	const struct poller_options options = { .adopt_orphans = false };
	struct world world;
	siginfo_t info;
	pid_t other;
	int is_subreaper = 1;

	(void)state;
	begin_with(&world, &options, two_children);
	other = fork();
	assert_true(other >= 0);
	if (!other)
		_exit(0);
	await_end(other);
	await_end(world.root);
	sample(&world);
	assert_false(has_ended(&world, other));
	assert_int_equal(waitid(P_PID, (id_t)other, &info, WEXITED), 0);
	assert_int_equal(prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper), 0);
	assert_int_equal(is_subreaper, 0);
	(void)reap(world.root);
	end(&world);
}

static void nothing(struct stage *stage)
{
	(void)stage;
}

static void adoption_ends_as_it_was_found(void **state)
{
	struct world world;
	int was;

	(void)state;
	begin(&world, nothing);
	assert_int_equal(prctl(PR_GET_CHILD_SUBREAPER, &was), 0);
	assert_int_equal(was, 1);
	end(&world);
	assert_int_equal(prctl(PR_GET_CHILD_SUBREAPER, &was), 0);
	assert_int_equal(was, 0);
	(void)reap(world.root);
}

static void one_poller_adopts_at_a_time(void **state)
{
	const struct poller_options options = { .adopt_orphans = true };
	struct source *second;
	struct world world;
	int was;

	(void)state;
	begin(&world, nothing);
	open_poller(&options, &second);
	end(&world);
	source_close(second);
	assert_int_equal(prctl(PR_GET_CHILD_SUBREAPER, &was), 0);
	assert_int_equal(was, 0);
	(void)reap(world.root);
}

static void vanishing_child(struct stage *stage)
{
	pid_t pid = fork();

	if (!pid) {
		tell(stage);
		await(stage);
		_exit(9);
	}
	stage->shared[0] = (uint64_t)pid;
	wait_for_child(pid);
	tell(stage);
	await(stage);
}

/* Its status went to its parent. */
static void end_that_was_not_seen_is_not_known(void **state)
{
	struct world world;
	pid_t child;

	(void)state;
	begin(&world, vanishing_child);
	hear(&world);
	sample(&world);
	allow(&world);
	hear(&world);
	sample(&world);
	child = (pid_t)world.stage.shared[0];
	assert_int_equal(world.ends_count, 1);
	assert_true(has_ended(&world, child));
	assert_false(end_of(&world, child).flags & ACCOUNT_ENDED);
	assert_true(end_of(&world, child).flags & ACCOUNT_SAMPLED);
	assert_true(end_of(&world, child).exit_boot_ns);
	allow(&world);
	(void)reap(world.root);
	end(&world);
}

static void family(struct stage *stage)
{
	if (!fork()) {
		stage->shared[0] = (uint64_t)getpid();
		if (!fork()) {
			(void)prctl(PR_SET_NAME, "a) R (\n");
			stage->shared[1] = (uint64_t)getpid();
			tell(stage);
		}
		await(stage);
		_exit(0);
	}
	await(stage);
}

static void check_family(const struct poller_options *options)
{
	struct world world;
	struct task_sample root, child, grandchild;

	begin_with(&world, options, family);
	hear(&world);
	sample(&world);
	sample(&world);
	assert_int_equal(world.tasks_count, 3);
	assert_true(is_seen(&world, world.root));
	assert_true(is_seen(&world, (pid_t)world.stage.shared[0]));
	grandchild = task_of(&world, (pid_t)world.stage.shared[1]);
	child = task_of(&world, (pid_t)world.stage.shared[0]);
	root = task_of(&world, world.root);
	assert_int_equal(grandchild.parent_tgid, world.stage.shared[0]);
	assert_string_equal(grandchild.comm, "a) R (\n");
	assert_int_equal(grandchild.threads, 1);
	assert_int_equal(world.totals.processes_started, 2);
	assert_true(total_ns(&world) > 0 || options->no_clocks);
	assert_int_equal(kill((pid_t)world.stage.shared[1], SIGKILL), 0);
	assert_int_equal(kill((pid_t)world.stage.shared[0], SIGKILL), 0);
	assert_int_equal(kill(world.root, SIGKILL), 0);
	await_end(world.root);
	while (world.tasks_count || world.totals.processes_exited < 3)
		sample(&world);
	/* Whoever has them now, these have started them. */
	assert_int_equal(end_of(&world, world.root).parent_id, 0);
	assert_int_equal(end_of(&world, (pid_t)child.tgid).parent_id, root.id);
	assert_int_equal(end_of(&world, (pid_t)grandchild.tgid).parent_id, child.id);
	(void)reap(world.root);
	end(&world);
}

static void children_are_found_where_the_kernel_lists_them(void **state)
{
	const struct poller_options options = { .adopt_orphans = true };

	(void)state;
	check_family(&options);
}

static void children_are_found_where_the_kernel_does_not_list_them(void **state)
{
	const struct poller_options options = { .adopt_orphans = true, .no_children_files = true };

	(void)state;
	check_family(&options);
}

static void family_is_followed_where_there_are_no_clocks(void **state)
{
	const struct poller_options options = { .adopt_orphans = true, .no_clocks = true };

	(void)state;
	check_family(&options);
}

static int vforked(void *argument)
{
	struct stage *stage = argument;

	stage->shared[0] = (uint64_t)syscall(SYS_getpid);
	tell(stage);
	await(stage);
	_exit(0);
}

static void vfork_parent(struct stage *stage)
{
	static char stack[65536] __attribute__((aligned(16)));
	int pid = clone(vforked, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, stage);

	wait_for_child(pid);
}

static void check_vfork(bool no_kcmp)
{
	const struct poller_options options = { .adopt_orphans = true, .no_kcmp = no_kcmp };
	struct task_sample root, child;
	struct world world;

	begin_with(&world, &options, vfork_parent);
	hear(&world);
	sample(&world);
	root = task_of(&world, world.root);
	child = task_of(&world, (pid_t)world.stage.shared[0]);
	assert_true(root.mm && root.mm == child.mm);
	allow(&world);
	(void)reap(world.root);
	end(&world);
}

static void memory_that_vfork_shares_is_one(void **state)
{
	(void)state;
	check_vfork(false);
	check_vfork(true);
}

static void *thread_with_child(void *argument)
{
	struct stage *stage = argument;
	pid_t pid = fork();

	if (!pid) {
		await(stage);
		_exit(0);
	}
	stage->shared[0] = (uint64_t)pid;
	tell(stage);
	await(stage);
	wait_for_child(pid);
	return NULL;
}

static void threaded_parent(struct stage *stage)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_with_child, stage))
		_exit(1);
	(void)pthread_join(thread, NULL);
}

static void child_of_a_thread_is_found_and_threads_are_counted(void **state)
{
	struct world world;

	(void)state;
	begin(&world, threaded_parent);
	hear(&world);
	sample(&world);
	assert_int_equal(world.tasks_count, 2);
	assert_int_equal(task_of(&world, world.root).threads, 2);
	assert_true(is_seen(&world, (pid_t)world.stage.shared[0]));
	assert_int_equal(world.totals.threads_started, 1);
	allow(&world);
	allow(&world);
	await_end(world.root);
	drain(&world);
	assert_int_equal(end_of(&world, world.root).threads_total, 2);
	(void)reap(world.root);
	end(&world);
}

static void reuser(struct stage *stage)
{
	pid_t pid = fork(), again;

	if (!pid) {
		burn_ms(30);
		tell(stage);
		await(stage);
		_exit(0);
	}
	stage->shared[0] = (uint64_t)pid;
	wait_for_child(pid);
	again = fork_as(pid);
	if (!again) {
		burn_ms(5);
		tell(stage);
		await(stage);
		_exit(0);
	}
	if (again < 0) {
		stage->shared[1] = (uint64_t)errno;
		tell(stage);
		_exit(0);
	}
	wait_for_child(again);
}

static void pid_that_is_used_again_is_another_process(void **state)
{
	struct world world;
	uint64_t first_id, first_ns;
	pid_t pid;

	(void)state;
	begin(&world, reuser);
	hear(&world);
	sample(&world);
	pid = (pid_t)world.stage.shared[0];
	assert_true(is_seen(&world, pid));
	first_id = task_of(&world, pid).id;
	first_ns = total_ns(&world);
	allow(&world);
	hear(&world);
	if (world.stage.shared[1]) {
		print_message("a pid cannot be chosen here: %s\n",
			      strerror((int)world.stage.shared[1]));
		(void)reap(world.root);
		end(&world);
		skip();
	}
	sample(&world);
	assert_true(is_seen(&world, pid));
	assert_true(task_of(&world, pid).id != first_id);
	assert_int_equal(world.ends_count, 1);
	assert_int_equal(world.ends[0].id, first_id);
	assert_int_equal(world.totals.processes_started, 2);
	assert_true(total_ns(&world) >= first_ns);
	assert_true(total_ns(&world) < first_ns + 25 * MS);
	allow(&world);
	(void)reap(world.root);
	end(&world);
}

static void attach_to_nobody_fails(void **state)
{
	const struct poller_options options = { 0 };
	struct world world = { 0 };
	pid_t gone = fork();

	(void)state;
	if (!gone)
		_exit(0);
	(void)reap(gone);
	open_poller(&options, &world.source);
	assert_int_equal(seed(&world, gone, true), -ESRCH);
	source_close(world.source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_that_we_had_before_is_no_orphan),
		cmocka_unit_test(pid_of_a_child_that_we_had_is_not_its_own_for_ever),
		cmocka_unit_test(without_adoption_nobody_is_taken_from_us),
		cmocka_unit_test(adoption_ends_as_it_was_found),
		cmocka_unit_test(one_poller_adopts_at_a_time),
		cmocka_unit_test(end_that_was_not_seen_is_not_known),
		cmocka_unit_test(children_are_found_where_the_kernel_lists_them),
		cmocka_unit_test(children_are_found_where_the_kernel_does_not_list_them),
		cmocka_unit_test(family_is_followed_where_there_are_no_clocks),
		cmocka_unit_test(memory_that_vfork_shares_is_one),
		cmocka_unit_test(child_of_a_thread_is_found_and_threads_are_counted),
		cmocka_unit_test(pid_that_is_used_again_is_another_process),
		cmocka_unit_test(attach_to_nobody_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
