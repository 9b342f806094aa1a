/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* /proc in another place: what is read there, and what is not believed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "held.h"

#define PATH_BYTES 64

static char folder[] = "/tmp/denet-proc-root-XXXXXX";

static const char *path_of(const char *name, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/%s", folder, name);
	return path;
}

static void put_file(const char *name)
{
	char path[PATH_BYTES];
	int fd = open(path_of(name, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

static void put_link(const char *target, const char *name)
{
	char path[PATH_BYTES];

	assert_int_equal(symlink(target, path_of(name, path)), 0);
}

static int make_folder(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	if (!mkdtemp(folder) || mkdir(path_of("others", path), 0700))
		return -1;
	put_link("/proc", "here");
	put_file("others/stat");
	put_link("1", "others/self");
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "here", "others/stat", "others/self", NULL };
	char path[PATH_BYTES];

	(void)state;
	for (size_t i = 0; names[i]; i++)
		(void)unlink(path_of(names[i], path));
	(void)rmdir(path_of("others", path));
	return rmdir(folder);
}

static struct denet_summary run_with(const char *root)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_options options = new_options();
	struct held held;

	options.proc_root = root;
	held = hold(options, "read line");
	assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), 0);
	/* Its pointers go with the monitor. */
	summary.command.exe = summary.command.exe ? "some" : NULL;
	denet_monitor_free(held.monitor);
	return summary;
}

static void another_place_is_as_good(void **state)
{
	char path[PATH_BYTES];
	struct denet_summary summary = run_with(path_of("here", path));

	(void)state;
	assert_int_not_equal(summary.accounting, DENET_ACCOUNTING_NONE);
	assert_int_not_equal(summary.peak_mem_rss_kb, DENET_UNKNOWN);
	assert_int_not_equal(summary.monitor_peak_rss_kb, DENET_UNKNOWN);
	assert_non_null(summary.command.exe);
}

/* Under our pids it has other processes. */
static void processes_of_another_namespace_are_not_taken_for_ours(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_options options = new_options();
	struct denet_monitor *monitor = NULL;
	struct held held = hold(options, "read line");
	char path[PATH_BYTES];

	(void)state;
	options.proc_root = path_of("others", path);
	assert_int_equal(
		denet_attach(&options, NULL, denet_monitor_pid(held.monitor), &monitor, &error),
		-EXDEV);
	options.accounting = DENET_ACCOUNTING_PROC;
	assert_true(try(&options, "true", &error, &monitor) < 0);
	assert_null(monitor);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	denet_monitor_free(held.monitor);
}

static void what_is_no_proc_is_refused(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_options options = new_options();
	struct denet_monitor *monitor = NULL;
	char text[PATH_BYTES + 64];

	(void)state;
	options.proc_root = folder;
	assert_int_equal(try(&options, "true", &error, &monitor), -ENOENT);
	(void)snprintf(text, sizeof(text), "'%s' is no /proc: No such file or directory", folder);
	assert_string_equal(error.text, text);
	assert_null(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_place_is_as_good),
		cmocka_unit_test(processes_of_another_namespace_are_not_taken_for_ours),
		cmocka_unit_test(what_is_no_proc_is_refused),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
