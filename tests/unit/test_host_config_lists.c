/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Lists of words, and lists that may be one entry without a list. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "config/config.h"
#include "util/cleanup.h"

#define AT(member) offsetof(struct sink, member)

struct sink {
	const char *url;
	struct config_items kinds;
	struct config_items names;
	struct config_items marks;
};

struct settings {
	struct config_items sinks;
};

static const char *const kinds[] = { "influx", "statsd", NULL };

static const char *check_url(const char *text)
{
	return strcmp(text, "y") ? NULL : "is no address";
}

static const struct config_key sink_keys[] = {
	{ .name = "url", .offset = AT(url), .check = check_url, .help = "where" },
	{ .name = "kinds",
	  .form = CONFIG_WORDS,
	  .offset = AT(kinds),
	  .choices = kinds,
	  .help = "of" },
	{ .name = "names",
	  .form = CONFIG_WORDS,
	  .type = VALUE_PATTERN,
	  .offset = AT(names),
	  .help = "like" },
	{ .name = "marks", .form = CONFIG_PAIRS, .offset = AT(marks), .help = "with" },
	{ 0 },
};

static const struct config_key keys[] = {
	{ .name = "sinks",
	  .form = CONFIG_LIST,
	  .keys = sink_keys,
	  .size = sizeof(struct sink),
	  .may_be_one = true,
	  .help = "to" },
	{ 0 },
};

static char path[] = "/tmp/denet-config-XXXXXX";

struct outcome {
	struct config config;
	struct settings settings;
	struct faults faults;
	int r;
};

static void read_text(struct outcome *outcome, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	*outcome = (struct outcome){ .config = { .keys = keys, .variables = "DENET_TEST_" } };
	outcome->r = config_load(&outcome->config, path, false, &outcome->faults);
	if (!outcome->r)
		outcome->r = config_fill(&outcome->config, &outcome->settings, &outcome->faults);
}

static void drop(struct outcome *outcome)
{
	config_free(keys, &outcome->settings);
	config_done(&outcome->config);
	faults_done(&outcome->faults);
}

static void a_list_of_one_may_stand_alone_with_lists_in_it(void **state)
{
	AUTO(buf) struct buf shown = { 0 };
	const struct config_pair *marks;
	const struct sink *sink;
	const char *const *words;
	struct outcome outcome;

	(void)state;
	/* What is shown says the same again. */
	read_text(&outcome, "sinks:\n  kinds: [influx, statsd]\n  url: x\n  names:\n  - ^a\n"
			    "  marks: {b: c}\n");
	assert_int_equal(outcome.r, 0);
	config_append_values(&shown, &outcome.config);
	drop(&outcome);
	read_text(&outcome, buf_text(&shown));
	assert_int_equal(outcome.r, 0);
	assert_int_equal(outcome.settings.sinks.count, 1);
	sink = outcome.settings.sinks.items;
	assert_string_equal(sink->url, "x");
	assert_int_equal(sink->kinds.count, 2);
	words = sink->kinds.items;
	assert_string_equal(words[0], "influx");
	assert_string_equal(words[1], "statsd");
	assert_int_equal(sink->names.count, 1);
	words = sink->names.items;
	assert_string_equal(words[0], "^a");
	assert_int_equal(sink->marks.count, 1);
	marks = sink->marks.items;
	assert_string_equal(marks->value, "c");
	drop(&outcome);
}

static void what_is_wrong_in_them_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *fault;
	} wrong[] = {
		{ "sinks: 5\n", "1:8: 'sinks' wants a list (- ...)" },
		{ "sinks: {url: y}\n", "1:14: 'url' is no address" },
		{ "sinks: {kinds: [influx]}\n", "1:8: 'url' is missing" },
		{ "sinks: {url: x, kinds: [statsd, inflx]}\n",
		  "1:33: 'kinds' knows no 'inflx', did you mean 'influx'?" },
		{ "sinks: {url: x, kinds: influx}\n", "1:24: 'kinds' wants a list (- ...)" },
		{ "sinks: {url: x, kinds: [[influx]]}\n",
		  "1:25: an entry of 'kinds' wants one value" },
		{ "sinks:\n- url: x\n  kinds:\n  -\n", "4:4: an entry of 'kinds' wants one value" },
		{ "sinks:\n- url: x\n  names: [a, (b]\n",
		  "3:14: 'names' wants a regular expression, not '(b': Unmatched ( or \\(" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome;

		read_text(&outcome, wrong[i].text);
		assert_int_equal(outcome.r, -EINVAL);
		assert_int_equal(outcome.faults.count, 1);
		assert_string_equal(outcome.faults.items[0] + strlen(path) + 1, wrong[i].fault);
		drop(&outcome);
	}
}

static void their_keys_are_told_with_what_they_take(void **state)
{
	const struct config config = { .keys = keys };
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	config_append_keys(&text, &config);
	assert_non_null(strstr(buf_text(&text), "| `sinks` | a list, or one | | to |\n"));
	assert_non_null(strstr(buf_text(&text),
			       "| `sinks.kinds` | a list of `influx`, `statsd` | | of |\n"));
	assert_non_null(strstr(buf_text(&text),
			       "| `sinks.names` | a list of regular expressions | | like |\n"));
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_one_may_stand_alone_with_lists_in_it),
		cmocka_unit_test(what_is_wrong_in_them_is_told_with_its_place),
		cmocka_unit_test(their_keys_are_told_with_what_they_take),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
