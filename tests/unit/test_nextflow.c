/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/nextflow.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/dropin.h"
#include "util/cleanup.h"
#include "util/units.h"

#define A "/w/7a/82460c396c3244bf"
#define B "/w/f5/f999160f4bd863f1"
#define WORDS(literal_)                                              \
	(struct denet_command)                                       \
	{                                                            \
		.args = (literal_), .args_len = sizeof(literal_) - 1 \
	}
#define JOB "/bin/bash\0-ue\0.command.run\0"
#define SCRIPT(folder_) "/bin/bash\0-ue\0" folder_ "/.command.sh\0"

static struct denet_process process(uint64_t id, uint64_t parent_id, struct denet_command command)
{
	return (struct denet_process){
		.size = sizeof(struct denet_process),
		.pid = (uint32_t)(100 + id),
		.id = id,
		.parent_id = parent_id,
		.command = command,
		.start_ns = (int64_t)(id * NS_PER_MS),
		.end_ns = (id + 10) * NS_PER_MS,
		.end = { .known = true },
		.used = { .cpu_time_ns = NS_PER_MS, .syscall_read_bytes = 5 },
		.peak_rss_kb = id,
	};
}

static void add(struct nextflow *nextflow, uint64_t id, uint64_t parent_id,
		struct denet_command command, const char *cwd)
{
	struct denet_process one = process(id, parent_id, command);

	one.cwd = cwd;
	nextflow_add(nextflow, &one);
}

/* Two tasks of one workflow, told as they end: children before their parents. */
static void add_workflow(struct nextflow *nextflow)
{
	struct denet_process failed = process(7, 4, WORDS(SCRIPT(B)));

	failed.end.exit_code = 3;
	add(nextflow, 8, 5, WORDS("sort\0"), A);
	add(nextflow, 6, 3, WORDS("/bin/bash\0" A "/.command.run\0nxf_trace\0"), A);
	add(nextflow, 5, 3, WORDS(SCRIPT(A)), A);
	add(nextflow, 3, 2, WORDS(JOB), A);
	add(nextflow, 2, 1, WORDS(JOB), A);
	nextflow_add(nextflow, &failed);
	add(nextflow, 4, 1, WORDS(JOB), NULL);
	add(nextflow, 1, 0, WORDS("java\0nextflow.cli.Launcher\0run\0.command.run.nf\0"), "/w");
}

static void each_task_is_its_script_s_tree(void **state)
{
	AUTO(nextflow) struct nextflow nextflow = { .count = 0 };
	const struct nextflow_task *task;

	(void)state;
	add_workflow(&nextflow);
	assert_int_equal(nextflow_finish(&nextflow), 0);
	assert_int_equal(nextflow.tasks_count, 2);
	task = &nextflow.tasks[0];
	assert_string_equal(nextflow_text(&nextflow, task->folder_at), A);
	assert_int_equal(nextflow.items[task->job].id, 2);
	assert_int_equal(nextflow.items[task->script].id, 5);
	assert_int_equal(task->used.counters.cpu_time_ns, 2 * NS_PER_MS); /* 5 and 8 */
	assert_int_equal(task->used.peak_rss_kb, 8);
	task = &nextflow.tasks[1];
	assert_string_equal(nextflow_text(&nextflow, task->folder_at), B);
	assert_int_equal(nextflow.items[task->job].id, 4);
	assert_int_equal(nextflow.items[task->script].end.exit_code, 3);
}

static void what_was_not_seen_does_without(void **state)
{
	AUTO(nextflow) struct nextflow nextflow = { .count = 0 };
	struct denet_process unknown = process(3, 2, WORDS("tool\0"));

	(void)state;
	unknown.used.syscall_read_bytes = DENET_UNKNOWN;
	unknown.peak_rss_kb = DENET_UNKNOWN;
	nextflow_add(&nextflow, &unknown);
	add(&nextflow, 2, 9, WORDS(SCRIPT(A)), NULL); /* whose job has no record */
	add(&nextflow, 4, 9, WORDS(JOB), NULL); /* whose script has execed */
	add(&nextflow, 5, 4, WORDS("tool\0"), NULL);
	assert_int_equal(nextflow_finish(&nextflow), 0);
	assert_int_equal(nextflow.tasks_count, 2);
	assert_true(nextflow.tasks[0].job == NEXTFLOW_NONE);
	assert_true(nextflow.tasks[0].used.counters.syscall_read_bytes == DENET_UNKNOWN);
	assert_true(nextflow.tasks[0].used.peak_rss_kb == DENET_UNKNOWN);
	assert_int_equal(nextflow.tasks[0].used.counters.cpu_time_ns, 2 * NS_PER_MS);
	assert_true(nextflow.tasks[1].script == NEXTFLOW_NONE);
	assert_true(nextflow.tasks[1].folder_at == NEXTFLOW_NONE);
	assert_int_equal(nextflow.tasks[1].used.counters.cpu_time_ns, 2 * NS_PER_MS);
}

