/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What processes hold, read from a /proc that the test makes. */
#include "engine/memory.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

#define PATH_BYTES 96
#define PAGES_A_MIB 256
#define MIB_KB 1024
#define SPACE 77

static char folder[] = "/tmp/denet-memory-XXXXXX";
static const struct procfs made = { .proc = folder, .sys = folder };

static void path_of(unsigned int pid, const char *name, char path[PATH_BYTES])
{
	assert_true(snprintf(path, PATH_BYTES, "%s/%u/%s", folder, pid, name) < PATH_BYTES);
}

static void put(unsigned int pid, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	path_of(pid, "", path);
	(void)mkdir(path, 0700);
	path_of(pid, name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void hold_mib(unsigned int pid, unsigned int mib)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%u %u 0 0 0 0 0\n", 2 * mib * PAGES_A_MIB,
		       mib * PAGES_A_MIB);
	put(pid, "statm", text);
}

static struct process process_of(unsigned int pid, uint64_t space)
{
	return (struct process){
		.id = pid, .slot = pid, .pid = pid, .mm = space, .mm_tid = pid, .is_running = true
	};
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "statm", "smaps_rollup", "" };
	char path[PATH_BYTES];

	(void)state;
	for (unsigned int pid = 1; pid < 8; pid++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			path_of(pid, names[i], path);
			(void)remove(path);
		}
	return rmdir(folder);
}

static void one_who_left_a_shared_space_does_not_stand_for_it(void **state)
{
	struct memory memory;
	struct process small = process_of(1, SPACE), large = process_of(2, SPACE),
		       smaller = process_of(3, SPACE);
	const struct holding *instead;

	(void)state;
	hold_mib(1, 1);
	hold_mib(2, 200);
	hold_mib(3, 2);
	memory_init(&memory, &made, false);
	memory_begin(&memory);
	assert_int_equal(memory_read(&memory, &small, 1)->rss_kb, 1 * MIB_KB);
	assert_true(memory_counts_for_space(&memory, &small, &instead));
	assert_null(instead);
	assert_int_equal(memory_read(&memory, &large, 1)->rss_kb, 200 * MIB_KB);
	assert_true(memory_counts_for_space(&memory, &large, &instead));
	assert_non_null(instead);
	assert_int_equal(instead->rss_kb, 1 * MIB_KB);
	assert_int_equal(memory_read(&memory, &smaller, 1)->rss_kb, 2 * MIB_KB);
	assert_false(memory_counts_for_space(&memory, &smaller, &instead));
	memory_done(&memory);
}

static void space_of_its_own_counts_and_none_does_not(void **state)
{
	struct memory memory;
	struct process one = process_of(1, SPACE), other = process_of(2, SPACE + 1),
		       none = process_of(3, 0);
	const struct holding *instead;

	(void)state;
	hold_mib(1, 2);
	hold_mib(2, 1);
	memory_init(&memory, &made, false);
	memory_begin(&memory);
	(void)memory_read(&memory, &one, 1);
	(void)memory_read(&memory, &other, 1);
	(void)memory_read(&memory, &none, 1);
	assert_true(memory_counts_for_space(&memory, &one, &instead));
	assert_true(memory_counts_for_space(&memory, &other, &instead));
	assert_null(instead);
	assert_false(memory_counts_for_space(&memory, &none, &instead));
	/* The next sample knows nothing of this one. */
	memory_begin(&memory);
	assert_true(memory_counts_for_space(&memory, &other, &instead));
	assert_null(instead);
	memory_done(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_who_left_a_shared_space_does_not_stand_for_it),
		cmocka_unit_test(space_of_its_own_counts_and_none_does_not),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
