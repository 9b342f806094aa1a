/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/pressure.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };
static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };

static void pressure_takes_both_figures_and_skips_unknown_kinds(void **state)
{
	AUTO_FD int fd = pressure_open(&fixture);
	struct pressure pressure;

	(void)state;
	assert_int_equal(pressure_read(fd, &pressure), 0);
	assert_true(pressure.some_avg10 == 12.34);
	assert_true(pressure.full_avg10 == 0.5);
	assert_int_equal(pressure.some_total_us, 123456);
	assert_int_equal(pressure.full_total_us, 65432);
}

static void pressure_needs_the_first_figure(void **state)
{
	static const char *const bad[] = {
		"",
		"full avg10=1.00 avg60=0.00\n",
		"some avg10=\nfull avg10=1.00\n",
		"some avg10=-1.00\nfull avg10=1.00\n",
		"some avg10=99999999999999999999\nfull avg10=1.00\n",
		"someavg10=1.00\nfull avg10=1.00\n",
	};
	struct pressure pressure = { 7, 7, 7, 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pressure_parse(bad[i], strlen(bad[i]), &pressure), -ENODATA);
	assert_true(pressure.some_avg10 == 7 && pressure.full_avg10 == 7);
}

static void pressure_of_a_cpu_has_no_full_on_older_kernels(void **state)
{
	static const char *const some[] = {
		"some avg10=1.50 avg60=0.00 avg300=0.00 total=42\n",
		"some avg10=1.50 avg60=0.00 avg300=0.00 total=42\nfull avg60=1.00\n",
	};
	struct pressure pressure;

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		assert_int_equal(pressure_parse(some[i], strlen(some[i]), &pressure), 0);
		assert_true(pressure.some_avg10 == 1.5 && isnan(pressure.full_avg10));
		assert_int_equal(pressure.some_total_us, 42);
		assert_true(pressure.full_total_us == UINT64_MAX);
	}
}

static void pressure_is_absent_on_a_kernel_without_it(void **state)
{
	(void)state;
	assert_int_equal(pressure_open(&nowhere), -ENOENT);
}

static void pressure_of_this_machine_is_a_percentage(void **state)
{
	AUTO_FD int fd = pressure_open(procfs_host());
	struct pressure pressure;
	int err;

	(void)state;
	if (fd < 0)
		skip();
	for (int i = 0; i < 2; i++) {
		err = pressure_read(fd, &pressure);
		if (err == -EOPNOTSUPP)
			skip();
		assert_int_equal(err, 0);
		assert_true(pressure.some_avg10 >= 0 && pressure.some_avg10 <= 100);
		assert_true(pressure.full_avg10 >= 0 && pressure.full_avg10 <= 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pressure_takes_both_figures_and_skips_unknown_kinds),
		cmocka_unit_test(pressure_needs_the_first_figure),
		cmocka_unit_test(pressure_of_a_cpu_has_no_full_on_older_kernels),
		cmocka_unit_test(pressure_is_absent_on_a_kernel_without_it),
		cmocka_unit_test(pressure_of_this_machine_is_a_percentage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
