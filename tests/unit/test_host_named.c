/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Processes that were asked for by name, in a /proc that the test writes, and as StatsD's gauges. */
#include "host/named.h"

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

#include "denet/denet.h"
#include "expose/statsd.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define PATH_BYTES 256
#define BOOT_S 100

static char folder[] = "/tmp/denet-named-XXXXXX";

static void put(unsigned int pid, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%u", folder, pid);
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	(void)snprintf(path, sizeof(path), "%s/%u/%s", folder, pid, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_stat(unsigned int pid, const char *file, const char *comm, char state,
		     unsigned int user_s, unsigned int system_s)
{
	uint64_t hz = clock_ticks_per_s();
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "%u (%s) %c 1 1 1 0 -1 0 0 0 0 0 %llu %llu 7 7 20 0 3 0 %llu 4096 5 0 0\n",
		       pid, comm, state, (unsigned long long)(user_s * hz),
		       (unsigned long long)(system_s * hz), (unsigned long long)(90 * hz));
	put(pid, file, text);
}

/* user_s and system_s are seconds; it began at the 90th of the machine. */
static void put_process(unsigned int pid, const char *comm, char state, unsigned int user_s,
			unsigned int system_s)
{
	put_stat(pid, "stat", comm, state, user_s, system_s);
}

static void make(const char *name)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static struct named *open_named(const char *pattern, enum named_how how)
{
	struct named *named;

	assert_int_equal(named_new(folder, &pattern, 1, how, &named), 0);
	return named;
}

static const struct named_row *look(struct named *named, uint64_t boot_s, size_t wanted)
{
	const struct named_row *rows;
	size_t count;

	assert_int_equal(named_look(named, boot_s * NS_PER_S), 0);
	rows = named_rows(named, &count);
	assert_int_equal(count, wanted);
	return rows;
}

static void those_of_one_name_are_summed_up(void **state)
{
	struct named *named = open_named("^web", NAMED_BY_NAME);
	const struct named_row *row;

	(void)state;
	put_process(7, "web", 'S', 1, 2);
	put(7, "io",
	    "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n"
	    "cancelled_write_bytes: 0\n");
	put_process(8, "web", 'R', 3, 0);
	put_process(9, "other", 'R', 3, 0);
	put_process(10, "web", 'Z', 9, 9);
	row = look(named, BOOT_S, 1);
	assert_string_equal(row->who, "web");
	assert_int_equal(row->cpu_user_ns, 4 * NS_PER_S);
	assert_int_equal(row->cpu_system_ns, 2 * NS_PER_S);
	assert_int_equal(row->threads, 6);
	assert_int_equal(row->vms_bytes, 8192);
	assert_int_equal(row->uptime_ns, 10 * NS_PER_S);
	assert_true(isnan(row->cpu_usage));
	/* Of one of both it is not known. */
	assert_int_equal(row->read_bytes, DENET_UNKNOWN);
	/* Half a CPU and a quarter, over the four seconds since. */
	put_process(7, "web", 'S', 3, 2);
	put_process(8, "web", 'R', 3, 1);
	row = look(named, BOOT_S + 4, 1);
	assert_true(row->cpu_usage > 74.9 && row->cpu_usage < 75.1);
	named_free(named);
}

static void one_by_one_each_has_its_pid(void **state)
{
	struct named *named = open_named("web|other", NAMED_BY_PID);
	const struct named_row *rows;

	(void)state;
	rows = look(named, BOOT_S, 3);
	assert_string_equal(rows[0].who, "7");
	assert_int_equal(rows[0].read_bytes, 5);
	assert_int_equal(rows[0].write_count, 4);
	assert_string_equal(rows[2].who, "9");
	named_free(named);
}

static void they_are_told_by_metlog_s_keys(void **state)
{
	const struct expose_statsd how = { .host = "h",
					   .details = ~0u,
					   .memory_total = DENET_UNKNOWN };
	struct named *named = open_named("^web$", NAMED_BY_PID);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	put_process(7, "web", 'S', 3, 1);
	expose_statsd_append_named(&buf, &how, look(named, BOOT_S, 2));
	assert_non_null(
		strstr(buf_text(&buf), "psutil.cpu.h.7.user:3|g\npsutil.cpu.h.7.sys:1|g\n"));
	assert_non_null(strstr(buf_text(&buf), "psutil.io.h.7.read_count:3|g\n"));
	assert_non_null(strstr(buf_text(&buf), "psutil.meminfo.h.7.vms:4096|g\n"));
	assert_non_null(strstr(buf_text(&buf), "psutil.busy.h.7.uptime:10|g\n"));
	assert_non_null(strstr(buf_text(&buf), "psutil.busy.h.7.pcnt:40|g\n"));
	assert_null(strstr(buf_text(&buf), "pcnt:nan"));
	named_free(named);
}

static void threads_are_told_under_their_process(void **state)
{
	const struct expose_statsd how = { .host = "h", .details = STATSD_THREADS };
	struct named *named = open_named("^web$", NAMED_WITH_THREADS);
	const struct named_thread *threads;
	AUTO(buf) struct buf buf = { 0 };
	size_t count;

	(void)state;
	put_process(7, "web", 'S', 3, 1);
	make("7/task");
	make("7/task/7");
	make("7/task/12");
	make("7/task/13"); /* it ends at that moment */
	put_stat(7, "task/7/stat", "web", 'S', 1, 0);
	put_stat(7, "task/12/stat", "worker", 'S', 2, 1);
	(void)look(named, BOOT_S, 2);
	(void)look(named, BOOT_S, 2);
	threads = named_threads(named, &count);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++)
		expose_statsd_append_thread(&buf, &how, &threads[i]);
	assert_string_equal(buf_text(&buf),
			    "psutil.thread.h.7.7.user:1|g\npsutil.thread.h.7.7.sys:0|g\n"
			    "psutil.thread.h.7.12.user:2|g\npsutil.thread.h.7.12.sys:1|g\n");
	named_free(named);
	named = open_named("^web$", NAMED_BY_PID);
	(void)look(named, BOOT_S, 2);
	(void)named_threads(named, &count);
	assert_int_equal(count, 0);
	named_free(named);
}

static void what_is_no_expression_is_refused(void **state)
{
	const char *patterns[] = { "a", "(" };
	struct named *named;

	(void)state;
	assert_int_equal(named_new(folder, patterns, 2, NAMED_BY_NAME, &named), -EINVAL);
	assert_int_equal(named_new("/none/such", patterns, 1, NAMED_BY_NAME, &named), 0);
	(void)look(named, 1, 0);
	named_free(named);
	named_free(NULL);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_one_name_are_summed_up),
		cmocka_unit_test(one_by_one_each_has_its_pid),
		cmocka_unit_test(they_are_told_by_metlog_s_keys),
		cmocka_unit_test(threads_are_told_under_their_process),
		cmocka_unit_test(what_is_no_expression_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
