/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/signal_mask.h"

/* Of what the kernel has: glibc keeps 32 and 33 to itself, musl 34 as well. */
static uint64_t blocked(void)
{
	FILE *file = fopen("/proc/thread-self/status", "re");
	uint64_t mask = 0;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "SigBlk:", 7) == 0)
			mask = strtoull(line + 7, NULL, 16);
	(void)fclose(file);
	return mask;
}

static void a_mask_comes_back_to_the_last_bit(void **state)
{
	const uint64_t reserved = (uint64_t)7 << 31;
	sigset_t theirs, set, found;

	(void)state;
	assert_int_equal(sigemptyset(&theirs), 0);
	memcpy(&theirs, &reserved, sizeof(reserved));
	assert_int_equal(signal_mask_change(SIG_BLOCK, &theirs, NULL), 0);
	assert_true((blocked() & reserved) == reserved);

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	assert_int_equal(signal_mask_change(SIG_BLOCK, &set, &found), 0);
	assert_false(sigismember(&found, SIGTERM));
	assert_int_equal(signal_mask_change(SIG_SETMASK, &set, NULL), 0);
	assert_true(blocked() == (uint64_t)1 << (SIGTERM - 1));
	assert_int_equal(signal_mask_change(SIG_SETMASK, &found, NULL), 0);
	assert_true(blocked() == reserved);
	assert_int_equal(signal_mask_change(SIG_UNBLOCK, &theirs, NULL), 0);
	assert_true(blocked() == 0);
}

static void what_is_no_way_to_change_one_is_refused(void **state)
{
	sigset_t set;

	(void)state;
	(void)sigemptyset(&set);
	assert_int_equal(signal_mask_change(12345, &set, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mask_comes_back_to_the_last_bit),
		cmocka_unit_test(what_is_no_way_to_change_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
