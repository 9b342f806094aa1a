/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/host.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };
static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };

static void model_is_the_first_one(void **state)
{
	struct parse_span model;

	(void)state;
	assert_true(host_parse_cpu_model(
		parse_span_of("model\t: 1\nmodel name\t: Fast: 2 GHz \nmodel name\t: B\n"),
		&model));
	assert_true(parse_span_equals(model, "Fast: 2 GHz"));
	assert_false(
		host_parse_cpu_model(parse_span_of("CPU part\t: 0xd0c\nmodel name\n"), &model));
	assert_false(host_parse_cpu_model(parse_span_of(""), &model));
}

static void host_is_read_below_the_roots_given(void **state)
{
	struct host host;

	(void)state;
	assert_int_equal(host_read(&fixture, 100, &host), 0);
	assert_string_equal(host.hostname, "builder");
	assert_string_equal(host.kernel, "6.1.0-13-amd64");
	assert_string_equal(host.cpu_model, "Example CPU: 9000 @ 2.00GHz");
	assert_int_equal(host.topology.sockets, 2);
	assert_int_equal(host.numa.nodes_count, 2);
	assert_string_equal(host.thp, "always [madvise] never");
	assert_true(host.has_smt && host.is_smt_active);
	assert_string_equal(host.cgroup, "5:cpuset:/\n4:memory:/jobs/a\n0::/jobs/a");
	host_done(&host);
}

/* CPU 3 has no governor; CPU 2's frequency is no number. */
static void frequencies_end_at_the_first_cpu_without(void **state)
{
	struct host host;

	(void)state;
	assert_int_equal(host_read(&fixture, 100, &host), 0);
	assert_int_equal(host.governors_count, 3);
	assert_string_equal(host.governors[0], "performance");
	assert_string_equal(host.governors[1], "powersave");
	assert_int_equal(host.freqs_count, 2);
	assert_int_equal(host.freqs_khz[1], 2000001);
	host_done(&host);
}

static void host_without_files_is_unknown_and_no_error(void **state)
{
	struct host host;

	(void)state;
	assert_int_equal(host_read(&nowhere, 100, &host), 0);
	assert_null(host.hostname);
	assert_null(host.cpu_model);
	assert_null(host.thp);
	assert_null(host.cgroup);
	assert_false(host.has_smt);
	assert_int_equal(host.governors_count, 0);
	assert_int_equal(host.freqs_count, 0);
	host_done(&host);
	host_done(&host);
}

static void this_machine_is_read(void **state)
{
	struct host host;
	struct utsname names;
	cpu_set_t set;
	uint64_t cpus;

	(void)state;
	assert_int_equal(uname(&names), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(host_read(procfs_host(), getpid(), &host), 0);
	assert_string_equal(host.kernel, names.release);
	assert_string_equal(host.hostname, names.nodename);
	cpus = (uint64_t)CPU_COUNT(&set);
	assert_non_null(host.affinity);
	assert_true(cpus > 1 || host.affinity[1] != '-');
	assert_non_null(host.cgroup);
	host_done(&host);
}

static void affinity_is_that_of_the_caller(void **state)
{
	struct host host;
	cpu_set_t before;
	cpu_set_t one;
	int cpu = sched_getcpu();
	char expected[16];

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(host_read(&fixture, 100, &host), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	(void)snprintf(expected, sizeof(expected), "%d", cpu);
	assert_string_equal(host.affinity, expected);
	host_done(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_is_the_first_one),
		cmocka_unit_test(host_is_read_below_the_roots_given),
		cmocka_unit_test(frequencies_end_at_the_first_cpu_without),
		cmocka_unit_test(host_without_files_is_unknown_and_no_error),
		cmocka_unit_test(this_machine_is_read),
		cmocka_unit_test(affinity_is_that_of_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
