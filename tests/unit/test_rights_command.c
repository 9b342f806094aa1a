/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Launching with another user's rights, or another environment. */
#include "launch/launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "denet/denet.h"
#include "launch/setup.h"
#include "text_of.h"

static char *const echo_ran[] = { "/bin/echo", "ran", NULL };

/* What stands behind a key at the beginning of a line. */
static unsigned long long number_at(const char *text, const char *key, int base)
{
	const char *at = strstr(text, key);
	unsigned long long number = 0;

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(key), base == 16 ? "%llx" : "%llu", &number), 1);
	return number;
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* What the command says of itself as another user. */
static void run_as(const struct denet_user *user, char *ret_text)
{
	char *const argv[] = { "/bin/cat", "/proc/self/status", NULL };
	struct setup setup = SETUP_NONE;
	struct launch_changes changes = { .user = user };
	struct launch launch;
	int out[2], error = -1;

	make_pipe(out);
	setup.fds[1] = out[1];
	changes.setup = &setup;
	assert_int_equal(launch_hold(argv, &changes, &launch), 0);
	(void)close(out[1]);
	assert_int_equal(launch_await_user(&launch), 0);
	assert_int_equal(launch_release(&launch, &error), 0);
	assert_int_equal(error, 0);
	read_to_end(out[0], ret_text);
	assert_int_equal(status_of(launch.pid), 0);
}

static void command_has_the_ids_of_the_user_and_no_more(void **state)
{
	static const gid_t groups[] = { 70001, 70002 };
	const struct denet_user user = {
		.uid = 70000, .gid = 70001, .groups = groups, .groups_count = 2
	};
	char text[TEXT_MAX];

	(void)state;
	if (geteuid())
		skip();
	run_as(&user, text);
	assert_non_null(strstr(text, "\nUid:\t70000\t70000\t70000\t70000\n"));
	assert_non_null(strstr(text, "\nGid:\t70001\t70001\t70001\t70001\n"));
	assert_non_null(strstr(text, "\nGroups:\t70001 70002 \n"));
	assert_int_equal(number_at(text, "\nCapPrm:\t", 16), 0);
	assert_int_equal(number_at(text, "\nCapInh:\t", 16), 0);
	assert_int_equal(number_at(text, "\nCapAmb:\t", 16), 0);
	assert_int_equal(number_at(text, "\nNoNewPrivs:\t", 10), 0);
}

static void command_is_the_users_before_it_is_let_go(void **state)
{
	const struct denet_user user = { .uid = 70000, .gid = 70001 };
	struct launch_changes changes = { .user = &user };
	char text[TEXT_MAX];
	struct launch launch;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(launch_hold(echo_ran, &changes, &launch), 0);
	assert_int_equal(launch_await_user(&launch), 0);
	read_proc(launch.pid, "status", text);
	assert_non_null(strstr(text, "\nUid:\t70000\t70000\t70000\t70000\n"));
	launch_cancel(&launch);
}

static void command_never_runs_when_the_user_cannot_be_entered(void **state)
{
	/* More groups than the kernel takes. */
	const struct denet_user user = { .uid = 70000, .gid = 70001, .groups_count = 1u << 20 };
	struct setup setup = SETUP_NONE;
	struct launch_changes changes = { .user = &user };
	char text[TEXT_MAX];
	struct launch launch;
	int out[2], r;

	(void)state;
	make_pipe(out);
	setup.fds[1] = out[1];
	changes.setup = &setup;
	assert_int_equal(launch_hold(echo_ran, &changes, &launch), 0);
	(void)close(out[1]);
	r = launch_await_user(&launch);
	assert_int_equal(r, geteuid() ? -EPERM : -EINVAL);
	launch_cancel(&launch);
	read_to_end(out[0], text);
	assert_string_equal(text, "");
}

static void command_gets_the_environment_it_is_given(void **state)
{
	char *const argv[] = { "env", NULL };
	char *const environment[] = { "ONE=1", "TWO=2", NULL };
	struct setup setup = SETUP_NONE;
	struct launch_changes changes = { .environment = environment };
	char text[TEXT_MAX];
	struct launch launch;
	int out[2], error = -1;

	(void)state;
	make_pipe(out);
	setup.fds[1] = out[1];
	changes.setup = &setup;
	assert_int_equal(launch_hold(argv, &changes, &launch), 0);
	(void)close(out[1]);
	assert_int_equal(launch_release(&launch, &error), 0);
	assert_int_equal(error, 0);
	read_to_end(out[0], text);
	assert_string_equal(text, "ONE=1\nTWO=2\n");
	assert_int_equal(status_of(launch.pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_has_the_ids_of_the_user_and_no_more),
		cmocka_unit_test(command_is_the_users_before_it_is_let_go),
		cmocka_unit_test(command_never_runs_when_the_user_cannot_be_entered),
		cmocka_unit_test(command_gets_the_environment_it_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
