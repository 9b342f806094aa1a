/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/json.h"

static void assert_string(const char *bytes, size_t len, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	json_init(&json, &buf);
	json_bytes(&json, NULL, bytes, len);
	assert_string_equal(buf_text(&buf), expected);
}

static void json_separates_members_and_elements(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	(void)state;
	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_u64(&json, "a", 1);
	json_array_begin(&json, "b");
	json_object_begin(&json, NULL);
	json_object_end(&json);
	json_array_begin(&json, NULL);
	json_array_end(&json);
	json_bool(&json, NULL, true);
	json_null(&json, NULL);
	json_array_end(&json);
	json_i64(&json, "c", -5);
	json_raw(&json, "d", "[1]", 3);
	json_object_end(&json);
	assert_string_equal(buf_text(&buf), "{\"a\":1,\"b\":[{},[],true,null],\"c\":-5,\"d\":[1]}");
}

static void json_indents_by_two_when_pretty(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	(void)state;
	json_init_pretty(&json, &buf);
	json_object_begin(&json, NULL);
	json_u64(&json, "a", 1);
	json_object_begin(&json, "b");
	json_array_begin(&json, "c");
	json_array_end(&json);
	json_object_end(&json);
	json_object_end(&json);
	assert_string_equal(buf_text(&buf), "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": []\n  }\n}");
}

static void json_writes_numbers_exactly(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	(void)state;
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	json_u64(&json, NULL, UINT64_MAX);
	json_i64(&json, NULL, INT64_MIN);
	json_float(&json, NULL, 0);
	json_float(&json, NULL, 12.3f);
	json_double(&json, NULL, 12.3);
	json_float(&json, NULL, NAN);
	json_double(&json, NULL, INFINITY);
	json_array_end(&json);
	assert_string_equal(buf_text(&buf),
			    "[18446744073709551615,-9223372036854775808,0.0,12.3,12.3,null,null]");
}

static void json_escapes_what_could_do_harm(void **state)
{
	(void)state;
	assert_string("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	assert_string("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
	assert_string("\0\x1b\x7f", 3, "\"\\u0000\\u001b\\u007f\"");
	assert_string("</script>", 9, "\"\\u003c/script>\"");
	assert_string("\xe2\x80\xa8\xc2\x9b", 5, "\"\\u2028\\u009b\"");
	assert_string("/bin/\xc3\xa9", 7, "\"/bin/\xc3\xa9\"");
	assert_string("", 0, "\"\"");
}

static void json_makes_any_bytes_valid(void **state)
{
	(void)state;
	assert_string("a\xff"
		      "b\xe2\x82",
		      5,
		      "\"a\xef\xbf\xbd"
		      "b\xef\xbf\xbd\"");
	assert_string("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void json_strings_come_back_through_another_parser(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;
	char bytes[127];
	cJSON *value;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i + 1);
	json_init(&json, &buf);
	json_bytes(&json, NULL, bytes, sizeof(bytes));
	value = cJSON_Parse(buf_text(&buf));
	assert_non_null(value);
	assert_int_equal(strlen(cJSON_GetStringValue(value)), sizeof(bytes));
	assert_memory_equal(cJSON_GetStringValue(value), bytes, sizeof(bytes));
	cJSON_Delete(value);
}

static void json_stops_at_the_first_lack_of_memory(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	(void)state;
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	(void)buf_reserve(&buf, SIZE_MAX);
	json_u64(&json, NULL, 1);
	json_string(&json, NULL, "x");
	json_array_end(&json);
	assert_string_equal(buf_text(&buf), "[");
	assert_true(buf.error < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_separates_members_and_elements),
		cmocka_unit_test(json_indents_by_two_when_pretty),
		cmocka_unit_test(json_writes_numbers_exactly),
		cmocka_unit_test(json_escapes_what_could_do_harm),
		cmocka_unit_test(json_makes_any_bytes_valid),
		cmocka_unit_test(json_strings_come_back_through_another_parser),
		cmocka_unit_test(json_stops_at_the_first_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
