/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What real jobs waited for, compared with what a person says of them. They were recorded once, by
 * tests/fixtures/waited/record: no answer depends on the machine that this runs on.
 */
#include "analysis_world.h"

struct job {
	struct denet_analysis *analysis;
	struct denet_waited waited;
};

static struct job open_job(const char *name)
{
	struct job job = { .waited.size = sizeof(job.waited) };
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/waited/%s.jsonl", FIXTURES, name);
	assert_int_equal(denet_analysis_open(path, &job.analysis, NULL), 0);
	assert_int_equal(denet_analysis_waited(job.analysis, &job.waited), 0);
	assert_null(job.waited.unknown);
	return job;
}

/* Segments adjoin, and add up to the wall time exactly. */
static void close_job(struct job *job)
{
	const struct denet_waited *waited = &job->waited;
	uint64_t at = 0;

	for (size_t i = 0; i < waited->segments_count; i++) {
		assert_int_equal(waited->segments[i].start_ns, at);
		assert_true(waited->segments[i].end_ns > at);
		at = waited->segments[i].end_ns;
	}
	assert_int_equal(at, waited->wall_ns);
	denet_analysis_free(job->analysis);
}

static unsigned int percent_of(const struct job *job, const char *comm)
{
	for (size_t i = 0; i < job->waited.programs_count; i++)
		if (strcmp(job->waited.programs[i].comm, comm) == 0)
			return (unsigned int)(100 * job->waited.programs[i].time_ns /
					      job->waited.wall_ns);
	return 0;
}

static void check_between(const struct job *job, const char *comm, unsigned int least,
			  unsigned int most)
{
	unsigned int percent = percent_of(job, comm);

	if (percent < least || percent > most)
		fail_msg("%s has %u %%, and not %u to %u", comm, percent, least, most);
}

static uint64_t waiting_percent(const struct job *job)
{
	return 100 * job->waited.waiting_ns / job->waited.wall_ns;
}

/* Of the one with 24 jobs on two CPUs every process waited for a CPU most of the time. */
static void a_build_waited_for_the_compiler(void **state)
{
	struct job job = open_job("make-2");

	(void)state;
	check_between(&job, "cc1", 75, 95);
	assert_in_range(waiting_percent(&job), 0, 3);
	close_job(&job);
	job = open_job("make-24");
	check_between(&job, "cc1", 75, 95);
	assert_true(job.waited.run_delay_ns > job.waited.wall_ns / 10);
	close_job(&job);
}

static void a_pipe_waited_for_who_sorts(void **state)
{
	struct job job = open_job("pipe");

	(void)state;
	check_between(&job, "sort", 95, 100);
	check_between(&job, "gzip", 0, 3);
	close_job(&job);
}

static void tests_beside_a_server_that_is_killed(void **state)
{
	struct job job = open_job("server");

	(void)state;
	check_between(&job, "sort", 60, 66);
	check_between(&job, "sleep", 31, 37);
	check_between(&job, "python3", 0, 3);
	close_job(&job);
}

static void tests_beside_a_server_that_ends_by_itself_when_told(void **state)
{
	struct job job = open_job("polite");

	(void)state;
	check_between(&job, "sort", 49, 53);
	check_between(&job, "sleep", 41, 45);
	check_between(&job, "python3", 1, 5);
	close_job(&job);
}

static void a_helper_at_the_end_of_a_pipe_has_no_part_in_it(void **state)
{
	struct job job = open_job("helper");

	(void)state;
	check_between(&job, "sleep", 85, 90);
	check_between(&job, "cat", 0, 1);
	assert_in_range(waiting_percent(&job), 85, 90);
	close_job(&job);
}

static void a_substitution_of_commands(void **state)
{
	struct job job = open_job("substitution");

	(void)state;
	check_between(&job, "sort", 42, 46);
	check_between(&job, "sleep", 51, 55);
	close_job(&job);
}

static void four_at_once(void **state)
{
	struct job job = open_job("xargs");

	(void)state;
	check_between(&job, "sleep", 97, 100);
	assert_in_range(job.waited.programs[0].segments_count, 2, 3);
	close_job(&job);
}

static void a_daemon_that_is_left_behind(void **state)
{
	struct job job = open_job("daemon");

	(void)state;
	check_between(&job, "sleep", 97, 100);
	for (size_t i = 0; i < job.waited.segments_count; i++)
		assert_true(job.waited.segments[i].end_ns - job.waited.segments[i].start_ns <
			    400 * NS_PER_MS);
	close_job(&job);
}

static void a_parent_that_works_beside_its_child(void **state)
{
	struct job job = open_job("parent");

	(void)state;
	check_between(&job, "python3", 42, 46);
	check_between(&job, "sleep", 54, 58);
	close_job(&job);
}

static void workers_that_live_as_long_as_the_tests(void **state)
{
	struct job job = open_job("pytest");
	uint64_t longest_ns = 0;

	(void)state;
	check_between(&job, "python", 98, 100);
	for (size_t i = 0; i < job.waited.segments_count; i++) {
		const struct denet_waited_segment *segment = &job.waited.segments[i];

		if (segment->end_ns - segment->start_ns > longest_ns)
			longest_ns = segment->end_ns - segment->start_ns;
	}
	assert_true(longest_ns > job.waited.wall_ns / 3);
	close_job(&job);
}

/*
 * A known limit: which of several sleeps it waited for, their ends do not tell. A person says the longest;
 * here a part of it goes to the others.
 */
static void idle_sleeps_beside_each_other(void **state)
{
	struct job job = open_job("beside");

	(void)state;
	check_between(&job, "sleep", 97, 100);
	assert_true(job.waited.segments_count > 3);
	close_job(&job);
}

static void a_command_that_ran_out_of_time(void **state)
{
	struct job job = open_job("timeout");

	(void)state;
	check_between(&job, "sleep", 97, 100);
	close_job(&job);
}

static void a_shell_that_becomes_its_last_command(void **state)
{
	struct job job = open_job("exec");

	(void)state;
	check_between(&job, "sleep", 97, 100);
	assert_string_equal(job.waited.segments[0].comm, "sh");
	assert_string_equal(job.waited.segments[job.waited.segments_count - 1].comm, "sleep");
	close_job(&job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_waited_for_the_compiler),
		cmocka_unit_test(a_pipe_waited_for_who_sorts),
		cmocka_unit_test(tests_beside_a_server_that_is_killed),
		cmocka_unit_test(tests_beside_a_server_that_ends_by_itself_when_told),
		cmocka_unit_test(a_helper_at_the_end_of_a_pipe_has_no_part_in_it),
		cmocka_unit_test(a_substitution_of_commands),
		cmocka_unit_test(four_at_once),
		cmocka_unit_test(a_daemon_that_is_left_behind),
		cmocka_unit_test(a_parent_that_works_beside_its_child),
		cmocka_unit_test(workers_that_live_as_long_as_the_tests),
		cmocka_unit_test(idle_sleeps_beside_each_other),
		cmocka_unit_test(a_command_that_ran_out_of_time),
		cmocka_unit_test(a_shell_that_becomes_its_last_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
