/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files as people write them: what each says, and where what is wrong stands. */
#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/cleanup.h"

#define AT(member) offsetof(struct settings, member)

struct target {
	unsigned int type;
	const char *url;
	const char *only;
	uint64_t timeout_ns;
};

struct settings {
	uint64_t interval_ns;
	uint64_t history;
	bool names;
	double share;
	uint64_t size_bytes;
	const char *listen;
	struct {
		uint64_t every_ns;
	} heavy;
	struct config_items targets;
	struct config_items labels;
	struct config_items sorts;
};

static const char *const types[] = { "influx", "statsd", NULL };

static const struct config_key target_keys[] = {
	{ .name = "type", .form = CONFIG_CHOICE, .choices = types, .help = "what" },
	{ .name = "url", .offset = offsetof(struct target, url), .help = "where" },
	{ .name = "only",
	  .type = VALUE_PATTERN,
	  .offset = offsetof(struct target, only),
	  .fallback = "",
	  .help = "which" },
	{ .name = "timeout",
	  .type = VALUE_TIME,
	  .offset = offsetof(struct target, timeout_ns),
	  .fallback = "5s",
	  .min = "100ms",
	  .max = "1m",
	  .help = "how long" },
	{ 0 },
};

static const struct config_key heavy_keys[] = {
	{ .name = "every",
	  .type = VALUE_TIME,
	  .fallback = "60s",
	  .min = "1s",
	  .max = "1d",
	  .help = "when" },
	{ 0 },
};

static const struct config_key keys[] = {
	{ .name = "interval",
	  .type = VALUE_TIME,
	  .offset = AT(interval_ns),
	  .fallback = "1s",
	  .min = "100ms",
	  .max = "1h",
	  .help = "between" },
	{ .name = "history",
	  .type = VALUE_COUNT,
	  .offset = AT(history),
	  .fallback = "3600",
	  .min = "0",
	  .max = "1000000",
	  .help = "how many" },
	{ .name = "names",
	  .type = VALUE_BOOL,
	  .offset = AT(names),
	  .fallback = "false",
	  .help = "or not" },
	{ .name = "share",
	  .type = VALUE_PERCENT,
	  .offset = AT(share),
	  .fallback = "80%",
	  .min = "0%",
	  .max = "100%",
	  .help = "part" },
	{ .name = "size",
	  .type = VALUE_SIZE,
	  .offset = AT(size_bytes),
	  .fallback = "500MiB",
	  .min = "0B",
	  .max = "1TB",
	  .help = "size" },
	{ .name = "listen", .offset = AT(listen), .fallback = "", .help = "where" },
	{ .name = "heavy",
	  .form = CONFIG_SECTION,
	  .offset = AT(heavy),
	  .keys = heavy_keys,
	  .help = "large" },
	{ .name = "targets",
	  .form = CONFIG_LIST,
	  .offset = AT(targets),
	  .keys = target_keys,
	  .size = sizeof(struct target),
	  .help = "whom" },
	{ .name = "labels", .form = CONFIG_PAIRS, .offset = AT(labels), .help = "any" },
	{ .name = "sorts",
	  .form = CONFIG_PAIRS,
	  .type = VALUE_PATTERN,
	  .offset = AT(sorts),
	  .help = "by" },
	{ 0 },
};

static char path[] = "/tmp/denet-config-XXXXXX";

struct outcome {
	struct config config;
	struct settings settings;
	struct faults faults;
	int r;
};

