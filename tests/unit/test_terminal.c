/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* The filter decides before the kernel looks at the descriptor, which is none. */
#define NO_FD (-1)

static long call_native(unsigned long request)
{
	return syscall(SYS_ioctl, NO_FD, request, NULL) ? errno : 0;
}

#ifdef __x86_64__
static long call_x32(unsigned long request)
{
	return syscall(0x40000000 | 514, NO_FD, request, NULL) ? errno : 0;
}

/* As a 32-bit program does; a kernel without them ends whoever tries by a signal. */
static long call_i386(unsigned long request)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(54L), "b"((long)NO_FD), "c"(request), "d"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return -(int)result;
}
#endif

/* In a child that can no longer type; without root it takes no-new-privs. Its exit status. */
static int in_confined(long (*call)(unsigned long request), unsigned long request)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || terminal_forbid_typing())
			_exit(250);
		_exit((int)call(request));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void neither_request_passes(void **state)
{
	(void)state;
	assert_int_equal(in_confined(call_native, TIOCSTI), EPERM);
	assert_int_equal(in_confined(call_native, TIOCLINUX), EPERM);
}

static void other_requests_pass(void **state)
{
	(void)state;
	assert_int_equal(in_confined(call_native, TCGETS), EBADF);
	assert_int_equal(in_confined(call_native, TIOCGWINSZ), EBADF);
}

/* The kernel takes 32 bits of it. */
static void upper_half_of_a_request_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(in_confined(call_native, TIOCSTI | 1ul << 32), EPERM);
}

#ifdef __x86_64__
static void no_other_table_of_calls_leads_around_it(void **state)
{
	int by_i386 = in_confined(call_i386, TIOCSTI);

	(void)state;
	assert_int_equal(in_confined(call_x32, TIOCSTI), EPERM);
	assert_int_equal(in_confined(call_x32, TIOCLINUX), EPERM);
	assert_true(by_i386 == EPERM || by_i386 == -1);
	if (by_i386 == EPERM)
		assert_int_equal(in_confined(call_i386, TCGETS), EBADF);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neither_request_passes),
		cmocka_unit_test(other_requests_pass),
		cmocka_unit_test(upper_half_of_a_request_does_not_matter),
#ifdef __x86_64__
		cmocka_unit_test(no_other_table_of_calls_leads_around_it),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
