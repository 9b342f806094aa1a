/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Lists of entries that have words, pairs and places of their own. */
#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/cleanup.h"

#define AT(member) offsetof(struct item, member)

struct item {
	const char *name;
	struct config_word limit;
	struct config_items words;
	struct config_items marks;
	struct place place;
};

static const struct config_key item_keys[] = {
	{ .name = "name", .type = VALUE_TEXT, .offset = AT(name), .help = "called" },
	{ .name = "limit",
	  .type = VALUE_PLACED,
	  .offset = AT(limit),
	  .fallback = "",
	  .help = "how much" },
	{ .name = "words",
	  .form = CONFIG_WORDS,
	  .type = VALUE_PLACED,
	  .offset = AT(words),
	  .help = "one by one" },
	{ .name = "marks", .form = CONFIG_PAIRS, .offset = AT(marks), .help = "on it" },
	{ 0 },
};

static const struct config_key keys[] = {
	{ .name = "items",
	  .form = CONFIG_LIST,
	  .keys = item_keys,
	  .size = sizeof(struct item),
	  .place_offset = AT(place),
	  .help = "all" },
	{ 0 },
};

struct outcome {
	struct config config;
	struct config_items items;
	struct faults faults;
	int r;
};

static struct outcome read_text(const char *text)
{
	struct outcome outcome = { .config = { .keys = keys, .variables = "DENET_TEST_" } };

	outcome.r = node_read("it.yml", text, strlen(text), &outcome.faults, &outcome.config.root);
	if (!outcome.r)
		outcome.r = config_fill(&outcome.config, &outcome.items, &outcome.faults);
	return outcome;
}

static void drop(struct outcome *outcome)
{
	config_free(keys, &outcome->items);
	config_done(&outcome->config);
	faults_done(&outcome->faults);
}

static void an_entry_has_words_and_pairs(void **state)
{
	struct outcome outcome =
		read_text("items:\n- name: x\n  limit: 5 GB\n  words: [ls, -l, '', 'a b']\n"
			  "  marks: {a: b, 'c d': \"e\\n\"}\n- {name: y}\n");
	const struct item *items = outcome.items.items;

	(void)state;
	assert_int_equal(outcome.r, 0);
	assert_int_equal(outcome.items.count, 2);
	assert_string_equal(items[0].limit.text, "5 GB");
	assert_int_equal(items[0].limit.place.line, 3);
	assert_int_equal(items[0].limit.place.column, 10);
	assert_int_equal(items[0].words.count, 4);
	assert_null(items[1].limit.text);
	assert_int_equal(items[1].words.count, 0);
	assert_int_equal(items[1].place.line, 6);
	assert_int_equal(items[1].place.column, 3);
	drop(&outcome);
}

static void what_is_shown_of_them_says_the_same_again(void **state)
{
	struct outcome outcome =
		read_text("items:\n- name: x\n  limit: 5 GB\n  words: [ls, -l, '', 'a b']\n"
			  "  marks: {a: b, 'c d': \"e\\n\"}\n- {name: y}\n");
	AUTO(buf) struct buf shown = { 0 };
	struct outcome again;
	const struct item *items;
	const struct config_word *words;
	const struct config_pair *marks;

	(void)state;
	config_append_values(&shown, &outcome.config);
	drop(&outcome);
	again = read_text(buf_text(&shown));
	assert_int_equal(again.r, 0);
	items = again.items.items;
	assert_int_equal(again.items.count, 2);
	assert_string_equal(items[0].limit.text, "5 GB");
	words = items[0].words.items;
	assert_int_equal(items[0].words.count, 4);
	assert_string_equal(words[1].text, "-l");
	assert_string_equal(words[2].text, "");
	assert_string_equal(words[3].text, "a b");
	marks = items[0].marks.items;
	assert_string_equal(marks[1].key, "c d");
	assert_string_equal(marks[1].value, "e\n");
	assert_string_equal(items[1].name, "y");
	drop(&again);
}

static const struct {
	const char *text;
	const char *fault;
} wrong[] = {
	{ "items: [{name: x, words: {a: b}}]\n", "it.yml:1:26: 'words' wants a list (- ...)" },
	{ "items: [{name: x, words: [a, [b]]}]\n",
	  "it.yml:1:30: an entry of 'words' wants one value" },
	{ "items:\n- name: x\n  words:\n  -\n", "it.yml:4:4: an entry of 'words' wants one value" },
	{ "items: [{name: x, marks: {a: b, a: c}}]\n",
	  "it.yml:1:33: 'a' is given twice, first in line 1" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome = read_text(wrong[i].text);

		assert_int_equal(outcome.r, -EINVAL);
		assert_string_equal(outcome.faults.items[0], wrong[i].fault);
		drop(&outcome);
	}
}

static void a_number_may_have_a_point(void **state)
{
	double number;
	uint64_t whole;

	(void)state;
	assert_int_equal(value_parse(VALUE_NUMBER, "0.5", &number, &whole), 0);
	assert_true(number > 0.49 && number < 0.51);
	assert_int_equal(value_parse(VALUE_NUMBER, "0.5s", &number, &whole), -EINVAL);
	assert_int_equal(value_parse(VALUE_COUNT, "0.5", &number, &whole), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_has_words_and_pairs),
		cmocka_unit_test(what_is_shown_of_them_says_the_same_again),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(a_number_may_have_a_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
