/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/status.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void status_gives_the_peak_of_a_process(void **state)
{
	uint64_t kb;

	(void)state;
	assert_int_equal(status_read_peak_rss(&fixture, 100, &kb), 0);
	assert_int_equal(kb, 20480);
	assert_int_equal(status_read_own_peak_rss(&fixture, &kb), 0);
	assert_int_equal(kb, 4096);
}

static void status_has_no_peak_for_a_kernel_thread(void **state)
{
	uint64_t kb = 7;

	(void)state;
	assert_int_equal(status_read_peak_rss(&fixture, 102, &kb), -ENODATA);
	assert_int_equal(status_read_peak_rss(&fixture, 99999, &kb), -ESRCH);
	assert_int_equal(kb, 7);
}

/* Its name is "VmHWM: 1 kB" too. */
static void status_gets_over_a_line_longer_than_its_buffer(void **state)
{
	uint64_t kb;

	(void)state;
	assert_int_equal(status_read_peak_rss(&fixture, 103, &kb), 0);
	assert_int_equal(kb, 20480);
}

static void status_refuses_numbers_that_do_not_fit(void **state)
{
	uint64_t kb;
	pid_t pid;

	(void)state;
	assert_int_equal(status_read_peak_rss(&fixture, 104, &kb), -ENODATA);
	assert_int_equal(status_read_tgid(&fixture, 104, &pid), -EBADMSG);
}

static void status_tells_a_thread_from_a_process(void **state)
{
	pid_t pid;

	(void)state;
	assert_int_equal(status_read_tgid(&fixture, 100, &pid), 0);
	assert_int_equal(pid, 100);
	assert_int_equal(status_read_tgid(&fixture, 101, &pid), 0);
	assert_int_equal(pid, 100);
}

static void *read_tgid_of_itself(void *ret_pid)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	if (tid == getpid() || status_read_tgid(procfs_host(), tid, ret_pid))
		*(pid_t *)ret_pid = -1;
	return NULL;
}

static void status_gives_the_process_of_a_real_thread(void **state)
{
	pthread_t thread;
	pid_t pid = 0;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, read_tgid_of_itself, &pid), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pid, getpid());
}

static void status_gives_our_own_peak_and_user(void **state)
{
	struct rusage usage;
	uint64_t kb;
	uint64_t own_kb;
	uint32_t uid;
	bool may_change;

	(void)state;
	assert_int_equal(status_read_peak_rss(procfs_host(), getpid(), &kb), 0);
	assert_int_equal(status_read_own_peak_rss(procfs_host(), &own_kb), 0);
	assert_true(own_kb >= kb && kb > 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	assert_true(kb <= (uint64_t)usage.ru_maxrss + 1024);
	assert_int_equal(status_read_uid(procfs_host(), getpid(), &uid, NULL), 0);
	assert_int_equal(uid, getuid());
	assert_int_equal(status_read_uid(&fixture, 100, &uid, &may_change), 0);
	assert_int_equal(uid, 1000);
	assert_false(may_change);
}

static void status_tells_who_may_become_another_user(void **state)
{
	uint32_t uid;
	bool may_change;

	(void)state;
	/* By other ids of its own; by a capability. */
	assert_int_equal(status_read_uid(&fixture, 109, &uid, &may_change), 0);
	assert_int_equal(uid, 1000);
	assert_true(may_change);
	assert_int_equal(status_read_uid(&fixture, 110, &uid, &may_change), 0);
	assert_int_equal(uid, 100000);
	assert_true(may_change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_gives_the_peak_of_a_process),
		cmocka_unit_test(status_has_no_peak_for_a_kernel_thread),
		cmocka_unit_test(status_gets_over_a_line_longer_than_its_buffer),
		cmocka_unit_test(status_refuses_numbers_that_do_not_fit),
		cmocka_unit_test(status_tells_a_thread_from_a_process),
		cmocka_unit_test(status_gives_the_process_of_a_real_thread),
		cmocka_unit_test(status_gives_our_own_peak_and_user),
		cmocka_unit_test(status_tells_who_may_become_another_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
