/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <string.h>

static struct task_sample task_of(uint64_t id, uint32_t tid, uint64_t cpu_time_ns, uint32_t flags)
{
	return (struct task_sample){
		.id = id,
		.tid = tid,
		.tgid = (uint32_t)id,
		.used.cpu_time_ns = cpu_time_ns,
		.flags = flags,
	};
}

static void add(struct tree *tree, const struct task_sample *task)
{
	assert_int_equal(tree_add_task(tree, task), 0);
}

/* A whole walk over one process of one thread. */
static const struct process *walk_one(struct tree *tree, uint64_t cpu_time_ns)
{
	const struct task_sample task = task_of(1, 1, cpu_time_ns, SAMPLE_LEADER);

	tree_begin_walk(tree);
	add(tree, &task);
	tree_end_walk(tree);
	return tree_find(tree, 1);
}

static void check_order(const struct tree *tree, const uint64_t *ids, size_t count)
{
	const struct process *process, *older = NULL;
	size_t i = 0;

	for (process = tree->oldest; process; older = process, process = process->younger, i++) {
		assert_true(i < count);
		assert_int_equal(process->id, ids[i]);
		assert_ptr_equal(process->older, older);
		assert_ptr_equal(tree_find(tree, ids[i]), process);
	}
	assert_int_equal(i, count);
	assert_int_equal(tree->count, count);
	assert_ptr_equal(tree->youngest, older);
}

static void tree_knows_whom_it_has_entered(void **state)
{
	struct tree tree = { 0 };
	struct process *process;

	(void)state;
	assert_null(tree_find(&tree, 7));
	process = tree_enter(&tree, 7, 700);
	assert_non_null(process);
	assert_ptr_equal(tree_enter(&tree, 7, 700), process);
	assert_ptr_equal(tree_find(&tree, 7), process);
	assert_int_equal(tree.count, 1);
	assert_int_equal(process->pid, 700);
	tree_done(&tree);
	assert_int_equal(tree.count, 0);
}

static void tree_keeps_two_processes_of_one_pid_apart(void **state)
{
	struct tree tree = { 0 };
	struct process *first = tree_enter(&tree, 1, 500), *second = tree_enter(&tree, 2, 500);

	(void)state;
	assert_ptr_not_equal(first, second);
	tree_remove(&tree, first);
	assert_null(tree_find(&tree, 1));
	assert_ptr_equal(tree_find(&tree, 2), second);
	tree_done(&tree);
}

static void tree_keeps_its_order_by_age_whoever_goes(void **state)
{
	struct tree tree = { 0 };
	uint64_t id;

	(void)state;
	for (id = 1; id <= 5; id++)
		tree_enter(&tree, id, 1);
	check_order(&tree, (const uint64_t[]){ 1, 2, 3, 4, 5 }, 5);
	tree_remove(&tree, tree_find(&tree, 3));
	check_order(&tree, (const uint64_t[]){ 1, 2, 4, 5 }, 4);
	tree_remove(&tree, tree_find(&tree, 1));
	check_order(&tree, (const uint64_t[]){ 2, 4, 5 }, 3);
	tree_remove(&tree, tree_find(&tree, 5));
	check_order(&tree, (const uint64_t[]){ 2, 4 }, 2);
	tree_enter(&tree, 3, 1);
	check_order(&tree, (const uint64_t[]){ 2, 4, 3 }, 3);
	tree_remove(&tree, tree_find(&tree, 2));
	tree_remove(&tree, tree_find(&tree, 3));
	tree_remove(&tree, tree_find(&tree, 4));
	check_order(&tree, NULL, 0);
	tree_done(&tree);
}

/* Others keep what they know of a process under its slot: nobody may have another's. */
static void slots_are_few_and_nobody_has_anothers(void **state)
{
	struct tree tree = { 0 };
	bool is_taken[40] = { false };
	uint64_t id;

	(void)state;
	for (id = 1; id <= 40; id++) {
		const struct process *process = tree_enter(&tree, id, 1);

		assert_true(process->slot < 40);
		assert_false(is_taken[process->slot]);
		is_taken[process->slot] = true;
	}
	for (id = 1; id <= 40; id += 2) {
		is_taken[tree_find(&tree, id)->slot] = false;
		tree_remove(&tree, tree_find(&tree, id));
	}
	for (id = 41; id <= 60; id++) {
		const struct process *process = tree_enter(&tree, id, 1);

		assert_true(process->slot < 40);
		assert_false(is_taken[process->slot]);
		is_taken[process->slot] = true;
	}
	assert_int_equal(tree.slots_count, 40);
	tree_done(&tree);
}

