/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "poller_world.h"

/* Nobody was looked at while they lived. */
static void final_total_has_all_that_was_waited_for_and_no_more(void **state)
{
	struct world world;
	uint64_t truth_ns;

	(void)state;
	begin(&world, two_children);
	await_end(world.root);
	sample(&world);
	truth_ns = reap(world.root);
	assert_true(truth_ns >= 60 * MS);
	assert_in_range(total_ns(&world), truth_ns, truth_ns + 2000);
	assert_int_equal(world.tasks_count, 0);
	assert_int_equal(world.ends_count, 1);
	assert_true(world.ends[0].flags & ACCOUNT_ENDED);
	assert_true(world.ends[0].used.cpu_time_ns - world.before_ns >= 20 * MS);
	assert_true(world.ends[0].used.cpu_time_ns < 40 * MS);
	assert_int_equal(world.totals.processes_exited, 1);
	assert_int_equal(world.source->ops->unknown(world.source) & COUNTER_SWITCHES, 0);
	end(&world);
}

static void orphan_that_burns(struct stage *stage)
{
	if (fork())
		return;
	if (fork())
		_exit(0);
	while (getppid() != (pid_t)stage->shared[1])
		(void)sched_yield();
	stage->shared[0] = (uint64_t)getpid();
	tell(stage);
	await(stage);
	burn_ms(30);
	_exit(5);
}

static void orphan_is_adopted_counted_and_waited_for(void **state)
{
	struct world world;
	uint64_t root_ns, orphan_ns;
	pid_t orphan;

	(void)state;
	begin(&world, orphan_that_burns);
	world.stage.shared[1] = (uint64_t)getpid();
	hear(&world);
	orphan = (pid_t)world.stage.shared[0];
	await_end(world.root);
	sample(&world);
	assert_true(is_seen(&world, orphan));
	assert_int_equal(task_of(&world, orphan).parent_tgid, getpid());
	allow(&world);
	await_end(orphan);
	sample(&world);
	assert_false(is_seen(&world, orphan));
	assert_true(has_ended(&world, orphan));
	assert_int_equal(end_of(&world, orphan).exit_status, 5 << 8);
	assert_true(end_of(&world, orphan).flags & ACCOUNT_ENDED);
	orphan_ns = end_of(&world, orphan).used.cpu_time_ns;
	assert_true(orphan_ns >= 30 * MS);
	assert_int_equal(waitpid(orphan, NULL, WNOHANG), -1);
	sample(&world);
	root_ns = reap(world.root);
	assert_in_range(total_ns(&world), root_ns + orphan_ns - 2000,
			root_ns + orphan_ns + 20 * MS);
	end(&world);
}

#define SERIAL_CHILDREN 40
#define SERIAL_MS 25

