/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/scan.h"

/* From a copy without NUL, so that reading past the end shows. */
static int scan_text(const char *text)
{
	size_t len = strlen(text);
	AUTO_FREE char *copy = malloc(len + 1); /* one more: malloc(0) may be NULL */
	struct scan_value value;

	assert_non_null(copy);
	memmove(copy + 1, text, len);
	return scan_document(copy + 1, len, &value);
}

static void assert_string(const char *text, const char *expected, size_t len)
{
	AUTO(buf) struct buf buf = { 0 };
	struct scan_value value;

	assert_int_equal(scan_document(text, strlen(text), &value), 0);
	assert_int_equal(value.type, SCAN_STRING);
	scan_append_string(&value, &buf);
	assert_int_equal(buf.len, len);
	assert_memory_equal(buf_text(&buf), expected, len);
}

static void scan_takes_json(void **state)
{
	static const char *const good[] = {
		"null",
		" true ",
		"false",
		"0",
		"-0.5e+10",
		"\"\"",
		"[]",
		"{}",
		"[ ]",
		"{ }",
		"[1,2 , 3]",
		"{\"a\":{\"b\":[{},[],{\"c\":[[1]]}]},\"d\":null}",
		"\"\\u00e9\\n\"",
		"[[],[[]],{}]",
		"\t[\r\n]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(scan_text(good[i]), 0);
}

static void scan_refuses_what_is_not_json(void **state)
{
	static const char *const bad[] = {
		"",	      " ",	    "{",     "[",      "}",	      "]",
		"[1",	      "[1,",	    "[1,]",  "[,1]",   "[1 2]",	      "{\"a\"}",
		"{\"a\":}",   "{\"a\":1,}", "{a:1}", "{1:2}",  "{\"a\":1]",   "[1}",
		"[}",	      "{]",	    "nul",   "nulll",  "True",	      "01",
		"1.",	      ".5",	    "-",     "+1",     "1e",	      "1e+",
		"0x10",	      "NaN",	    "\"",    "\"\\\"", "\"\\x\"",     "\"\\u12g4\"",
		"\"\\u12",    "\"a\nb\"",   "1 2",   "{} {}",  "[{\"a\":[}]", "[[1]",
		"{\"a\":[1}", "[\"a\":1]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(scan_text(bad[i]), -EINVAL);
}

static void scan_limits_the_depth(void **state)
{
	char text[2 * (SCAN_DEPTH_MAX + 1) + 1] = { 0 };

	(void)state;
	for (size_t depth = SCAN_DEPTH_MAX; depth <= SCAN_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(scan_text(text), depth > SCAN_DEPTH_MAX ? -EINVAL : 0);
	}
}

static void scan_walks_through_an_object(void **state)
{
	const char *text = "{ \"a\" : 9007199254740993 , \"b\":[1,{\"a\":2}],\"c\":\"x,}\" }";
	struct scan_value object;
	struct scan_value key;
	struct scan_value value;
	struct scan scan;
	uint64_t number = 0;

	(void)state;
	assert_int_equal(scan_document(text, strlen(text), &object), 0);
	scan_enter(&object, &scan);
	assert_true(scan_next(&scan, &key, &value));
	assert_true(scan_is(&key, "a"));
	assert_int_equal(scan_u64(&value, &number), 0);
	assert_true(number == 9007199254740993u);
	assert_true(scan_next(&scan, &key, &value));
	assert_int_equal(value.type, SCAN_ARRAY);
	assert_int_equal(value.len, 11);
	assert_true(scan_next(&scan, &key, &value));
	assert_true(scan_is(&value, "x,}"));
	assert_false(scan_next(&scan, &key, &value));
}

static void scan_walks_through_an_array(void **state)
{
	const char *text = "[1.5, \"two\",null]";
	struct scan_value array;
	struct scan_value value;
	struct scan scan;
	double number = 0;

	(void)state;
	assert_int_equal(scan_document(text, strlen(text), &array), 0);
	scan_enter(&array, &scan);
	assert_true(scan_next(&scan, NULL, &value));
	assert_int_equal(scan_double(&value, &number), 0);
	assert_true(number == 1.5);
	assert_true(scan_next(&scan, NULL, &value));
	assert_int_equal(scan_double(&value, &number), -EINVAL);
	assert_true(scan_next(&scan, NULL, &value));
	assert_int_equal(value.type, SCAN_NULL);
	assert_false(scan_next(&scan, NULL, &value));
}

static void scan_undoes_escapes(void **state)
{
	(void)state;
	assert_string("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t", 9);
	assert_string("\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6);
	assert_string("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4);
	assert_string("\"\\ud83dx\\ude00\\u0000\"", "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd", 10);
	assert_string("\"\\ud83d\\u0041\"",
		      "\xef\xbf\xbd"
		      "A",
		      4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_takes_json),
		cmocka_unit_test(scan_refuses_what_is_not_json),
		cmocka_unit_test(scan_limits_the_depth),
		cmocka_unit_test(scan_walks_through_an_object),
		cmocka_unit_test(scan_walks_through_an_array),
		cmocka_unit_test(scan_undoes_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