static void tree_lets_go_of_what_a_removed_process_held(void **state)
{
	struct tree tree = { 0 };
	struct process *process = tree_enter(&tree, 1, 1);
	struct command *command = command_add(&tree.commands, 9, "a", 2, false, NULL, 0);

	(void)state;
	tree_set_command(&tree, process, command);
	tree_remove(&tree, process);
	assert_int_equal(command->references, 0);
	assert_int_equal(tree.commands.unused_count, 1);
	tree_done(&tree);
}

static void process_drops_its_command_for_the_next_one(void **state)
{
	struct tree tree = { 0 };
	struct process *process = tree_enter(&tree, 1, 1);
	struct command *first = command_add(&tree.commands, 8, "a", 2, false, NULL, 0);
	struct command *second = command_add(&tree.commands, 9, "b", 2, false, NULL, 0);

	(void)state;
	tree_set_command(&tree, process, first);
	tree_set_command(&tree, process, second);
	assert_ptr_equal(process->command, second);
	assert_int_equal(first->references, 0);
	assert_int_equal(second->references, 1);
	tree_set_command(&tree, process, NULL);
	assert_null(process->command);
	assert_int_equal(second->references, 0);
	tree_done(&tree);
}

static void walk_adds_up_the_threads_of_a_process(void **state)
{
	struct tree tree = { 0 };
	const struct task_sample tasks[] = {
		task_of(1, 1, 100, SAMPLE_LEADER),
		task_of(1, 2, 20, 0),
		task_of(5, 5, 7000, SAMPLE_LEADER | SAMPLE_EXITING),
		task_of(1, 3, 3, SAMPLE_RUNNING),
	};
	const struct process *process;
	size_t i;

	(void)state;
	tree_begin_walk(&tree);
	for (i = 0; i < 4; i++)
		add(&tree, &tasks[i]);
	tree_end_walk(&tree);
	process = tree_find(&tree, 1);
	assert_int_equal(process->used.cpu_time_ns, 123);
	assert_int_equal(process->threads, 3);
	assert_true(process->is_running);
	assert_true(process->is_leader_alive);
	assert_false(process->is_exiting);
	process = tree_find(&tree, 5);
	assert_int_equal(process->used.cpu_time_ns, 7000);
	assert_int_equal(process->threads, 1);
	assert_false(process->is_running);
	assert_true(process->is_exiting);
	assert_int_equal(tree.live.cpu_time_ns, 7123);
	assert_int_equal(tree.tasks_seen, 4);
	assert_int_equal(tree.exiting_seen, 1);
	tree_done(&tree);
}

static void walk_takes_a_whole_process_with_all_its_threads(void **state)
{
	struct task_sample task = task_of(1, 1, 50,
					  SAMPLE_LEADER | SAMPLE_PROCESS | SAMPLE_DEAD |
						  COUNTER_IO << SAMPLE_UNKNOWN_SHIFT);
	const struct process *process;
	struct tree tree = { 0 };

	(void)state;
	task.threads = 3;
	tree_begin_walk(&tree);
	add(&tree, &task);
	tree_end_walk(&tree);
	process = tree_find(&tree, 1);
	assert_int_equal(process->threads, 3);
	assert_int_equal(process->used.cpu_time_ns, 50);
	assert_int_equal(tree.live.cpu_time_ns, 50);
	assert_int_equal(process->unknown, COUNTER_IO);
	/* Only its main thread has ended. */
	assert_false(process->is_leader_alive);
	assert_true(process_is_alive(&tree, process));
	assert_int_equal(walk_one(&tree, 60)->unknown, 0);
	tree_done(&tree);
}

static void walk_notes_of_a_leader_what_only_it_tells(void **state)
{
	struct tree tree = { 0 };
	struct task_sample leader = task_of(1, 1, 0, SAMPLE_LEADER);
	struct task_sample thread = task_of(1, 2, 0, 0);
	const struct process *process;

	(void)state;
	leader.parent_tgid = 40;
	leader.parent_id = 4;
	leader.start_boot_ns = 50;
	leader.mm = 60;
	leader.cpu = 3;
	memcpy(leader.comm, "sixteen-bytes-AB", DENET_COMM_LEN);
	memcpy(thread.comm, "worker", 7);
	thread.cpu = 1;
	thread.parent_tgid = 41;
	thread.parent_id = 5;
	tree_begin_walk(&tree);
	add(&tree, &leader);
	add(&tree, &thread);
	tree_end_walk(&tree);
	process = tree_find(&tree, 1);
	assert_string_equal(process->comm, "sixteen-bytes-AB");
	assert_int_equal(process->ppid, 40);
	assert_int_equal(process->start_boot_ns, 50);
	assert_int_equal(process->mm, 60);
	assert_int_equal(process->cpu, 3);
	assert_int_equal(process->parent_id, 4);
	/* Who has shown it once need not do so again. */
	leader.parent_id = 0;
	tree_begin_walk(&tree);
	add(&tree, &leader);
	tree_end_walk(&tree);
	assert_int_equal(process->parent_id, 4);
	tree_done(&tree);
}

