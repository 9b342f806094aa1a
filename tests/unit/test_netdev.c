/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/netdev.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void netdev_adds_up_all_but_loopback(void **state)
{
	AUTO_FD int fd = netdev_open(&fixture, 100);
	struct netdev_totals totals;

	(void)state;
	assert_int_equal(netdev_read(fd, &totals), 0);
	assert_int_equal(totals.rx_bytes, 3001);
	assert_int_equal(totals.tx_bytes, 802);
}

static void netdev_reads_more_interfaces_than_its_buffer_holds(void **state)
{
	AUTO_FD int fd = netdev_open(&fixture, 108);
	struct netdev_totals totals;

	(void)state;
	assert_int_equal(netdev_read(fd, &totals), 0);
	assert_int_equal(totals.rx_bytes, 4000);
	assert_int_equal(totals.tx_bytes, 2800);
}

static void netdev_skips_lines_that_are_cut_or_wrong(void **state)
{
	static const char *const bad[] = { "",
					   "eth0:",
					   "eth0: 1 2 3 4 5 6 7 8",
					   "eth0: x 2 3 4 5 6 7 8 9",
					   "eth0: 1 2 3 4 -5 6 7 8 9",
					   "eth0 1 2 3 4 5 6 7 8 9" };
	struct netdev_totals totals = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		netdev_add_line(&totals, parse_span_of(bad[i]));
	assert_int_equal(totals.rx_bytes, 0);
	assert_int_equal(totals.tx_bytes, 0);
}

static void netdev_outlives_the_process_it_was_opened_for(void **state)
{
	struct netdev_totals before;
	struct netdev_totals after;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		(void)alarm(60); /* should the test fail */
		(void)pause();
		_exit(0);
	}
	AUTO_FD int fd = netdev_open(procfs_host(), pid);

	assert_true(fd >= 0);
	assert_int_equal(netdev_read(fd, &before), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(netdev_read(fd, &after), 0);
	assert_true(after.rx_bytes >= before.rx_bytes);
	assert_int_equal(netdev_open(procfs_host(), pid), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netdev_adds_up_all_but_loopback),
		cmocka_unit_test(netdev_reads_more_interfaces_than_its_buffer_holds),
		cmocka_unit_test(netdev_skips_lines_that_are_cut_or_wrong),
		cmocka_unit_test(netdev_outlives_the_process_it_was_opened_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
