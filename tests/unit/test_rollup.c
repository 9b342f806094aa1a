/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/rollup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void rollup_gives_pss_and_not_its_parts(void **state)
{
	uint64_t kb = 7;

	(void)state;
	assert_int_equal(rollup_read_pss(&fixture, 100, &kb), 0);
	assert_int_equal(kb, 7316);
}

static void rollup_knows_nothing_without_an_address_space(void **state)
{
	uint64_t kb = 7;

	(void)state;
	assert_int_equal(rollup_read_pss(&fixture, 102, &kb), -ENODATA);
	assert_int_equal(rollup_read_pss(&fixture, 99999, &kb), -ESRCH);
	assert_int_equal(kb, 7);
}

static void rollup_reads_our_own(void **state)
{
	uint64_t kb = 0;

	(void)state;
	assert_int_equal(rollup_read_pss(procfs_host(), getpid(), &kb), 0);
	assert_true(kb > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rollup_gives_pss_and_not_its_parts),
		cmocka_unit_test(rollup_knows_nothing_without_an_address_space),
		cmocka_unit_test(rollup_reads_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