static void walk_gives_a_process_the_command_of_its_parent_once(void **state)
{
	struct tree tree = { 0 };
	struct command *first = command_add(&tree.commands, 8, "a", 2, false, NULL, 0);
	struct command *second = command_add(&tree.commands, 9, "b", 2, false, NULL, 0);
	struct task_sample task = task_of(1, 1, 0, SAMPLE_LEADER);
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		task.command_id = i ? second->id : first->id;
		tree_begin_walk(&tree);
		add(&tree, &task);
		tree_end_walk(&tree);
	}
	assert_ptr_equal(tree_find(&tree, 1)->command, first);
	assert_int_equal(first->references, 2);
	assert_int_equal(second->references, 1);
	tree_done(&tree);
}

static void walk_does_not_count_a_dead_leader_twice(void **state)
{
	struct tree tree = { 0 };
	struct task_sample leader =
		task_of(1, 1, 500, SAMPLE_LEADER | SAMPLE_DEAD | SAMPLE_EXITING);
	const struct task_sample ended = task_of(1, 1, 530, SAMPLE_ENDED_THREADS);
	const struct task_sample thread = task_of(1, 2, 4, SAMPLE_RUNNING);
	const struct process *process;

	(void)state;
	memcpy(leader.comm, "gone", 5);
	tree_begin_walk(&tree);
	add(&tree, &leader);
	add(&tree, &ended);
	add(&tree, &thread);
	tree_end_walk(&tree);
	process = tree_find(&tree, 1);
	assert_string_equal(process->comm, "gone");
	assert_false(process->is_leader_alive);
	assert_int_equal(process->used.cpu_time_ns, 534);
	assert_int_equal(process->threads, 1);
	assert_int_equal(tree.live.cpu_time_ns, 4);
	assert_int_equal(tree.tasks_seen, 1);
	assert_int_equal(tree.exiting_seen, 0);
	tree_done(&tree);
}

static void walk_counts_ended_threads_for_the_process_and_not_for_the_living(void **state)
{
	struct tree tree = { 0 };
	const struct task_sample leader = task_of(1, 1, 10, SAMPLE_LEADER);
	const struct task_sample ended =
		task_of(1, 1, 1000, SAMPLE_ENDED_THREADS | SAMPLE_RUNNING | SAMPLE_EXITING);
	const struct process *process;

	(void)state;
	tree_begin_walk(&tree);
	add(&tree, &ended);
	add(&tree, &leader);
	tree_end_walk(&tree);
	process = tree_find(&tree, 1);
	assert_int_equal(process->used.cpu_time_ns, 1010);
	assert_int_equal(process->threads, 1);
	assert_false(process->is_running);
	assert_int_equal(tree.live.cpu_time_ns, 10);
	assert_int_equal(tree.tasks_seen, 1);
	assert_int_equal(tree.exiting_seen, 0);
	tree_done(&tree);
}

static void process_that_a_walk_did_not_meet_is_not_alive_but_keeps_its_use(void **state)
{
	struct tree tree = { 0 };
	const struct task_sample other = task_of(2, 2, 1, SAMPLE_LEADER);
	const struct process *process = walk_one(&tree, 90);

	(void)state;
	assert_true(process_is_alive(&tree, process));
	tree_begin_walk(&tree);
	add(&tree, &other);
	tree_end_walk(&tree);
	assert_false(process_is_alive(&tree, process));
	assert_true(process_is_alive(&tree, tree_find(&tree, 2)));
	assert_int_equal(process->used.cpu_time_ns, 90);
	assert_int_equal(tree.live.cpu_time_ns, 1);
	assert_true(process_is_alive(&tree, walk_one(&tree, 91)));
	assert_int_equal(process->used.cpu_time_ns, 91);
	tree_done(&tree);
}

static void walk_that_is_begun_anew_forgets(void **state)
{
	struct tree tree = { 0 };
	const struct task_sample leader =
		task_of(1, 1, 60, SAMPLE_LEADER | SAMPLE_RUNNING | SAMPLE_EXITING);
	const struct task_sample thread = task_of(1, 2, 7, 0);
	const struct process *process;

	(void)state;
	tree_begin_walk(&tree);
	add(&tree, &leader);
	add(&tree, &thread);
	process = walk_one(&tree, 65);
	assert_int_equal(process->used.cpu_time_ns, 65);
	assert_int_equal(process->threads, 1);
	assert_false(process->is_running);
	assert_false(process->is_exiting);
	assert_int_equal(tree.live.cpu_time_ns, 65);
	assert_int_equal(tree.tasks_seen, 1);
	assert_int_equal(tree.exiting_seen, 0);
	tree_done(&tree);
}

