/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the summary says of CPU: of how many cores, and what was waited for. */
#include "output/summary_view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "summary_text.h"

static struct denet_summary run(void)
{
	return (struct denet_summary){
		.accounting = DENET_ACCOUNTING_BPF,
		.end = { .known = true },
		.wall_ns = 10000 * MS,
		.used = { .cpu_time_ns = 25000 * MS,
			  .cpu_user_ns = 24000 * MS,
			  .cpu_system_ns = 1000 * MS,
			  .run_delay_ns = 22000 * MS },
		.processes_total = 1,
		.cpus_usable = 8,
		.cpu_limit_cores = NAN,
		.throttled_ns = DENET_UNKNOWN,
		.counted_ns = DENET_UNKNOWN,
	};
}

/* What bounds it most is what its cores are of. */
static void cores_are_of_what_it_might_use(void **state)
{
	struct denet_summary summary = run();

	(void)state;
	check_text(&summary, "2.50 of 8 cores", "throttled");
	summary.cpus_usable = 1;
	check_text(&summary, "2.50 of 1 core ", NULL);
	summary.cpus_usable = 4;
	summary.cpu_limit_cores = 0.5;
	check_text(&summary, "2.50 of 0.5 cores (quota)", "throttled");
	summary.cpu_limit_cores = 1;
	summary.throttled_ns = 1800 * MS;
	check_text(&summary, "2.50 of 1 core (quota)", "limit");
	check_text(&summary, "throttled 1.80 s\n", NULL);
	summary.cpu_limit_cores = 6;
	check_text(&summary, "2.50 of 4 cores ", "quota");
	check_text(&summary, "throttled 1.80 s (limit 6 cores)", NULL);
	summary.cpus_usable = DENET_UNKNOWN;
	summary.cpu_limit_cores = 6.5;
	check_text(&summary, "2.50 of 6.5 cores (quota)", "at the start");
	summary.cpu_limit_changed = true;
	summary.cpu_limit_before_cores = 4;
	check_text(&summary, "quota of 4 cores at the start, 6.5 at the end", NULL);
	summary.cpu_limit_before_cores = NAN;
	check_text(&summary, "no quota at the start, 6.5 cores at the end", NULL);
	summary.cpu_limit_before_cores = 4;
	summary.cpu_limit_cores = NAN;
	check_text(&summary, "quota of 4 cores at the start, none at the end", NULL);
}

static void waiting_is_an_average_over_what_was_counted(void **state)
{
	struct denet_summary summary = run();

	(void)state;
	check_text(&summary, "2.2 waiting for a cpu on average", NULL);
	/* Since the birth, which was as long before the attach as the attach before the end. */
	summary.counted_ns = 20000 * MS;
	check_text(&summary, "1.25 of 8 cores", NULL);
	check_text(&summary, "1.1 waiting for a cpu on average", NULL);
	/* A file of another version tells what was before, and not since when. */
	summary.counted_ns = DENET_UNKNOWN;
	summary.cpu_time_before_ns = 5000 * MS;
	check_text(&summary, "2.00 of 8 cores", NULL);
	summary.used.run_delay_ns = 400 * MS;
	check_text(&summary, NULL, "waiting");
}

/* No tick has met the kernel at work: that is no zero. */
static void what_ticks_do_not_tell_is_not_told(void **state)
{
	struct denet_summary summary = run();

	(void)state;
	check_text(&summary, "system 1.00 s", "children");
	summary.used.cpu_system_ns = 0;
	check_text(&summary, "user 24.00 s", "system");
}

static void children_that_are_not_counted_are_told(void **state)
{
	struct denet_summary summary = run();

	(void)state;
	summary.is_root_alone = true;
	check_text(&summary, "1 process   children not counted", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_are_of_what_it_might_use),
		cmocka_unit_test(waiting_is_an_average_over_what_was_counted),
		cmocka_unit_test(what_ticks_do_not_tell_is_not_told),
		cmocka_unit_test(children_that_are_not_counted_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
