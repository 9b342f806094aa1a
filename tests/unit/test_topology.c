/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/topology.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "procfs/numa.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };
static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };

static void topology_counts_what_is_online(void **state)
{
	struct topology topology;

	(void)state;
	assert_int_equal(topology_read(&fixture, &topology), 0);
	assert_int_equal(topology.sockets, 2);
	assert_int_equal(topology.cores_per_socket, 2);
	assert_int_equal(topology.threads_per_core, 2);
}

static void topology_is_all_zero_when_unknown(void **state)
{
	struct topology topology;
	struct numa numa;

	(void)state;
	assert_int_equal(topology_read(&nowhere, &topology), 0);
	assert_int_equal(topology.sockets, 0);
	assert_int_equal(topology.cores_per_socket, 0);
	assert_int_equal(topology.threads_per_core, 0);
	assert_int_equal(numa_read(&nowhere, &numa), 0);
	assert_int_equal(numa.nodes_count, 0);
	numa_done(&numa);
}

static void numa_nodes_come_by_number_with_gaps(void **state)
{
	struct numa numa;

	(void)state;
	assert_int_equal(numa_read(&fixture, &numa), 0);
	assert_int_equal(numa.nodes_count, 2);
	assert_int_equal(numa.nodes[0].id, 0);
	assert_int_equal(numa.nodes[0].size_mb, 64272);
	assert_int_equal(numa.nodes[1].id, 2);
	assert_int_equal(numa.nodes[1].distances_count, 2);
	assert_int_equal(numa.nodes[1].distances[0], 21);
	assert_int_equal(numa.nodes[1].distances[1], 10);
	numa_done(&numa);
}

static void numa_size_is_in_mib(void **state)
{
	uint64_t mb = 7;

	(void)state;
	assert_true(numa_parse_size(parse_span_of("Node 0 MemTotal: 65814528 kB"), &mb));
	assert_int_equal(mb, 64272);
	assert_false(numa_parse_size(parse_span_of("Node 0 MemTotal: kB"), &mb));
	assert_false(numa_parse_size(parse_span_of("Node 0 MemFree: 1 kB\n"), &mb));
	assert_false(numa_parse_size(parse_span_of(""), &mb));
	assert_int_equal(mb, 64272);
}

static void numa_distances_end_at_what_is_no_number(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = { { "10 12 12\n", 3 },
		      { "", 0 },
		      { "1 2 3 4 5 6 7", 7 },
		      { "10 x 12", 1 },
		      { "10 4294967296", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE uint32_t *distances = NULL;
		size_t count = 99;

		assert_int_equal(
			numa_parse_distances(parse_span_of(cases[i].text), &distances, &count), 0);
		assert_int_equal(count, cases[i].count);
		if (i == 0) {
			assert_int_equal(distances[0], 10);
			assert_int_equal(distances[2], 12);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topology_counts_what_is_online),
		cmocka_unit_test(topology_is_all_zero_when_unknown),
		cmocka_unit_test(numa_nodes_come_by_number_with_gaps),
		cmocka_unit_test(numa_size_is_in_mib),
		cmocka_unit_test(numa_distances_end_at_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
