/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_runner.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"

static struct options sampled(void)
{
	struct options options = { .command = COMMAND_BENCH };

	options.monitor.size = sizeof(options.monitor);
	denet_options_init(&options.monitor);
	options.monitor.accounting = DENET_ACCOUNTING_PROC;
	return options;
}

/* Between two commands the terminal's Ctrl-C meets none that could end by it. */
static void a_signal_between_commands_lets_none_begin(void **state)
{
	char *const never[] = { (char *)"/nonexistent", NULL };
	struct options options = sampled();
	AUTO(bench_runner) struct bench_runner runner;
	struct denet_monitor *monitor = NULL;

	(void)state;
	/* What a shell's background ignores it hands on, and what is ignored stays so. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	assert_int_equal(bench_runner_open(&runner, &options), 0);
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(bench_runner_run(&runner, NULL, never, NULL, &monitor), -EINTR);
	assert_null(monitor);
	assert_int_equal(runner.ended_by, SIGINT);
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(bench_runner_run(&runner, NULL, never, NULL, &monitor), -EINTR);
	assert_int_equal(runner.ended_by, SIGTERM);
}

static void what_is_no_command_is_an_error(void **state)
{
	char *const none[] = { (char *)"/nonexistent", NULL };
	struct options options = sampled();
	AUTO(bench_runner) struct bench_runner runner;
	struct denet_monitor *monitor = NULL;

	(void)state;
	assert_int_equal(bench_runner_open(&runner, &options), 0);
	assert_true(bench_runner_run(&runner, NULL, none, NULL, &monitor) < 0);
	assert_null(monitor);
	assert_int_equal(runner.ended_by, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_between_commands_lets_none_begin),
		cmocka_unit_test(what_is_no_command_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
