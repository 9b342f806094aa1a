/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rights/account.h"
#include "rights/environment.h"
#include "rights/target.h"
#include "util/caps.h"

static int own_argc;
static char **own_argv;

/* What is given up is given up for good: each test has a process for it. */
static void in_a_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int drop_all_but_kill(void)
{
	const uint64_t kill_alone = CAPS_BIT(CAP_KILL);
	struct caps before, after;

	if (caps_get(&before) || rights_drop(kill_alone, 0, false) || caps_get(&after))
		return 1;
	if (after.permitted & ~(kill_alone | CAPS_BIT(CAP_BPF)) || after.inheritable)
		return 2;
	if ((after.permitted & kill_alone) != (before.permitted & kill_alone))
		return 3;
	if (after.effective != after.permitted)
		return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 5;
	if (before.effective & CAPS_BIT(CAP_SETPCAP) && prctl(PR_CAPBSET_READ, CAP_CHOWN, 0, 0, 0))
		return 6;
	return 0;
}

static void drop_leaves_what_is_kept_and_no_way_back(void **state)
{
	(void)state;
	in_a_child(drop_all_but_kill);
}

static int drop_twice(void)
{
	struct caps caps;

	if (rights_drop(CAPS_BIT(CAP_KILL), 0, false) || rights_drop(0, 0, true) || caps_get(&caps))
		return 1;
	return caps.permitted & ~CAPS_BIT(CAP_BPF) ? 2 : 0;
}

static void drop_never_gives_back(void **state)
{
	(void)state;
	in_a_child(drop_twice);
}

static int drop_in_two_steps(void)
{
	const uint64_t loading = CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON);
	struct caps before, between, after;

	if (caps_get(&before) || rights_drop(0, 0, true) || caps_get(&between))
		return 1;
	if ((between.permitted & loading) != (before.permitted & loading))
		return 2;
	if (between.effective & CAPS_BIT(CAP_PERFMON))
		return 3;
	if (rights_drop(0, 0, false) || caps_get(&after))
		return 4;
	return after.permitted & CAPS_BIT(CAP_PERFMON) ? 5 : 0;
}

static void rights_for_loading_sleep_until_they_are_of_no_use(void **state)
{
	(void)state;
	in_a_child(drop_in_two_steps);
}

static int begin_as_caller(void)
{
	struct caps before, after;

	if (rights_are_lent() || caps_get(&before))
		return 1;
	if (rights_begin() || rights_raise() || rights_lower() || caps_get(&after))
		return 2;
	return memcmp(&before, &after, sizeof(before)) ? 3 : 0;
}

static void rights_of_the_caller_stay_as_they_are_until_dropped(void **state)
{
	(void)state;
	in_a_child(begin_as_caller);
}

static void account_is_found_by_name_and_by_number(void **state)
{
	const struct passwd *entry = getpwuid(0);
	struct account account;

	(void)state;
	assert_non_null(entry);
	assert_int_equal(account_find(entry->pw_name, &account), 0);
	assert_int_equal(account.user.uid, 0);
	assert_string_equal(account.home, entry->pw_dir);
	account_done(&account);
	assert_int_equal(account_find("#0", &account), 0);
	assert_string_equal(account.name, entry->pw_name);
	assert_true(account.user.groups_count >= 1);
	account_done(&account);
}

static void account_that_does_not_exist_is_told(void **state)
{
	static const char *const names[] = {
		"",
		"#",
		"#-1",
		"#+0",
		"#0x0",
		"# 0",
		"#4294967295",
		"#4294967294",
		"no such account",
		"0",
		"a:b",
	};
	struct account account;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(account_find(names[i], &account), -ENOENT);
}

static void account_leaves_the_rest_of_the_environment(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(setenv("HOME", "/elsewhere", 1), 0);
	assert_int_equal(setenv("PATH_OF_OURS", "kept", 1), 0);
	assert_int_equal(account_find("#0", &account), 0);
	assert_int_equal(account_enter_environment(&account, false), 0);
	assert_string_equal(getenv("HOME"), account.home);
	assert_string_equal(getenv("SHELL"), account.shell);
	assert_string_equal(getenv("USER"), account.name);
	assert_string_equal(getenv("LOGNAME"), account.name);
	assert_string_equal(getenv("PATH_OF_OURS"), "kept");
	account_done(&account);
}

