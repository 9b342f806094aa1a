/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/statm.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void statm_turns_pages_into_kb(void **state)
{
	static const char text[] = "20480 2560 1024 200 0 3000 0\n";
	uint64_t rss_kb;
	uint64_t vms_kb;

	(void)state;
	assert_int_equal(statm_parse(text, strlen(text), 4096, &rss_kb, &vms_kb), 0);
	assert_int_equal(rss_kb, 10240);
	assert_int_equal(vms_kb, 81920);
	assert_int_equal(statm_parse(text, strlen(text), 16384, &rss_kb, &vms_kb), 0);
	assert_int_equal(rss_kb, 40960);
}

static void statm_refuses_other_texts(void **state)
{
	static const char *const bad[] = {
		"", "12", "a b", "12 -4", "99999999999999999999 1", "18446744073709551615 1"
	};
	uint64_t rss_kb = 7;
	uint64_t vms_kb = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(statm_parse(bad[i], strlen(bad[i]), 4096, &rss_kb, &vms_kb),
				 -EBADMSG);
	assert_int_equal(rss_kb, 7);
	assert_int_equal(vms_kb, 7);
}

static void statm_is_opened_below_the_root_given(void **state)
{
	AUTO_FD int fd = statm_open(&fixture, 100);
	uint64_t page_kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	uint64_t rss_kb;
	uint64_t vms_kb;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(statm_read(fd, &rss_kb, &vms_kb), 0);
	assert_int_equal(rss_kb, 2560 * page_kb);
	assert_int_equal(statm_open(&fixture, 99999), -ESRCH);
}

static void statm_sees_memory_grow_through_one_descriptor(void **state)
{
	const size_t bytes = 32u << 20;
	AUTO_FD int fd = statm_open(procfs_host(), getpid());
	uint64_t before_kb;
	uint64_t after_kb;
	uint64_t vms_kb;
	void *memory;

	(void)state;
	assert_int_equal(statm_read(fd, &before_kb, &vms_kb), 0);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	assert_true(memory != MAP_FAILED);
	assert_int_equal(statm_read(fd, &after_kb, &vms_kb), 0);
	(void)munmap(memory, bytes);
	assert_true(after_kb >= before_kb + 30 * 1024);
	assert_true(vms_kb >= after_kb);
}

static void statm_of_an_ended_process_is_0_and_then_gone(void **state)
{
	pid_t pid = fork();
	siginfo_t info;
	uint64_t rss_kb = 7;
	uint64_t vms_kb = 7;

	(void)state;
	if (pid == 0) {
		(void)alarm(60); /* should the test fail */
		(void)pause();
		_exit(0);
	}
	AUTO_FD int fd = statm_open(procfs_host(), pid);

	assert_true(fd >= 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(statm_read(fd, &rss_kb, &vms_kb), 0);
	assert_int_equal(rss_kb, 0);
	assert_int_equal(vms_kb, 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(statm_read(fd, &rss_kb, &vms_kb), -ESRCH);
	assert_int_equal(statm_open(procfs_host(), pid), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statm_turns_pages_into_kb),
		cmocka_unit_test(statm_refuses_other_texts),
		cmocka_unit_test(statm_is_opened_below_the_root_given),
		cmocka_unit_test(statm_sees_memory_grow_through_one_descriptor),
		cmocka_unit_test(statm_of_an_ended_process_is_0_and_then_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