/* One child after the other; shared[0]: all but the present one, shared[1]: the present one. */
static void serial_children(struct stage *stage)
{
	struct rusage usage;

	for (int i = 0; i < SERIAL_CHILDREN; i++) {
		pid_t pid = fork();

		while (!pid) {
			stage->shared[1] = own_cpu_ns();
			if (stage->shared[1] >= SERIAL_MS * MS)
				_exit(0);
		}
		wait_for_child(pid);
		(void)getrusage(RUSAGE_CHILDREN, &usage);
		stage->shared[0] =
			own_cpu_ns() +
			((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) *
				1000000000 +
			((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) *
				1000;
		stage->shared[1] = 0;
	}
}

/*
 * A look falls between a child's end and its parent's wait() again and again. What is counted twice
 * would be a child; what a process uses around its life in user space is far less.
 */
static void no_look_counts_a_child_twice(void **state)
{
	struct world world;
	uint64_t done_ns, present_ns;
	siginfo_t info = { 0 };

	(void)state;
	begin(&world, serial_children);
	while (!info.si_pid) {
		sample(&world);
		world.ends_count = 0;
		present_ns = world.stage.shared[1];
		done_ns = world.stage.shared[0];
		/* The present child may have been waited for between the two reads. */
		if (present_ns < SERIAL_MS * MS)
			present_ns =
				SERIAL_MS * MS > present_ns + MS ? present_ns + MS : SERIAL_MS * MS;
		assert_true(total_ns(&world) <= done_ns + present_ns + 15 * MS);
		assert_int_equal(
			waitid(P_PID, (id_t)world.root, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	}
	sample(&world);
	done_ns = reap(world.root);
	/* wait() may come before a child's last switch, and miss what it used until then. */
	assert_in_range(total_ns(&world), done_ns, done_ns + 10 * MS);
	end(&world);
}

/* Nobody ever waits: the kernel forgets each child with what it has used. */
static void careless_parent(struct stage *stage)
{
	pid_t pid;

	(void)signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid) {
		burn_ms(40);
		tell(stage);
		await(stage);
		_exit(0);
	}
	wait_for_child(pid);
	tell(stage);
	await(stage);
}

static void child_that_nobody_waits_for_stays_counted(void **state)
{
	struct world world;
	uint64_t seen_ns;

	(void)state;
	begin(&world, careless_parent);
	hear(&world);
	sample(&world);
	seen_ns = total_ns(&world);
	assert_true(seen_ns >= 40 * MS);
	allow(&world);
	hear(&world);
	sample(&world);
	assert_int_equal(world.tasks_count, 1);
	assert_true(total_ns(&world) >= seen_ns);
	allow(&world);
	await_end(world.root);
	sample(&world);
	assert_true(total_ns(&world) >= seen_ns);
	(void)reap(world.root);
	end(&world);
}

static void late_waiter(struct stage *stage)
{
	pid_t pid = fork();
	siginfo_t info;

	if (!pid) {
		burn_ms(30);
		_exit(7);
	}
	stage->shared[0] = (uint64_t)pid;
	(void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	tell(stage);
	await(stage);
	wait_for_child(pid);
	tell(stage);
	await(stage);
}

static void zombie_tells_its_end_once_and_is_counted_once(void **state)
{
	struct world world;
	uint64_t zombie_ns;
	pid_t child;

	(void)state;
	begin(&world, late_waiter);
	hear(&world);
	child = (pid_t)world.stage.shared[0];
	sample(&world);
	assert_false(is_seen(&world, child));
	assert_true(has_ended(&world, child));
	assert_true(end_of(&world, child).flags & ACCOUNT_ENDED);
	assert_int_equal(end_of(&world, child).exit_status, 7 << 8);
	zombie_ns = total_ns(&world);
	assert_true(zombie_ns >= 30 * MS);
	allow(&world);
	hear(&world);
	sample(&world);
	assert_int_equal(world.ends_count, 1);
	assert_int_equal(world.totals.processes_started, 1);
	assert_int_equal(world.totals.processes_exited, 1);
	assert_in_range(total_ns(&world), zombie_ns, zombie_ns + 15 * MS);
	allow(&world);
	(void)reap(world.root);
	end(&world);
}

static void ticks_do_where_there_are_no_clocks(void **state)
{
	const struct poller_options options = { .adopt_orphans = true, .no_clocks = true };
	struct world world;
	uint64_t truth_ns;

	(void)state;
	begin_with(&world, &options, two_children);
	await_end(world.root);
	sample(&world);
	truth_ns = reap(world.root);
	assert_in_range(total_ns(&world), truth_ns - 2000, truth_ns);
	end(&world);
}

static void write_zeros(size_t kib)
{
	static const char zeros[1024];
	int fd = open("/dev/null", O_WRONLY);

	while (kib--)
		if (write(fd, zeros, sizeof(zeros)) != (ssize_t)sizeof(zeros))
			_exit(1);
}

static void writers(struct stage *stage)
{
	pid_t pid;

	write_zeros(10);
	pid = fork();
	if (!pid) {
		write_zeros(1000);
		stage->shared[0] = 1;
		_exit(0);
	}
	wait_for_child(pid);
	tell(stage);
	await(stage);
}

/* The kernel adds a child's bytes to those of its parent when it is waited for. */
static void bytes_of_a_child_count_once_and_are_not_its_parents(void **state)
{
	struct world world;
	struct task_sample root;

	(void)state;
	begin(&world, writers);
	hear(&world);
	sample(&world);
	root = task_of(&world, world.root);
	assert_int_equal(root.flags >> SAMPLE_UNKNOWN_SHIFT & COUNTER_IO, 0);
	/* And the byte by which it told us. */
	assert_in_range(root.used.syscall_write_bytes, 10 * 1024, 10 * 1024 + 100);
	assert_in_range(root.used.syscall_write_bytes + world.totals.dead.syscall_write_bytes,
			1010 * 1024, 1010 * 1024 + 100);
	allow(&world);
	await_end(world.root);
	sample(&world);
	assert_in_range(world.totals.dead.syscall_write_bytes, 1010 * 1024, 1010 * 1024 + 100);
	assert_in_range(end_of(&world, world.root).used.syscall_write_bytes, 10 * 1024,
			10 * 1024 + 100);
	(void)reap(world.root);
	end(&world);
}

static void veteran(struct stage *stage)
{
	two_children(stage);
	if (!fork()) {
		burn_ms(20);
		tell(stage);
		await(stage);
		_exit(0);
	}
	await(stage);
	await(stage);
}

/* Attached to a tree that has used 80 ms, 40 of them in children that are gone. */
static void what_was_used_before_the_attach_is_not_counted(void **state)
{
	const struct poller_options options = { 0 };
	struct world world = { 0 };
	uint64_t before_ns = 0;

	(void)state;
	open_stage(&world.stage);
	open_poller(&options, &world.source);
	world.root = start(&world, veteran);
	allow(&world);
	hear(&world);
	assert_int_equal(seed(&world, world.root, true), 0);
	assert_int_equal(world.tasks_count, 2);
	for (size_t i = 0; i < world.tasks_count; i++)
		before_ns += world.tasks[i].used.cpu_time_ns;
	assert_true(before_ns >= 40 * MS);
	assert_true(before_ns < 70 * MS);
	sample(&world);
	assert_int_equal(world.totals.dead.cpu_time_ns, 0);
	assert_int_equal(world.totals.dead.page_faults_cached, 0);
	assert_in_range(total_ns(&world), before_ns, before_ns + 5 * MS);
	assert_int_equal(world.totals.processes_started, 0);
	allow(&world);
	allow(&world);
	allow(&world);
	await_end(world.root);
	sample(&world);
	assert_int_equal(waitpid(world.root, NULL, WNOHANG), world.root);
	end(&world);
}

static void big_child(struct stage *stage)
{
	pid_t pid = fork();

	(void)stage;
	if (!pid) {
		size_t size = 200u << 20;
		char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		_exit(memory == MAP_FAILED);
	}
	wait_for_child(pid);
}

static void peak_of_a_child_that_nobody_saw_is_known(void **state)
{
	struct world world;

	(void)state;
	begin(&world, big_child);
	await_end(world.root);
	sample(&world);
	assert_in_range(world.source->ops->peak_kb(world.source), 200 << 10, 400 << 10);
	/* It is a child's, not the root's. */
	assert_int_equal(end_of(&world, world.root).peak_pages, 0);
	(void)reap(world.root);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(final_total_has_all_that_was_waited_for_and_no_more),
		cmocka_unit_test(orphan_is_adopted_counted_and_waited_for),
		cmocka_unit_test(no_look_counts_a_child_twice),
		cmocka_unit_test(child_that_nobody_waits_for_stays_counted),
		cmocka_unit_test(zombie_tells_its_end_once_and_is_counted_once),
		cmocka_unit_test(ticks_do_where_there_are_no_clocks),
		cmocka_unit_test(bytes_of_a_child_count_once_and_are_not_its_parents),
		cmocka_unit_test(what_was_used_before_the_attach_is_not_counted),
		cmocka_unit_test(peak_of_a_child_that_nobody_saw_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