static void use_of_a_process_never_falls_at_a_later_walk(void **state)
{
	struct tree tree = { 0 };
	struct task_sample task = task_of(1, 1, 100, SAMPLE_LEADER);

	(void)state;
	task.used.syscall_read_bytes = 5;
	tree_begin_walk(&tree);
	add(&tree, &task);
	tree_end_walk(&tree);
	task.used.cpu_time_ns = 80;
	task.used.syscall_read_bytes = 6;
	tree_begin_walk(&tree);
	add(&tree, &task);
	tree_end_walk(&tree);
	assert_int_equal(tree_find(&tree, 1)->used.cpu_time_ns, 100);
	assert_int_equal(tree_find(&tree, 1)->used.syscall_read_bytes, 6);
	assert_int_equal(walk_one(&tree, 101)->used.cpu_time_ns, 101);
	tree_done(&tree);
}

static void use_before_the_monitor_is_subtracted_at_each_walk(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	tree_enter(&tree, 1, 1)->before.cpu_time_ns = 1000;
	assert_int_equal(walk_one(&tree, 1000)->used.cpu_time_ns, 0);
	assert_int_equal(walk_one(&tree, 1030)->used.cpu_time_ns, 30);
	assert_int_equal(walk_one(&tree, 1070)->used.cpu_time_ns, 70);
	/* Who walks in a storm may miss threads that an older walk has met. */
	assert_int_equal(walk_one(&tree, 995)->used.cpu_time_ns, 70);
	assert_int_equal(tree.live.cpu_time_ns, 995);
	tree_done(&tree);
}

static void use_below_what_was_before_the_monitor_is_nothing(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	tree_enter(&tree, 1, 1)->before.cpu_time_ns = 1000;
	assert_int_equal(walk_one(&tree, 999)->used.cpu_time_ns, 0);
	assert_int_equal(walk_one(&tree, 1001)->used.cpu_time_ns, 1);
	tree_done(&tree);
}

static void walk_keeps_what_is_not_charged_yet_apart(void **state)
{
	struct tree tree = { 0 };
	struct task_sample first = task_of(1, 1, 1000, SAMPLE_LEADER | SAMPLE_RUNNING);
	struct task_sample second = task_of(1, 2, 500, SAMPLE_RUNNING);

	(void)state;
	first.slice_ns = 30;
	second.slice_ns = 4;
	tree_begin_walk(&tree);
	add(&tree, &first);
	add(&tree, &second);
	tree_end_walk(&tree);
	assert_int_equal(tree.live.cpu_time_ns, 1500);
	assert_int_equal(tree.slice_ns, 34);
	assert_int_equal(tree_find(&tree, 1)->used.cpu_time_ns, 1500);
	assert_int_equal(tree_find(&tree, 1)->slice_ns, 34);
	assert_int_equal(walk_one(&tree, 1040)->slice_ns, 0);
	assert_int_equal(tree.slice_ns, 0);
	tree_done(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_knows_whom_it_has_entered),
		cmocka_unit_test(tree_keeps_two_processes_of_one_pid_apart),
		cmocka_unit_test(tree_keeps_its_order_by_age_whoever_goes),
		cmocka_unit_test(slots_are_few_and_nobody_has_anothers),
		cmocka_unit_test(tree_lets_go_of_what_a_removed_process_held),
		cmocka_unit_test(process_drops_its_command_for_the_next_one),
		cmocka_unit_test(walk_adds_up_the_threads_of_a_process),
		cmocka_unit_test(walk_takes_a_whole_process_with_all_its_threads),
		cmocka_unit_test(walk_notes_of_a_leader_what_only_it_tells),
		cmocka_unit_test(walk_gives_a_process_the_command_of_its_parent_once),
		cmocka_unit_test(walk_does_not_count_a_dead_leader_twice),
		cmocka_unit_test(walk_counts_ended_threads_for_the_process_and_not_for_the_living),
		cmocka_unit_test(process_that_a_walk_did_not_meet_is_not_alive_but_keeps_its_use),
		cmocka_unit_test(walk_that_is_begun_anew_forgets),
		cmocka_unit_test(use_of_a_process_never_falls_at_a_later_walk),
		cmocka_unit_test(use_before_the_monitor_is_subtracted_at_each_walk),
		cmocka_unit_test(use_below_what_was_before_the_monitor_is_nothing),
		cmocka_unit_test(walk_keeps_what_is_not_charged_yet_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
