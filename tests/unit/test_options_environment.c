/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <stdlib.h>

#include "parse_options.h"

/* What is set is taken back, so that no other test sees it. */
static const char *set_variables[8];

static void set_variable(const char *name, const char *value)
{
	size_t i = 0;

	while (set_variables[i])
		i++;
	assert_in_range(i, 0, sizeof(set_variables) / sizeof(char *) - 2);
	set_variables[i] = name;
	assert_int_equal(setenv(name, value, 1), 0);
}

static int forget_variables(void **state)
{
	(void)state;
	for (size_t i = 0; set_variables[i]; i++) {
		(void)unsetenv(set_variables[i]);
		set_variables[i] = NULL;
	}
	return 0;
}

static void the_environment_sets_what_was_not_given(void **state)
{
	struct options options;

	(void)state;
	set_variable("DENET_BPF_INTERVAL", "300");
	set_variable("DENET_BPF_PSS", "1");
	set_variable("DENET_BPF_WAIT_ALL", "no");
	set_variable("DENET_BPF_COMPAT", "denet");
	set_variable("DENET_BPF_CHILDREN", "");
	set_variable("DENET_BPF_FORMAT", "json");
	options = PARSE("run", "x");
	assert_int_equal(options.monitor.interval_ms, 300);
	assert_int_equal(options.monitor.max_interval_ms, 1000);
	assert_int_equal(options.monitor.children_max, 256);
	assert_true(options.monitor.pss && options.compat_denet);
	assert_false(options.monitor.wait_all);
	/* where it has no effect, it is no error */
	assert_int_equal(options.format, FORMAT_JSON);
	assert_false(PARSE("stats", "f").monitor.pss);
	assert_int_equal(PARSE("run", "-i", "40", "x").monitor.interval_ms, 40);
	assert_int_equal(PARSE("run", "-m", "50", "x").monitor.interval_ms, 50);
}

static void what_is_given_goes_before_the_environment(void **state)
{
	(void)state;
	set_variable("DENET_BPF_FORMAT", "csv");
	set_variable("DENET_BPF_QUIET", "1");
	set_variable("DENET_BPF_INTERVAL", "3000");
	assert_int_equal(PARSE("run", "-j", "x").format, FORMAT_CSV);
	assert_int_equal(PARSE("run", "-j", "--write-env", "x").format, FORMAT_JSONL);
	assert_true(PARSE("run", "x").quiet);
	assert_true(PARSE("run", "--live", "x").live);
	assert_false(PARSE("run", "--live", "x").quiet);
	assert_int_equal(PARSE("run", "x").monitor.max_interval_ms, 3000);
	assert_int_equal(PARSE("run", "-m", "200", "x").monitor.interval_ms, 200);
}

static void what_is_wrong_in_the_environment_is_named(void **state)
{
	(void)state;
	set_variable("DENET_BPF_INTERVAL", "soon");
	REFUSE("DENET_BPF_INTERVAL milliseconds 'soon'", "run", "x");
	(void)PARSE("run", "-i", "5", "x");
	(void)PARSE("stats", "f");
	(void)PARSE("--help");
	set_variable("DENET_BPF_INTERVAL", "3000");
	set_variable("DENET_BPF_MAX_INTERVAL", "2000");
	REFUSE("--interval --max-interval 2000 3000", "run", "x");
	set_variable("DENET_BPF_MAX_INTERVAL", "5000");
	set_variable("DENET_BPF_NO_POLLING", "maybe");
	REFUSE("DENET_BPF_NO_POLLING 1 0 'maybe'", "run", "x");
}

/* A program with rights of its own lets its caller choose these alone. */
static void variables_of_the_screen_are_known(void **state)
{
	const char *names[16];
	size_t count = options_screen_environment(names, 16);

	(void)state;
	assert_int_equal(count, 5);
	assert_string_equal(names[0], "DENET_BPF_LIVE");
	assert_string_equal(names[4], "DENET_BPF_COLOR");
	assert_int_equal(options_screen_environment(names, 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_environment_sets_what_was_not_given,
					  forget_variables),
		cmocka_unit_test_teardown(what_is_given_goes_before_the_environment,
					  forget_variables),
		cmocka_unit_test_teardown(what_is_wrong_in_the_environment_is_named,
					  forget_variables),
		cmocka_unit_test(variables_of_the_screen_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
