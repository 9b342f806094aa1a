/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The command line of the host's program, its table and its records. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "agent/options.h"
#include "agent/show.h"
#include "agent/show_connections.h"
#include "denet/system.h"
#include "record/host_record.h"
#include "util/cleanup.h"

#define ARGS_MAX 8

static int read_options(const char *const words[], struct agent_options *options, char *error)
{
	char *argv[ARGS_MAX + 1] = { (char *)(uintptr_t) "host" };
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	return options_read(argc, argv, options, error);
}

#define READ(options, error, ...) \
	read_options((const char *const[]){ __VA_ARGS__, NULL }, options, error)

static void options_are_taken_in_all_their_ways(void **state)
{
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;

	(void)state;
	assert_int_equal(READ(&options, error, "--once", "-vj", "-i2.5", "--out=x", "--sort", "io"),
			 0);
	assert_true(options.once && options.verbose && options.json && !options.help);
	assert_int_equal(options.interval_ns, 2500000000);
	assert_string_equal(options.out, "x");
	assert_int_equal(options.sort, SORT_IO);
	assert_int_equal(READ(&options, error, "--container", "a", "--container=b", "--top", "3"),
			 0);
	assert_int_equal(options.containers.count, 2);
	assert_string_equal(options.containers.items[1], "b");
	assert_int_equal(options.top, 3);
	/* Not said: the configuration tells it. */
	assert_int_equal(options.interval_ns, 0);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *word;
		const char *value;
		const char *says;
	} wrong[] = {
		{ "--onse", NULL, "did you mean '--once'?" },
		{ "--zzzzzzzz", NULL, "see 'denet-bpf host --help'" },
		{ "-z", NULL, "unknown option '-z'" },
		{ "--once=1", NULL, "takes no value" },
		{ "--top", NULL, "needs a value" },
		{ "--top", "0", "from 1 on" },
		{ "--interval", "0.05", "at least 0.1" },
		{ "--interval", "x", "'x'" },
		{ "--sort", "size", "cpu|memory|io|pids|name" },
		{ "--container", "", "takes a name" },
		{ "--out", "", "takes a name" },
		{ "word", NULL, "nothing but options" },
		{ "--", NULL, "nothing but options" },
	};
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		print_message("%s\n", wrong[i].word);
		assert_int_equal(READ(&options, error, wrong[i].word, wrong[i].value), -EINVAL);
		assert_non_null(strstr(error, wrong[i].says));
	}
}

static void too_many_names_are_refused(void **state)
{
	char *argv[OPTIONS_NAMES_MAX + 3] = { (char *)(uintptr_t) "host" };
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;
	int argc = 1;

	(void)state;
	while (argc <= OPTIONS_NAMES_MAX)
		argv[argc++] = (char *)(uintptr_t) "--group=x";
	assert_int_equal(options_read(argc, argv, &options, error), 0);
	argv[argc++] = (char *)(uintptr_t) "--group=x";
	assert_int_equal(options_read(argc, argv, &options, error), -EINVAL);
}

static struct cgroup *make_group(const char *path, double cpu, uint64_t memory)
{
	struct cgroup *group;

	assert_int_equal(cgroup_new(MOUNT_V2, 1, path, "/nowhere", &group), 0);
	group->figures.cpu_usage = cpu;
	group->figures.memory_bytes = memory;
	return group;
}

static const struct processes no_processes;
static const struct survey no_survey;
static const struct spaces no_spaces;
static const struct agent_options no_options;

static const struct host_machine machine = {
	.cpu_percent = NAN,
	.memory_total = DENET_UNKNOWN,
	.swap_used = DENET_UNKNOWN,
	.disk_usage_percent = 12,
	.disk_read_bytes_per_sec = NAN,
	.load_avg = { NAN, NAN, NAN },
};

static void names_are_harmless_on_a_screen(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(cgroup)
	struct cgroup *group = make_group("/lxc.payload.\x1b[31m\n\xff\xe2\x80\xae", 150, 2048);
	const struct cgroup *items[] = { group };
	const struct choice choice = { .items = items, .count = 1, .matched = 3 };
	const struct term_style style = { .columns = 40, .is_terminal = true };
	const struct show show = { .style = &style,
				   .machine = &machine,
				   .choice = &choice,
				   .processes = &no_processes,
				   .survey = &no_survey,
				   .spaces = &no_spaces,
				   .options = &no_options,
				   .is_verbose = true };

	(void)state;
	show_append(&text, &show);
	print_message("%s", buf_text(&text));
	for (size_t i = 0; i < text.len; i++)
		assert_true(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] <= '~'));
	assert_non_null(strstr(text.data, "disk 12%\n"));
	assert_non_null(strstr(text.data, "150%"));
	assert_non_null(strstr(text.data, "2.0 KiB"));
	assert_non_null(strstr(text.data, "and 2 more\n"));
	/* Nobody knows them. */
	assert_null(strstr(text.data, "throttled"));
	assert_null(strstr(text.data, "pids"));
}