static void another_run_has_no_tasks(void **state)
{
	AUTO(nextflow) struct nextflow none = { .count = 0 };
	AUTO(nextflow) struct nextflow nextflow = { .count = 0 };

	(void)state;
	assert_int_equal(nextflow_finish(&none), 0);
	add(&nextflow, 1, 1, WORDS("make\0all\0"), "/"); /* a damaged file: its own parent */
	add(&nextflow, 2, 1, WORDS(".command.sh\0"), "/"); /* a program's name is none */
	add(&nextflow, 3, 1, WORDS("cat\0x.command.sh\0.command.run"), "/"); /* cut off */
	add(&nextflow, 0, 0, (struct denet_command){ .args_len = 0 }, NULL);
	assert_int_equal(nextflow_finish(&nextflow), 0);
	assert_int_equal(nextflow.tasks_count, 0);
}

static void the_trace_has_a_row_for_each(void **state)
{
	AUTO(nextflow) struct nextflow nextflow = { .count = 0 };
	AUTO(buf) struct buf buf = { 0 };
	const struct denet_start start = { .size = sizeof(start), .t0_ms = 1700000000000 };
	const struct denet_summary summary = { .size = sizeof(summary) };
	const struct dropin_run run = { .start = &start,
					.summary = &summary,
					.nextflow = &nextflow };
	const char *rows;

	(void)state;
	add_workflow(&nextflow);
	assert_int_equal(nextflow_finish(&nextflow), 0);
	dropin_append_nextflow(&buf, &run);
	rows = strchr(buf_text(&buf), '\n') + 1;
	assert_string_equal(
		rows, "1\t7a/82460c\t102\t-\tCOMPLETED\t0\t1700000000002\t10\t10\t20.0\t8192\t-\t"
		      "10\t0\t0\t0\t0\t0\t0\t0\n"
		      "2\tf5/f99916\t104\t-\tFAILED\t3\t1700000000004\t10\t10\t10.0\t7168\t-\t"
		      "5\t0\t0\t0\t0\t0\t0\t0\n");
}

static void a_hash_is_of_a_work_folder(void **state)
{
	char hash[16];

	(void)state;
	assert_true(nextflow_hash(A, sizeof(hash), hash));
	assert_string_equal(hash, "7a/82460c");
	assert_false(nextflow_hash("7a/82460c396c", sizeof(hash), hash));
	assert_false(nextflow_hash("/w/7g/82460c396c", sizeof(hash), hash));
	assert_false(nextflow_hash("/w/7a/8246", sizeof(hash), hash));
	assert_false(nextflow_hash("/w/7aa/82460c396c", sizeof(hash), hash));
	assert_false(nextflow_hash("/", sizeof(hash), hash));
	assert_false(nextflow_hash("", sizeof(hash), hash));
}

static void assert_name(const char *folder, const char *text, const char *expected)
{
	char path[PATH_MAX];
	char name[16];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/.command.run", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(nextflow_name(folder, sizeof(name), name), expected != NULL);
	if (expected)
		assert_string_equal(name, expected);
	assert_int_equal(unlink(path), 0);
}

static void a_name_is_read_of_the_folder(void **state)
{
	char folder[] = "/tmp/test_nextflow_XXXXXX";
	char path[PATH_MAX];
	char name[16];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_name(folder, "#!/bin/bash\n### ---\n### name: 'it''s (1)'\n### ...\n", "it's (1)");
	assert_name(folder, "#!/bin/bash\n### name: plain\n", "plain");
	assert_name(folder, "#!/bin/bash\n# NEXTFLOW TASK: count (1)\nset -e\n", "count (1)");
	assert_name(folder, "#!/bin/bash\n### name: '0123456789abcdefghij'\n", "0123456789abcde");
	assert_name(folder, "#!/bin/bash\n### name: \n", NULL);
	assert_name(folder, "#!/bin/bash\n### name: '", "'");
	assert_name(folder, "", NULL);
	(void)snprintf(path, sizeof(path), "%s/.command.run", folder);
	assert_int_equal(mkfifo(path, 0600), 0); /* would wait for a writer */
	assert_false(nextflow_name(folder, sizeof(name), name));
	assert_int_equal(unlink(path), 0);
	assert_false(nextflow_name(folder, sizeof(name), name));
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_task_is_its_script_s_tree),
		cmocka_unit_test(what_was_not_seen_does_without),
		cmocka_unit_test(another_run_has_no_tasks),
		cmocka_unit_test(the_trace_has_a_row_for_each),
		cmocka_unit_test(a_hash_is_of_a_work_folder),
		cmocka_unit_test(a_name_is_read_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