/* environ was changed by the tests before: only what was given at the start is compared. */
static void environment_is_found_as_the_kernel_gave_it(void **state)
{
	char **environment;
	size_t count = 0;

	(void)state;
	assert_int_equal(environment_as_given(own_argc, own_argv, &environment), 0);
	for (size_t i = 0; own_argv[own_argc + 1 + (int)i]; i++, count++)
		assert_ptr_equal(environment[i], own_argv[own_argc + 1 + (int)i]);
	assert_null(environment[count]);
	free(environment);
}

static void environment_is_not_looked_for_in_other_strings(void **state)
{
	char name[] = "program";
	char *argv[] = { name, NULL };
	char **environment;

	(void)state;
	assert_int_equal(environment_as_given(0, argv, &environment), -ENOENT);
}

static int distrust(void)
{
	const char *const kept[] = { "OURS", "OURS_UNSET" };

	if (setenv("LD_AUDIT", "x", 1) || setenv("TERM", "xterm", 1) || setenv("HOME", "/x", 1) ||
	    setenv("OURS", "1", 1) || unsetenv("NO_COLOR") || environment_distrust(kept, 2))
		return 1;
	if (getenv("LD_AUDIT") || getenv("HOME") || getenv("NO_COLOR") || getenv("OURS_UNSET"))
		return 2;
	if (!getenv("OURS") || environment_distrust(kept, ENVIRONMENT_KEPT_MAX + 1) != -E2BIG)
		return 4;
	return getenv("TERM") && strcmp(getenv("TERM"), "xterm") == 0 ? 0 : 3;
}

static void environment_that_is_distrusted_keeps_what_only_concerns_the_screen(void **state)
{
	(void)state;
	in_a_child(distrust);
}

static void target_is_ours_until_it_ends(void **state)
{
	struct target target;
	int block[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(block), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		char byte;

		(void)close(block[1]);
		_exit(read(block[0], &byte, 1) != 0);
	}
	(void)close(block[0]);
	assert_int_equal(target_open(pid, &target), 0);
	assert_int_equal(target_check(&target), 0);
	(void)close(block[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(target_check(&target), -ESRCH);
	target_close(&target);
	assert_int_equal(target_open(pid, &target), -ESRCH);
}

static int look_at_our_parent(void)
{
	struct target target;

	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 1;
	if (target_open(getppid(), &target))
		return 2;
	return target_check(&target) == -EACCES ? 0 : 3;
}

static void target_of_another_user_is_not_ours(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	in_a_child(look_at_our_parent);
}

static void target_that_was_never_opened_is_not_ours(void **state)
{
	const struct target none = { .pidfd = -1, .proc_fd = -1 };

	(void)state;
	assert_true(target_check(&none) < 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drop_leaves_what_is_kept_and_no_way_back),
		cmocka_unit_test(drop_never_gives_back),
		cmocka_unit_test(rights_for_loading_sleep_until_they_are_of_no_use),
		cmocka_unit_test(rights_of_the_caller_stay_as_they_are_until_dropped),
		cmocka_unit_test(account_is_found_by_name_and_by_number),
		cmocka_unit_test(account_that_does_not_exist_is_told),
		cmocka_unit_test(environment_is_found_as_the_kernel_gave_it),
		cmocka_unit_test(account_leaves_the_rest_of_the_environment),
		cmocka_unit_test(environment_is_not_looked_for_in_other_strings),
		cmocka_unit_test(
			environment_that_is_distrusted_keeps_what_only_concerns_the_screen),
		cmocka_unit_test(target_is_ours_until_it_ends),
		cmocka_unit_test(target_of_another_user_is_not_ours),
		cmocka_unit_test(target_that_was_never_opened_is_not_ours),
	};

	own_argc = argc;
	own_argv = argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
