/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/numbered.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/cleanup.h"

/* More than the process ids of a machine that keeps to the old default, and than a round number. */
#define MANY 70000u

static char root[] = "/tmp/denet-test-XXXXXX";

static void name_of(unsigned int number, char *name, size_t size)
{
	(void)snprintf(name, size, "%s/many/p%u", root, number);
}

/* Links to one file: they cost the folder an entry each and nothing else. */
static int make_many(void **state)
{
	char name[64], first[64];

	(void)state;
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(name, sizeof(name), "%s/many", root);
	if (mkdir(name, 0700))
		return -1;
	name_of(0, first, sizeof(first));
	if (symlink("x", first))
		return -1;
	for (unsigned int i = 1; i < MANY; i++) {
		name_of(i, name, sizeof(name));
		if (link(first, name) && symlink("x", name))
			return -1;
	}
	return 0;
}

static int remove_many(void **state)
{
	char name[64];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		name_of(i, name, sizeof(name));
		(void)unlink(name);
	}
	(void)snprintf(name, sizeof(name), "%s/many", root);
	return rmdir(name) || rmdir(root);
}

static void every_number_is_listed_in_order(void **state)
{
	AUTO_FREE uint32_t *numbers = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(numbered_list(root, "many", "p", &numbers, &count), 0);
	assert_int_equal(count, MANY);
	for (unsigned int i = 0; i < MANY; i++)
		assert_int_equal(numbers[i], i);
}

static void other_names_are_passed_over(void **state)
{
	AUTO_FREE uint32_t *numbers = NULL, *none = NULL;
	size_t count = 9;

	(void)state;
	assert_int_equal(numbered_list(root, "many", "q", &numbers, &count), 0);
	assert_int_equal(count, 0);
	count = 9;
	assert_int_equal(numbered_list(root, "absent", "p", &none, &count), 0);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_is_listed_in_order),
		cmocka_unit_test(other_names_are_passed_over),
	};

	return cmocka_run_group_tests(tests, make_many, remove_many);
}