static void put(const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct outcome *read_bytes(const char *text, size_t len)
{
	struct outcome *outcome = calloc(1, sizeof(*outcome));

	assert_non_null(outcome);
	put(text, len);
	outcome->config = (struct config){ .keys = keys, .variables = "DENET_TEST_" };
	outcome->r = config_load(&outcome->config, path, false, &outcome->faults);
	if (!outcome->r)
		outcome->r = config_fill(&outcome->config, &outcome->settings, &outcome->faults);
	return outcome;
}

static void drop(struct outcome *outcome)
{
	config_free(keys, &outcome->settings);
	config_done(&outcome->config);
	faults_done(&outcome->faults);
	free(outcome);
}

static void assert_fault(const char *text, size_t index, const char *place, const char *wanted)
{
	struct outcome *outcome = read_bytes(text, strlen(text));
	char whole[256];

	assert_int_equal(outcome->r, -EINVAL);
	assert_true(outcome->faults.count > index);
	(void)snprintf(whole, sizeof(whole), "%s:%s: %s", path, place, wanted);
	assert_string_equal(outcome->faults.items[index], whole);
	drop(outcome);
}

static void what_is_not_said_is_as_usual(void **state)
{
	struct outcome *outcome = read_bytes("# nothing\n", 10);

	(void)state;
	assert_int_equal(outcome->r, 0);
	assert_int_equal(outcome->settings.interval_ns, 1000000000);
	assert_int_equal(outcome->settings.history, 3600);
	assert_int_equal(outcome->settings.size_bytes, 500 << 20);
	assert_true(outcome->settings.share > 79.9 && outcome->settings.share < 80.1);
	assert_null(outcome->settings.listen);
	assert_int_equal(outcome->settings.heavy.every_ns, 60000000000);
	assert_int_equal(outcome->settings.targets.count, 0);
	drop(outcome);
}

static void what_is_said_counts(void **state)
{
	static const char text[] = "interval: 2.5s\nhistory: 0\nnames: true\nshare: 12.5 %\n"
				   "size: 2GB\nlisten: ''\nheavy: {every: 1.5m}\n"
				   "targets:\n- type: statsd\n  url: udp://x\n"
				   "- {type: influx, url: http://y, timeout: 100ms}\n"
				   "labels:\n  any thing: \"a\\nb\"\n  é: 1\n";
	struct outcome *outcome = read_bytes(text, sizeof(text) - 1);
	const struct target *targets = outcome->settings.targets.items;
	const struct config_pair *labels = outcome->settings.labels.items;

	(void)state;
	assert_int_equal(outcome->r, 0);
	assert_int_equal(outcome->settings.interval_ns, 2500000000);
	assert_int_equal(outcome->settings.history, 0);
	assert_true(outcome->settings.names);
	assert_true(outcome->settings.share > 12.4 && outcome->settings.share < 12.6);
	assert_int_equal(outcome->settings.size_bytes, 2000000000);
	assert_string_equal(outcome->settings.listen, "");
	assert_int_equal(outcome->settings.heavy.every_ns, 90000000000);
	assert_int_equal(outcome->settings.targets.count, 2);
	assert_int_equal(targets[0].type, 1);
	assert_int_equal(targets[0].timeout_ns, 5000000000);
	assert_string_equal(targets[1].url, "http://y");
	assert_int_equal(targets[1].timeout_ns, 100000000);
	assert_int_equal(outcome->settings.labels.count, 2);
	assert_string_equal(labels[0].key, "any thing");
	assert_string_equal(labels[0].value, "a\nb");
	assert_int_equal(labels[1].place.line, 14);
	drop(outcome);
}

static const struct {
	const char *text;
	const char *place;
	const char *fault;
} wrong[] = {
	{ "names: true\nintervall: 2s\n", "2:1",
	  "unknown key 'intervall', did you mean 'interval'?" },
	{ "zzz: 1\n", "1:1", "unknown key 'zzz'" },
	{ "history: 1h\n", "1:10", "'history' wants a whole number, not '1h'" },
	{ "history: 1.0\n", "1:10", "'history' wants a whole number, not '1.0'" },
	{ "history: -1\n", "1:10", "'history' must be from 0 to 1000000, not '-1'" },
	{ "history: 99999999999\n", "1:10",
	  "'history' must be from 0 to 1000000, not '99999999999'" },
	{ "history: 99999999999999999999999\n", "1:10",
	  "'history' must be from 0 to 1000000, not '99999999999999999999999'" },
	{ "history: 010\n", "1:10", "'history' wants a whole number, not '010'" },
	{ "history: 0x10\n", "1:10", "'history' wants a whole number, not '0x10'" },
	{ "names: maybe\n", "1:8", "'names' wants true or false, not 'maybe'" },
	{ "names: yes\n", "1:8", "'names' wants true or false, not 'yes'" },
	{ "share: 1,5\n", "1:8", "'share' wants a part as 80%, not '1,5'" },
	{ "share: 80\n", "1:8", "'share' wants a part as 80%, not '80'" },
	{ "share: 101%\n", "1:8", "'share' must be from 0% to 100%, not '101%'" },
	{ "interval: 5\n", "1:11", "'interval' wants a time as 30s, 5m or 1h, not '5'" },
	{ "interval: .5s\n", "1:11", "'interval' wants a time as 30s, 5m or 1h, not '.5s'" },
	{ "interval: 1.2.3s\n", "1:11", "'interval' wants a time as 30s, 5m or 1h, not '1.2.3s'" },
	{ "interval: 1e3s\n", "1:11", "'interval' wants a time as 30s, 5m or 1h, not '1e3s'" },
	{ "interval: 50ms\n", "1:11", "'interval' must be from 100ms to 1h, not '50ms'" },
	{ "size: 5 MB B\n", "1:7", "'size' wants a size as 500MiB or 2GB, not '5 MB B'" },
	{ "interval:\n", "1:10", "'interval' has no value" },
	{ "heavy:\n", "1:7", "'heavy' has no value" },
	{ "labels:\n  a:\n", "2:5", "'a' has no value" },
	{ "interval: [1s]\n", "1:11", "'interval' wants one value: a time as 30s, 5m or 1h" },
	{ "heavy: 5\n", "1:8", "'heavy' wants keys below it" },
	{ "targets: {a: b}\n", "1:10", "'targets' wants a list (- ...)" },
	{ "targets: [a]\n", "1:11", "an entry of 'targets' wants keys" },
	{ "targets:\n  - {type: influx, url: x}\n  - {}\n", "3:5", "'type' is missing" },
	{ "labels: [a]\n", "1:9", "'labels' wants name: value pairs" },
	{ "labels: {a: [b]}\n", "1:13", "'a' of 'labels' wants one value" },
	{ "sorts: {a: '(b'}\n", "1:12",
	  "'a' wants a regular expression, not '(b': Unmatched ( or \\(" },
	{ "labels: {a: b, a: c}\n", "1:16", "'a' is given twice, first in line 1" },
	{ "targets:\n  - type: influx\n", "2:5", "'url' is missing" },
	{ "targets:\n  - {type: inflx, url: x}\n", "2:12",
	  "'type' knows no 'inflx', did you mean 'influx'?" },
	{ "targets:\n  - {type: q, url: x}\n", "2:12", "'type' knows no 'q'" },
	{ "targets:\n  - {type: influx, url: x, only: (a}\n", "2:34",
	  "'only' wants a regular expression, not '(a': Unmatched ( or \\(" },
	{ "interval: 2s\ninterval: 3s\n", "2:1", "'interval' is given twice, first in line 1" },
	{ "names: true\nheavy:\n\tevery: 2s\n", "3:1",
	  "found character that cannot start any token, while scanning for the next token" },
	{ "interval: &a 2s\n", "1:11", "anchors (&name) are not allowed" },
	{ "heavy: &a {every: 2s}\n", "1:8", "anchors (&name) are not allowed" },
	{ "targets: &a []\n", "1:10", "anchors (&name) are not allowed" },
	{ "interval: *a\n", "1:11", "aliases (*name) are not allowed" },
	{ "interval: !!str 2s\n", "1:11", "tags (!name) are not allowed" },
	{ "? [a]\n: b\n", "1:3", "a key must be a word" },
	{ "names: true\n--- {}\n", "2:1", "a second document is not allowed" },
	{ "- a\n", "1:1", "keys are wanted" },
	{ "names: true\nlisten: \xff\n", "2:9", "invalid leading UTF-8 octet" },
	{ "names: true\nlisten: a\x01\n", "2:10", "control characters are not allowed" },
	{ "listen: \"a\\0b\"\n", "1:9", "a value holds a NUL" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_fault(wrong[i].text, 0, wrong[i].place, wrong[i].fault);
}

static void up_to_twenty_are_told_in_their_order(void **state)
{
	static const char text[] = "history: x\nintervall: 1s\nnames: x\n";

	(void)state;
	assert_fault(text, 0, "1:10", "'history' wants a whole number, not 'x'");
	assert_fault(text, 1, "2:1", "unknown key 'intervall', did you mean 'interval'?");
	assert_fault(text, 2, "3:8", "'names' wants true or false, not 'x'");
}

static void a_file_of_wrong_keys_is_soon_given_up(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	struct outcome *outcome;

	(void)state;
	for (size_t i = 0; i < 50000; i++)
		buf_printf(&text, "key%zu: 1\n", i);
	outcome = read_bytes(text.data, text.len);
	assert_int_equal(outcome->r, -EINVAL);
	assert_int_equal(outcome->faults.count, FAULTS_MAX);
	drop(outcome);
}

static void assert_refused(char byte, size_t len, const char *what)
{
	AUTO(buf) struct buf text = { 0 };
	struct outcome *outcome;

	buf_append_repeated(&text, byte, len);
	outcome = read_bytes(text.data, text.len);
	assert_int_equal(outcome->r, -EINVAL);
	assert_int_equal(outcome->faults.count, 1);
	assert_non_null(strstr(outcome->faults.items[0], what));
	drop(outcome);
}

static void what_is_too_large_is_refused(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	struct outcome *outcome;

	(void)state;
	assert_refused('[', 100000, "nested too deeply");
	assert_refused('#', (1u << 20) + 1, "larger than 1048576 bytes");
	buf_append_text(&text, "labels:\n");
	for (size_t i = 0; i <= CONFIG_ITEMS_MAX; i++)
		buf_printf(&text, " k%zu: v\n", i);
	outcome = read_bytes(text.data, text.len);
	assert_int_equal(outcome->r, -EINVAL);
	assert_non_null(strstr(outcome->faults.items[0], "'labels' has more than 1000 entries"));
	drop(outcome);
}

static void a_file_that_is_missing_may_be(void **state)
{
	struct config config = { .keys = keys, .variables = "DENET_TEST_" };
	struct faults faults = { 0 };

	(void)state;
	assert_int_equal(config_load(&config, "/tmp/denet/none", false, &faults), -ENOENT);
	assert_int_equal(config_load(&config, "/tmp/denet/none", true, &faults), 0);
	assert_null(config.file);
	assert_int_equal(config_load(&config, "/tmp", true, &faults), -EISDIR);
	assert_int_equal(faults.count, 0);
}

static void the_command_line_beats_the_environment_and_that_the_file(void **state)
{
	static const struct config_given given[] = { { "history", "3", "history" } };
	struct outcome *outcome;
	AUTO(buf) struct buf text = { 0 };
	char wanted[512];

	(void)state;
	assert_int_equal(setenv("DENET_TEST_HISTORY", "2", 1), 0);
	assert_int_equal(setenv("DENET_TEST_HEAVY_EVERY", "2s", 1), 0);
	outcome = read_bytes("history: 1\nheavy: {every: 1s}\nlabels: {'x #': \"1\"}\n", 50);
	assert_int_equal(outcome->r, 0);
	assert_int_equal(outcome->settings.history, 2);
	assert_int_equal(outcome->settings.heavy.every_ns, 2000000000);
	outcome->config.given = given;
	outcome->config.given_count = 1;
	config_free(keys, &outcome->settings);
	assert_int_equal(config_fill(&outcome->config, &outcome->settings, &outcome->faults), 0);
	assert_int_equal(outcome->settings.history, 3);
	config_append_values(&text, &outcome->config);
	(void)snprintf(wanted, sizeof(wanted),
		       "interval: 1s  # default\nhistory: 3  # --history\n"
		       "names: false  # default\nshare: 80%%  # default\nsize: 500MiB  # default\n"
		       "heavy:\n  every: 2s  # DENET_TEST_HEAVY_EVERY\n"
		       "labels:\n  \"x #\": 1  # %s:3\n",
		       path);
	assert_string_equal(buf_text(&text), wanted);
	drop(outcome);
	assert_int_equal(setenv("DENET_TEST_HISTORY", "x", 1), 0);
	outcome = read_bytes("", 0);
	assert_int_equal(outcome->r, -EINVAL);
	assert_string_equal(outcome->faults.items[0],
			    "DENET_TEST_HISTORY: 'history' wants a whole number, not 'x'");
	drop(outcome);
	(void)unsetenv("DENET_TEST_HISTORY");
	(void)unsetenv("DENET_TEST_HEAVY_EVERY");
}

static void what_is_shown_says_the_same_again(void **state)
{
	static const char text[] =
		"listen: \"a\\n'#: \\\"\\t\"\ntargets:\n- {type: statsd, url: -x}\n"
		"labels: {'%': '', b: '- c'}\n";
	struct outcome *outcome = read_bytes(text, sizeof(text) - 1);
	struct outcome *again;
	AUTO(buf) struct buf shown = { 0 };
	const struct config_pair *labels;
	const struct target *targets;

	(void)state;
	assert_int_equal(outcome->r, 0);
	config_append_values(&shown, &outcome->config);
	again = read_bytes(shown.data, shown.len);
	assert_int_equal(again->r, 0);
	assert_string_equal(again->settings.listen, outcome->settings.listen);
	targets = again->settings.targets.items;
	assert_int_equal(again->settings.targets.count, 1);
	assert_int_equal(targets->type, 1);
	assert_string_equal(targets->url, "-x");
	labels = again->settings.labels.items;
	assert_string_equal(labels[0].key, "%");
	assert_string_equal(labels[0].value, "");
	assert_string_equal(labels[1].value, "- c");
	drop(outcome);
	drop(again);
}

static void the_keys_are_told(void **state)
{
	static const struct config config = { .keys = keys };
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	config_append_keys(&text, &config);
	assert_non_null(strstr(
		buf_text(&text),
		"| `heavy.every` | a time as 30s, 5m or 1h, from 1s to 1d | `60s` | when |\n"));
	assert_non_null(
		strstr(buf_text(&text), "| `targets.url` | a word | must be given | where |\n"));
	assert_non_null(strstr(buf_text(&text), "| `labels` | name: value pairs | | any |\n"));
	assert_non_null(strstr(buf_text(&text), "| `targets.type` | `influx`, `statsd` |"));
}

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_is_as_usual),
		cmocka_unit_test(what_is_said_counts),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(up_to_twenty_are_told_in_their_order),
		cmocka_unit_test(a_file_of_wrong_keys_is_soon_given_up),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(a_file_that_is_missing_may_be),
		cmocka_unit_test(the_command_line_beats_the_environment_and_that_the_file),
		cmocka_unit_test(what_is_shown_says_the_same_again),
		cmocka_unit_test(the_keys_are_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
