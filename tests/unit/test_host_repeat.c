/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/host_repeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "denet/system.h"
#include "metrics/host_records.h"
#include "record/host_record.h"
#include "util/cleanup.h"

static void repeat_freep(struct host_repeat *repeat)
{
	host_repeat_done(repeat);
}

/* What is kept is what would be written. */
static void assert_told(struct host_repeat *repeat, enum denet_record record, const void *figures)
{
	AUTO(buf) struct buf anew = { 0 };
	const char *text;
	size_t len;

	host_record_append(&anew, record, figures);
	assert_int_equal(host_repeat_text(repeat, record, figures, &text, &len), 0);
	assert_int_equal(len, anew.len);
	assert_memory_equal(text, anew.data, len);
}

static struct host_command make_command(const char *comm)
{
	return (struct host_command){
		.ts_ms = 1790000000000,
		.group = "web",
		.cgroup = "/docker/web,\"ts_ms\":1",
		.comm = comm,
		.uid = 1000,
		.cpu_time_ns = 12,
		.cpu_usage = 0,
	};
}

static void only_the_time_is_new(void **state)
{
	AUTO(repeat) struct host_repeat repeat = { 0 };
	char comm[] = "nginx";
	struct host_command command = make_command(comm);
	struct host_command other = make_command("cron");

	(void)state;
	for (int i = 0; i < 5; i++) {
		command.ts_ms += 1000;
		other.ts_ms += 1000;
		host_repeat_begin(&repeat);
		assert_told(&repeat, DENET_RECORD_COMMAND, &command);
		assert_told(&repeat, DENET_RECORD_COMMAND, &other);
		assert_told(&repeat, DENET_RECORD_COMMAND, &command);
		host_repeat_end(&repeat);
		assert_int_equal(repeat.by_texts.count, 2);
	}
}

static void what_has_changed_is_told(void **state)
{
	AUTO(repeat) struct host_repeat repeat = { 0 };
	char comm[] = "nginx";
	struct host_command command = make_command(comm);

	(void)state;
	host_repeat_begin(&repeat);
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.cpu_time_ns++;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.cpu_usage = 0.5;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.uid = 0;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.cpu_time_ns = DENET_UNKNOWN;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	/* In its place. */
	comm[0] = 'N';
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.failed_by_status = "1:2";
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.failed_by_status = "";
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	/* A clock that was set: of another length. */
	command.ts_ms = 999;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	command.ts_ms = 0;
	assert_told(&repeat, DENET_RECORD_COMMAND, &command);
	host_repeat_end(&repeat);
}

static void two_users_of_a_name_are_two(void **state)
{
	AUTO(repeat) struct host_repeat repeat = { 0 };
	struct host_command one = make_command("sh"), other = make_command("sh");

	(void)state;
	other.uid = 33;
	for (int i = 0; i < 3; i++) {
		host_repeat_begin(&repeat);
		assert_told(&repeat, DENET_RECORD_COMMAND, &one);
		assert_told(&repeat, DENET_RECORD_COMMAND, &other);
		host_repeat_end(&repeat);
	}
}

static void who_is_gone_is_forgotten(void **state)
{
	AUTO(repeat) struct host_repeat repeat = { 0 };
	char comm[16];

	(void)state;
	for (unsigned int look = 0; look < 3; look++) {
		host_repeat_begin(&repeat);
		for (unsigned int i = 0; i < HOST_REPEAT_MAX + 10; i++) {
			struct host_command command = make_command(comm);

			(void)snprintf(comm, sizeof(comm), "%u.%u", look, i);
			assert_told(&repeat, DENET_RECORD_COMMAND, &command);
		}
		assert_int_equal(repeat.by_texts.count, HOST_REPEAT_MAX);
		host_repeat_end(&repeat);
	}
	host_repeat_begin(&repeat);
	host_repeat_end(&repeat);
	assert_int_equal(repeat.by_texts.count, 0);
}

/* What the struct holds as an array is read by its writer alone. */
static void the_machine_is_told_anew(void **state)
{
	AUTO(repeat) struct host_repeat repeat = { 0 };
	double cores[] = { 12.5, 3 };
	struct host_machine machine = { .cpu_per_core = cores, .cores = 2 };

	(void)state;
	assert_told(&repeat, DENET_RECORD_MACHINE, &machine);
	cores[1] = 4;
	assert_told(&repeat, DENET_RECORD_MACHINE, &machine);
	assert_int_equal(repeat.by_texts.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_time_is_new),
		cmocka_unit_test(what_has_changed_is_told),
		cmocka_unit_test(two_users_of_a_name_are_two),
		cmocka_unit_test(who_is_gone_is_forgotten),
		cmocka_unit_test(the_machine_is_told_anew),
	};

	return cmocka_run_group_tests_name("test_host_repeat", tests, NULL, NULL);
}