/* What tells least goes first, and the name keeps some room. */
static void a_narrow_screen_has_fewer_columns(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(cgroup)
	struct cgroup *group = make_group("/system.slice/a-unit-of-a-long-name.service", 1, 1024);
	const struct cgroup *items[] = { group };
	const struct choice choice = { .items = items, .count = 1, .matched = 1 };
	const struct term_style style = { .columns = 24, .is_terminal = true };
	const struct show show = { .style = &style,
				   .machine = &machine,
				   .choice = &choice,
				   .processes = &no_processes,
				   .survey = &no_survey,
				   .spaces = &no_spaces,
				   .options = &no_options };
	char *line;

	(void)state;
	show_append(&text, &show);
	line = strchr(text.data, '\n') + 1;
	assert_null(strstr(line, "memory"));
	assert_non_null(strstr(line, "1.00%"));
	for (; *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 24);
}

static void connections_are_lines_below_a_group(void **state)
{
	struct sockets sockets = { .count = 2, .omitted = 3 };
	AUTO(buf) struct buf text = { 0 };
	struct connections *connections;

	(void)state;
	sockets.all.of[SOCKET_ESTABLISHED] = 12;
	sockets.all.of[SOCKET_FIN_WAIT1] = sockets.all.of[SOCKET_FIN_WAIT2] = 1;
	sockets.all.of[SOCKET_LISTEN] = 5;
	sockets.listeners[0].address.port = 80;
	sockets.listeners[0].counts.of[SOCKET_ESTABLISHED] = 10;
	sockets.listeners[1].address = (struct socket_address){ .port = 81, .is_v6 = true };
	assert_int_equal(connections_new(&sockets, 1, 2, &connections), 0);
	assert_int_equal(connections->rows[0].figures.listeners_omitted, 3);
	show_connections_append(&text, connections);
	assert_string_equal(buf_text(&text),
			    "    connections  12 established  2 fin wait  5 listeners  3 "
			    "listeners omitted\n"
			    "      to 0.0.0.0:80  10 established\n"
			    "      to [::]:81\n");
	connections_free(connections);
	/* Nothing of a namespace without a socket, nor of one that nobody looked at. */
	sockets = (struct sockets){ .is_cut = true };
	assert_int_equal(connections_new(&sockets, 1, 2, &connections), 0);
	assert_string_equal(connections->rows[0].figures.counted, "at_least");
	buf_reset(&text);
	show_connections_append(&text, connections);
	show_connections_append(&text, NULL);
	assert_int_equal(text.len, 0);
	connections_free(connections);
}

static cJSON *parse(const struct buf *text)
{
	cJSON *object = cJSON_ParseWithLength(text->data, text->len);

	assert_non_null(object);
	return object;
}

static void a_record_has_what_is_known(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(cgroup) struct cgroup *group = make_group("/lxc.payload.a\"\n\xff", NAN, 2048);
	cJSON *object;

	(void)state;
	host_record_append(&text, DENET_RECORD_GROUP, &group->figures);
	object = parse(&text);
	assert_string_equal(cJSON_GetObjectItem(object, "kind")->valuestring, "group");
	assert_string_equal(cJSON_GetObjectItem(object, "type")->valuestring, "container");
	assert_string_equal(cJSON_GetObjectItem(object, "name")->valuestring, "a\"\n\xef\xbf\xbd");
	assert_true(cJSON_GetObjectItem(object, "memory_bytes")->valuedouble == 2048);
	assert_null(cJSON_GetObjectItem(object, "cpu_usage"));
	assert_null(cJSON_GetObjectItem(object, "pids"));
	assert_null(memchr(text.data, '\n', text.len));
	cJSON_Delete(object);
}

static void the_machine_has_arrays_of_what_there_are_several(void **state)
{
	static const double cores[] = { 12.5, NAN };
	AUTO(buf) struct buf text = { 0 };
	struct host_machine figures = machine;
	cJSON *object;

	(void)state;
	figures.cpu_per_core = cores;
	figures.cores = 2;
	figures.load_avg[0] = 1;
	figures.load_avg[1] = 2;
	figures.load_avg[2] = 3;
	host_record_append(&text, DENET_RECORD_MACHINE, &figures);
	object = parse(&text);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(object, "cpu_per_core")), 2);
	assert_true(
		cJSON_IsNull(cJSON_GetArrayItem(cJSON_GetObjectItem(object, "cpu_per_core"), 1)));
	assert_true(cJSON_GetArrayItem(cJSON_GetObjectItem(object, "load_avg"), 2)->valuedouble ==
		    3);
	assert_null(cJSON_GetObjectItem(object, "cpu_percent"));
	assert_null(cJSON_GetObjectItem(object, "groups_omitted"));
	cJSON_Delete(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_in_all_their_ways),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(too_many_names_are_refused),
		cmocka_unit_test(names_are_harmless_on_a_screen),
		cmocka_unit_test(a_narrow_screen_has_fewer_columns),
		cmocka_unit_test(connections_are_lines_below_a_group),
		cmocka_unit_test(a_record_has_what_is_known),
		cmocka_unit_test(the_machine_has_arrays_of_what_there_are_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
