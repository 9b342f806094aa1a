/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/recorder.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"

static const char args[] = "sh\0-c\0true";
static char path[64];
static char content[65536];

static int make_path(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/denet-recorder-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static const char *read_back(void)
{
	FILE *file = fopen(path, "re");
	size_t len;

	assert_non_null(file);
	len = fread(content, 1, sizeof(content) - 1, file);
	content[len] = '\0';
	assert_int_equal(fclose(file), 0);
	return content;
}

static struct options options_for(enum format format)
{
	struct options options = { .command = COMMAND_RUN, .quiet = true, .format = format };

	options.monitor.size = sizeof(options.monitor);
	denet_options_init(&options.monitor);
	options.out = path;
	return options;
}

static void feed(const struct denet_observer *to, const struct denet_summary *summary)
{
	const struct denet_command command = { .args = args, .args_len = sizeof(args) };
	const struct denet_start start = { .pid = 7,
					   .command = command,
					   .accounting = DENET_ACCOUNTING_BPF };
	const struct denet_arrival arrival = { .pid = 8, .ppid = 7, .command = command };
	const struct denet_process process = { .pid = 8, .comm = "sh", .command = command };
	const struct denet_exit end = { .end = { .known = true } };
	struct denet_tree tree;

	memset(&tree, 0, sizeof(tree));
	to->on_start(to->context, &start);
	to->on_arrival(to->context, &arrival);
	to->on_sample(to->context, &tree);
	to->on_process(to->context, &process);
	to->on_exit(to->context, &end);
	to->on_summary(to->context, summary);
}

/* Everything that a short run would bring, recorded with these options. */
static const char *record(const struct options *options)
{
	AUTO(recorder) struct recorder *recorder = NULL;
	struct denet_summary summary;

	memset(&summary, 0, sizeof(summary));
	summary.accounting = DENET_ACCOUNTING_BPF;
	assert_int_equal(recorder_new(options, &recorder), 0);
	feed(recorder_observer(recorder), &summary);
	recorder_finish(recorder, &summary);
	assert_false(recorder_has_lost(recorder));
	return read_back();
}

/* "metadata tree exit" from lines of JSON. */
static void assert_kinds(const char *lines, const char *expected)
{
	char kinds[256] = "";
	char *copy = strdup(lines), *rest = NULL;

	assert_non_null(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cJSON *object = cJSON_Parse(line);
		size_t len = strlen(kinds);

		assert_non_null(object);
		(void)snprintf(kinds + len, sizeof(kinds) - len, "%s%s", len ? " " : "",
			       cJSON_GetStringValue(cJSON_GetObjectItem(object, "kind")));
		cJSON_Delete(object);
	}
	free(copy);
	assert_string_equal(kinds, expected);
}

static void lines_come_in_the_documented_order(void **state)
{
	const struct options options = options_for(FORMAT_JSONL);

	(void)state;
	assert_kinds(record(&options), "metadata child tree process exit summary");
}

static void without_children_there_are_samples(void **state)
{
	struct options options = options_for(FORMAT_JSONL);

	(void)state;
	options.monitor.exclude_children = true;
	assert_kinds(record(&options), "metadata sample process exit summary");
}

static void denet_gets_its_own_kinds_alone(void **state)
{
	struct options options = options_for(FORMAT_JSONL);

	(void)state;
	options.compat_denet = true;
	options.write_env = true;
	assert_kinds(record(&options), "env metadata child tree exit");
}

static void an_array_holds_the_same_records(void **state)
{
	const struct options options = options_for(FORMAT_JSON);
	cJSON *array = cJSON_Parse(record(&options));

	(void)state;
	assert_true(cJSON_IsArray(array));
	assert_int_equal(cJSON_GetArraySize(array), 6);
	cJSON_Delete(array);
}

static void csv_is_a_header_and_a_row_a_sample(void **state)
{
	const struct options options = options_for(FORMAT_CSV);
	const char *text = record(&options);
	const char *second = strstr(text, "\r\n");

	(void)state;
	assert_memory_equal(text, "ts_ms,cpu_usage,", 16);
	assert_non_null(second);
	assert_memory_equal(second, "\r\n0,0.0,", 8);
	assert_null(strstr(strstr(second + 2, "\r\n") + 2, "\r\n"));
}

static void records_are_there_before_the_end(void **state)
{
	const struct options options = options_for(FORMAT_JSONL);
	AUTO(recorder) struct recorder *recorder = NULL;
	struct denet_summary summary;

	(void)state;
	memset(&summary, 0, sizeof(summary));
	assert_int_equal(recorder_new(&options, &recorder), 0);
	feed(recorder_observer(recorder), &summary);
	assert_kinds(read_back(), "metadata child tree process exit summary");
}

static void a_full_disk_is_a_loss_and_no_more(void **state)
{
	struct options options = options_for(FORMAT_JSONL);
	AUTO(recorder) struct recorder *recorder = NULL;
	int real_stderr = dup(STDERR_FILENO);
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct denet_summary summary;

	(void)state;
	options.out = "/dev/full";
	memset(&summary, 0, sizeof(summary));
	assert_int_equal(recorder_new(&options, &recorder), 0);
	assert_true(dup2(quiet, STDERR_FILENO) >= 0);
	feed(recorder_observer(recorder), &summary);
	recorder_finish(recorder, &summary);
	assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
	assert_true(recorder_has_lost(recorder));
	assert_int_equal(close(real_stderr) | close(quiet), 0);
}

static void stdout_is_ours_only_when_records_go_there(void **state)
{
	struct options options = options_for(FORMAT_JSONL);

	(void)state;
	assert_false(recorder_owns_stdout(&options));
	options.json = true;
	assert_false(recorder_owns_stdout(&options)); /* quiet, with a file */
	options.quiet = false;
	assert_true(recorder_owns_stdout(&options));
	options.quiet = true;
	options.out = NULL;
	assert_true(recorder_owns_stdout(&options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_come_in_the_documented_order, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(without_children_there_are_samples, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(denet_gets_its_own_kinds_alone, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(an_array_holds_the_same_records, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(csv_is_a_header_and_a_row_a_sample, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(records_are_there_before_the_end, make_path,
						remove_path),
		cmocka_unit_test(a_full_disk_is_a_loss_and_no_more),
		cmocka_unit_test(stdout_is_ours_only_when_records_go_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
