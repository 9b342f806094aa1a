/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A ring of looks, of the machine and of groups that come and go. */
#include "host/history.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "metrics/keys.h"
#include "procfs/procfs.h"
#include "util/units.h"

#define PATH_BYTES 256

static char folder[] = "/tmp/denet-history-XXXXXX";

struct world {
	struct procfs procfs;
	struct cgroups *groups;
	struct history *history;
	uint64_t looks;
};

static void put(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make(const char *name)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void begin(struct world *world, size_t entries)
{
	*world = (struct world){ .looks = 0 };
	procfs_init(&world->procfs, folder);
	assert_int_equal(cgroups_new(&world->procfs, folder, &world->groups), 0);
	assert_int_equal(history_new(entries, &world->history), 0);
}

static void end(struct world *world)
{
	history_free(world->history);
	cgroups_free(world->groups);
}

/* A second later. */
static void look(struct world *world, double percent)
{
	struct host_machine machine = { .mono_ns = ++world->looks * NS_PER_S,
					.timestamp = (double)world->looks,
					.cpu_percent = percent,
					.memory_percent = NAN };

	assert_int_equal(cgroups_look(world->groups, machine.mono_ns, world->looks, 0), 0);
	assert_int_equal(history_take(world->history, &machine, world->groups), 0);
}

static int tell(const struct world *world, const char *group, const char *figure,
		uint64_t window_ns, struct host_history *ret_figures)
{
	for (size_t i = 0; i < history_count(world->history); i++) {
		int r = history_tell(world->history, i, window_ns, ret_figures);

		if (!r && strcmp(ret_figures->figure, figure) == 0 &&
		    (group ? ret_figures->group && !strcmp(ret_figures->group, group)
			   : !ret_figures->group))
			return 0;
	}
	return -ENODATA;
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-5;
}

static void percentiles_are_values_that_there_were(void **state)
{
	struct host_history figures = { 0 };
	struct world world;

	(void)state;
	begin(&world, 200);
	assert_int_equal(tell(&world, NULL, "cpu_percent", 0, &figures), -ENODATA);
	for (unsigned int i = 100; i > 0; i--)
		look(&world, i);
	assert_int_equal(tell(&world, NULL, "cpu_percent", 0, &figures), 0);
	assert_int_equal(figures.values, 100);
	assert_int_equal(figures.span_ns, 99 * NS_PER_S);
	assert_int_equal(figures.ts_ms, 100000);
	assert_true(is_near(figures.min, 1) && is_near(figures.max, 100));
	assert_true(is_near(figures.mean, 50.5));
	assert_true(is_near(figures.p50, 50) && is_near(figures.p95, 95));
	assert_true(is_near(figures.p99, 99));
	/* The last three looks. */
	assert_int_equal(tell(&world, NULL, "cpu_percent", 2 * NS_PER_S, &figures), 0);
	assert_int_equal(figures.values, 3);
	assert_true(is_near(figures.max, 3) && is_near(figures.p50, 2));
	assert_true(is_near(figures.p99, 3));
	/* What was never known. */
	assert_int_equal(tell(&world, NULL, "memory_percent", 0, &figures), -ENODATA);
	end(&world);
}

static void a_full_ring_forgets_the_oldest(void **state)
{
	struct host_history figures = { 0 };
	struct world world;

	(void)state;
	begin(&world, 3);
	for (unsigned int i = 1; i <= 7; i++)
		look(&world, i == 6 ? NAN : (double)i);
	assert_int_equal(tell(&world, NULL, "cpu_percent", 0, &figures), 0);
	assert_int_equal(figures.values, 2);
	assert_true(is_near(figures.min, 5) && is_near(figures.max, 7));
	assert_int_equal(figures.span_ns, 2 * NS_PER_S);
	end(&world);
}

static void groups_come_and_go(void **state)
{
	struct host_history figures = { 0 };
	struct world world;
	char path[PATH_BYTES];

	(void)state;
	put("cgroup.controllers", "cpu memory\n");
	make("a.service");
	put("a.service/memory.current", "4096\n");
	begin(&world, 4);
	look(&world, 1);
	look(&world, 1);
	make("b.service");
	put("b.service/memory.current", "8192\n");
	put("a.service/memory.current", "6144\n");
	look(&world, 1);
	assert_int_equal(tell(&world, "a.service", KEY_MEMORY_BYTES, 0, &figures), 0);
	assert_int_equal(figures.values, 3);
	assert_true(is_near(figures.min, 4096) && is_near(figures.max, 6144));
	assert_int_equal(tell(&world, "b.service", KEY_MEMORY_BYTES, 0, &figures), 0);
	assert_int_equal(figures.values, 1);
	assert_int_equal(figures.span_ns, 0);
	assert_int_equal(tell(&world, "b.service", KEY_CPU_USAGE, 0, &figures), -ENODATA);
	(void)snprintf(path, sizeof(path), "%s/a.service/memory.current", folder);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/a.service", folder);
	assert_int_equal(rmdir(path), 0);
	look(&world, 1);
	assert_int_equal(tell(&world, "a.service", KEY_MEMORY_BYTES, 0, &figures), -ENODATA);
	assert_int_equal(tell(&world, "b.service", KEY_MEMORY_BYTES, 0, &figures), 0);
	assert_int_equal(figures.values, 2);
	end(&world);
}

/* A page less than 64 GiB, and a percentage within what docs/host.md says. */
static void single_precision_is_enough(void **state)
{
	const double percent = 8.802349302538655;
	struct host_history figures = { 0 };
	struct world world;

	(void)state;
	put("cgroup.controllers", "cpu memory\n");
	make("large.service");
	put("large.service/memory.current", "68719472640\n");
	begin(&world, 4);
	look(&world, percent);
	assert_int_equal(tell(&world, "large.service", KEY_MEMORY_BYTES, 0, &figures), 0);
	assert_int_equal((uint64_t)figures.max, 68719472640);
	assert_int_equal(tell(&world, NULL, "cpu_percent", 0, &figures), 0);
	assert_true(fabs(figures.max - percent) <= 6e-8 * percent);
	end(&world);
}

static void its_memory_is_known_before(void **state)
{
	struct world world;

	(void)state;
	begin(&world, 3600);
	assert_int_equal(history_group_bytes(world.history), 2 * 4 * 3600);
	assert_int_equal(history_machine_bytes(world.history),
			 3600 * (8 + 4 * history_count(world.history)));
	assert_true(history_count(world.history) >= 8);
	end(&world);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int drop(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
	(void)stat;
	(void)kind;
	(void)at;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_are_values_that_there_were),
		cmocka_unit_test(a_full_ring_forgets_the_oldest),
		cmocka_unit_test(groups_come_and_go),
		cmocka_unit_test(single_precision_is_enough),
		cmocka_unit_test(its_memory_is_known_before),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
