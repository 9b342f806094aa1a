/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What denet_run() is asked to start, and in what. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "held.h"

/* What a script writes. */
static void read_output(struct denet_launch launch, const char *script, char *ret_text, size_t size)
{
	const struct denet_options options = new_options();
	struct denet_monitor *monitor;
	int ends[2];
	size_t len = 0;
	ssize_t n;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	launch.stdout_fd = ends[1];
	monitor = start_launch(&options, launch, script);
	(void)close(ends[1]);
	while (len + 1 < size && (n = read(ends[0], ret_text + len, size - len - 1)) > 0)
		len += (size_t)n;
	ret_text[len] = '\0';
	(void)close(ends[0]);
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	denet_monitor_free(monitor);
}

static void command_starts_in_what_it_was_given(void **state)
{
	char *const environment[] = { "WORD=said", "PATH=/usr/bin:/bin", NULL };
	struct denet_launch launch = new_launch();
	char text[128];

	(void)state;
	launch.environment = environment;
	launch.cwd = "/usr";
	read_output(launch, "pwd; echo $WORD; echo $HOME", text, sizeof(text));
	assert_string_equal(text, "/usr\nsaid\n\n");
}

static void command_leads_a_session_when_it_is_asked_to(void **state)
{
	struct denet_launch launch = new_launch();
	char text[128];

	(void)state;
	read_output(launch, "cut -d' ' -f6 /proc/$$/stat | grep -cx $$", text, sizeof(text));
	assert_string_equal(text, "0\n");
	launch.new_session = true;
	read_output(launch, "cut -d' ' -f6 /proc/$$/stat | grep -cx $$", text, sizeof(text));
	assert_string_equal(text, "1\n");
}

/* The command's stdout is our stderr, and the other way round. */
static void descriptors_may_change_places(void **state)
{
	const struct denet_options options = new_options();
	struct denet_launch launch = new_launch();
	int saved[2] = { dup(STDOUT_FILENO), dup(STDERR_FILENO) };
	struct denet_monitor *monitor;
	char texts[2][8] = { "", "" };
	int pipes[2][2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe2(pipes[i], O_CLOEXEC), 0);
		assert_true(dup2(pipes[i][1], STDOUT_FILENO + i) >= 0);
		(void)close(pipes[i][1]);
	}
	launch.stdout_fd = STDERR_FILENO;
	launch.stderr_fd = STDOUT_FILENO;
	monitor = start_launch(&options, launch, "printf out; printf err >&2");
	for (int i = 0; i < 2; i++) {
		assert_true(dup2(saved[i], STDOUT_FILENO + i) >= 0);
		(void)close(saved[i]);
		assert_true(read(pipes[i][0], texts[i], sizeof(texts[i]) - 1) >= 0);
		(void)close(pipes[i][0]);
	}
	assert_string_equal(texts[0], "err");
	assert_string_equal(texts[1], "out");
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	denet_monitor_free(monitor);
}

static void what_cannot_start_says_why(void **state)
{
	const struct denet_options options = new_options();
	struct denet_launch launch = new_launch();
	struct denet_monitor *monitor = NULL;
	char *argv[] = { "/no/such/program", NULL };
	struct denet_error error = { .size = sizeof(error) };

	(void)state;
	launch.argv = argv;
	assert_int_equal(denet_run(&options, NULL, &launch, &monitor, &error), -ENOENT);
	assert_int_equal(error.exec_errno, ENOENT);
	argv[0] = "/no/\nsuch";
	assert_int_equal(denet_run(&options, NULL, &launch, &monitor, &error), -ENOENT);
	assert_string_equal(error.text, "cannot execute '/no/?such': No such file or directory");
	launch.cwd = "/no/such/place";
	assert_int_equal(try_launch(&options, launch, "true", &error, &monitor), -ENOENT);
	assert_int_equal(error.exec_errno, 0);
	assert_string_equal(error.text, "cannot enter '/no/such/place': No such file or directory");
	launch = new_launch();
	launch.stderr_fd = 12345;
	assert_int_equal(try_launch(&options, launch, "true", &error, &monitor), -EBADF);
	assert_null(monitor);
}

static void younger_callers_of_a_command_are_told_so(void **state)
{
	struct {
		struct denet_launch launch;
		char new_field;
	} younger = { .launch = new_launch(), .new_field = 1 };
	const struct denet_options options = new_options();
	char *argv[] = { "true", NULL };
	struct denet_error error = { .size = sizeof(error) };
	struct denet_monitor *monitor = NULL;

	(void)state;
	younger.launch.argv = argv;
	younger.launch.size = sizeof(younger);
	assert_int_equal(denet_run(&options, NULL, &younger.launch, &monitor, &error), -E2BIG);
	assert_string_equal(error.text, "the caller is made for a younger libdenet");
	younger.launch.size = 0;
	assert_int_equal(denet_run(&options, NULL, &younger.launch, &monitor, &error), -EINVAL);
	assert_null(monitor);
}

/* The command is as the caller is, but for what its struct has room to say. */
static void older_callers_of_a_command_get_the_defaults(void **state)
{
	struct denet_launch launch = { .size = offsetof(struct denet_launch, environment) };
	const struct denet_options options = new_options();
	char *argv[] = { "true", NULL };
	struct denet_monitor *monitor = NULL;

	(void)state;
	launch.argv = argv;
	launch.cwd = "/no/such/place";
	assert_int_equal(denet_run(&options, NULL, &launch, &monitor, NULL), 0);
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	assert_int_equal(exit_code_of(monitor), 0);
	denet_monitor_free(monitor);
}

static void nothing_to_do_is_refused(void **state)
{
	const struct denet_options options = new_options();
	struct denet_launch launch = new_launch();
	struct denet_error error = { .size = sizeof(error) };
	struct denet_monitor *monitor = NULL;
	char *argv[] = { NULL, NULL };

	(void)state;
	assert_int_equal(denet_run(&options, NULL, NULL, &monitor, &error), -EINVAL);
	assert_string_equal(error.text, "no command");
	assert_int_equal(denet_run(&options, NULL, &launch, &monitor, &error), -EINVAL);
	launch.argv = argv;
	assert_int_equal(denet_run(&options, NULL, &launch, &monitor, &error), -EINVAL);
	argv[0] = "true";
	assert_int_equal(denet_run(NULL, NULL, &launch, &monitor, &error), -EINVAL);
	assert_string_equal(error.text, "no options");
	assert_int_equal(denet_attach(NULL, NULL, getppid(), &monitor, NULL), -EINVAL);
	assert_int_equal(denet_self(NULL, NULL, &monitor, NULL), -EINVAL);
	assert_null(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_starts_in_what_it_was_given),
		cmocka_unit_test(command_leads_a_session_when_it_is_asked_to),
		cmocka_unit_test(descriptors_may_change_places),
		cmocka_unit_test(what_cannot_start_says_why),
		cmocka_unit_test(younger_callers_of_a_command_are_told_so),
		cmocka_unit_test(older_callers_of_a_command_get_the_defaults),
		cmocka_unit_test(nothing_to_do_is_refused),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
