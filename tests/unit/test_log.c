/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static int pipe_ends[2];
static int real_stderr;

static int catch_stderr(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	return pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) || dup2(pipe_ends[1], STDERR_FILENO) < 0;
}

static int release_stderr(void **state)
{
	(void)state;
	return dup2(real_stderr, STDERR_FILENO) < 0 || close(real_stderr) || close(pipe_ends[0]) ||
	       close(pipe_ends[1]);
}

static void assert_logged(const char *expected)
{
	char text[512];
	ssize_t n = read(pipe_ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, expected);
}

static void errors_carry_their_reason_and_come_back(void **state)
{
	(void)state;
	assert_int_equal(log_error(-ENOENT, "cannot open '%s'", "x"), -ENOENT);
	assert_logged("denet-bpf: cannot open 'x': No such file or directory\n");
	assert_int_equal(log_error(0, "plain"), 0);
	assert_logged("denet-bpf: plain\n");
}

static void hostile_arguments_stay_on_one_harmless_line(void **state)
{
	(void)state;
	(void)log_error(0, "unknown '%s'", "a\nb\033[2J\xff");
	assert_logged("denet-bpf: unknown 'a?b?[2J\xef\xbf\xbd'\n");
}

static void warnings_can_be_silenced_but_errors_not(void **state)
{
	(void)state;
	log_warning("one");
	assert_logged("denet-bpf: one\n");
	log_silence();
	log_warning("two");
	(void)log_error(0, "three");
	assert_logged("denet-bpf: three\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(errors_carry_their_reason_and_come_back,
						catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(hostile_arguments_stay_on_one_harmless_line,
						catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(warnings_can_be_silenced_but_errors_not,
						catch_stderr, release_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
