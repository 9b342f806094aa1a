/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/facts.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

#define JOB_OF(text) facts_find_job(text, sizeof(text) - 1)

static void assert_job(char *job, const char *expected)
{
	AUTO_FREE char *owned = job;

	if (expected)
		assert_string_equal(owned, expected);
	else
		assert_null(owned);
}

static void a_job_is_what_its_system_calls_it(void **state)
{
	(void)state;
	assert_job(JOB_OF("A=1\0SLURM_JOB_ID=4711\0SLURM_STEP_ID=2\0"), "4711.2");
	assert_job(JOB_OF("SLURM_STEP_ID=2\0SLURM_JOB_ID=4711\0"), "4711.2");
	assert_job(JOB_OF("SLURM_JOB_ID=4711\0"), "4711");
	assert_job(JOB_OF("CI_JOB_ID=7\0GITHUB_RUN_ID=\0"), "7");
	assert_job(JOB_OF("GITHUB_RUN_ID=99\0"), "99");
	assert_job(JOB_OF("PBS_JOBID=1.server\0"), "1.server");
	assert_job(JOB_OF("LSB_JOBID=5\0"), "5");
}

static void without_such_a_variable_there_is_no_job(void **state)
{
	(void)state;
	assert_job(JOB_OF(""), NULL);
	assert_job(JOB_OF("XSLURM_JOB_ID=1\0SLURM_JOB_IDX=1\0SLURM_JOB_ID\0PBS_JOBID=\0"), NULL);
	/* What is cut might be another's. */
	assert_job(JOB_OF("PBS_JOBID=12"), NULL);
}

static void a_launch_is_told_as_it_will_be(void **state)
{
	static char variable[] = "PBS_JOBID=8";
	char *const environment[] = { variable, NULL };
	const struct denet_user user = { .uid = 4000000 };
	const struct denet_launch launch = { .environment = environment,
					     .cwd = "/usr/../tmp",
					     .user = &user };
	char host[HOST_NAME_MAX + 1] = "";
	struct facts facts;

	(void)state;
	facts_of_launch(&facts, &launch, "a label");
	assert_string_equal(facts.cwd, "/tmp");
	assert_string_equal(facts.user, "#4000000");
	assert_string_equal(facts.job, "8");
	assert_string_equal(facts.label, "a label");
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	assert_string_equal(facts.host, host);
	facts_done(&facts);
}

static void a_process_is_told_as_it_is(void **state)
{
	char cwd[PATH_MAX] = "";
	struct facts facts;

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	facts_of_process(&facts, procfs_host(), getpid(), NULL);
	assert_string_equal(facts.cwd, cwd);
	assert_non_null(facts.user);
	assert_null(facts.label);
	facts_done(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_what_its_system_calls_it),
		cmocka_unit_test(without_such_a_variable_there_is_no_job),
		cmocka_unit_test(a_launch_is_told_as_it_will_be),
		cmocka_unit_test(a_process_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
