/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "util/cleanup.h"
#include "util/utf8.h"

#define BAD "\xef\xbf\xbd"

static void assert_text(const char *bytes, size_t len, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	utf8_append(&buf, bytes, len);
	assert_string_equal(buf_text(&buf), expected);
}

static void assert_plain(const char *bytes, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	utf8_append_plain(&buf, bytes, strlen(bytes));
	assert_string_equal(buf_text(&buf), expected);
}

static void assert_fitted(const char *bytes, size_t columns, const char *expected, size_t used)
{
	AUTO(buf) struct buf buf = { 0 };

	assert_int_equal(utf8_append_fitted(&buf, bytes, strlen(bytes), columns), used);
	assert_string_equal(buf_text(&buf), expected);
}

static void utf8_keeps_valid_text(void **state)
{
	const char *text = "plain \xc3\xa9 \xe2\x82\xac \xed\x9f\xbf \xee\x80\x80 \xf0\x9f\x98\x80"
			   " \xf4\x8f\xbf\xbf\n";

	(void)state;
	assert_text(text, strlen(text), text);
}

static void utf8_replaces_stray_and_impossible_bytes(void **state)
{
	(void)state;
	assert_text("a\x80z", 3, "a" BAD "z");
	assert_text("\xfe\xff", 2, BAD BAD);
	assert_text("\xc0\x80", 2, BAD BAD);
	assert_text("\xc1\xbf", 2, BAD BAD);
	assert_text("\xf5\x80\x80\x80", 4, BAD BAD BAD BAD);
}

static void utf8_rejects_overlong_surrogates_and_too_large(void **state)
{
	(void)state;
	assert_text("\xe0\x80\xaf", 3, BAD BAD BAD);
	assert_text("\xe0\x9f\xbf", 3, BAD BAD BAD);
	assert_text("\xf0\x8f\xbf\xbf", 4, BAD BAD BAD BAD);
	assert_text("\xed\xa0\x80", 3, BAD BAD BAD);
	assert_text("\xf4\x90\x80\x80", 4, BAD BAD BAD BAD);
}

static void utf8_replaces_a_cut_character_once(void **state)
{
	(void)state;
	assert_text("\xe2\x82", 2, BAD);
	assert_text("\xf0\x9f\x98", 3, BAD);
	assert_text("\xf0\x9f\x98z", 4, BAD "z");
	assert_text("\xe2\x82\xe2\x82\xac", 5, BAD "\xe2\x82\xac");
}

static void utf8_decodes_what_it_encodes(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x110000; code++) {
		char bytes[UTF8_MAX_BYTES];
		size_t len = utf8_encode(code, bytes);
		uint32_t back;
		uint32_t expected = code;

		if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			expected = UTF8_REPLACEMENT;
		assert_int_equal(utf8_decode(bytes, len, &back), len);
		assert_int_equal(back, expected);
	}
}

static void utf8_makes_control_characters_harmless(void **state)
{
	(void)state;
	assert_plain("\x1b[31mred\x1b[0m", "?[31mred?[0m");
	assert_plain("a\nb\tc\rd\x7f", "a?b?c?d?");
	assert_plain("\xc2\x9b"
		     "2J",
		     "?2J");
	assert_plain("\x9b"
		     "2J",
		     BAD "2J");
	assert_plain("a\xe2\x80\xae"
		     "b",
		     "a?b");
	assert_plain("\xc2\xa0\xc3\xa9", "\xc2\xa0\xc3\xa9");
}

static void assert_visible(const char *bytes, const char *wanted)
{
	AUTO(buf) struct buf buf = { 0 };

	utf8_append_visible(&buf, bytes, strlen(bytes));
	assert_string_equal(buf_text(&buf), wanted);
}

static void utf8_shows_what_tells_two_names_apart(void **state)
{
	(void)state;
	assert_visible("", "");
	assert_visible("a\x01", "a\\u0001");
	assert_visible("a\x02"
		       "b",
		       "a\\u0002b");
	assert_visible("a\n\x7f", "a\\u000a\\u007f");
	assert_visible("\xc2\x9b\xe2\x80\xae", "\\u009b\\u202e");
	assert_visible("a\xff\xe2\x80"
		       "b",
		       "a\\xff\\xe2\\x80b");
	assert_visible(BAD "\xc3\xa9\\", BAD "\xc3\xa9\\");
}

static void utf8_knows_how_wide_characters_are(void **state)
{
	(void)state;
	assert_int_equal(utf8_width("abc", 3), 3);
	assert_int_equal(utf8_width("\xc3\xa9", 2), 1);
	assert_int_equal(utf8_width("e\xcc\x81", 3), 1);
	assert_int_equal(utf8_width("\xe6\x97\xa5\xe6\x9c\xac", 6), 4);
	assert_int_equal(utf8_width("\xf0\x9f\x98\x80", 4), 2);
	assert_int_equal(utf8_width("\x1b\xff", 2), 2);
}

static void utf8_fits_text_into_columns(void **state)
{
	(void)state;
	assert_fitted("cc1plus", 7, "cc1plus", 7);
	assert_fitted("cc1plus", 6, "cc1pl\xe2\x80\xa6", 6);
	assert_fitted("cc1plus", 1, "\xe2\x80\xa6", 1);
	assert_fitted("cc1plus", 0, "", 0);
	assert_fitted("a\xe6\x97\xa5\xe6\x9c\xac", 4, "a\xe6\x97\xa5\xe2\x80\xa6", 4);
	assert_fitted("\xe6\x97\xa5\xe6\x9c\xac", 2, "\xe2\x80\xa6", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_keeps_valid_text),
		cmocka_unit_test(utf8_replaces_stray_and_impossible_bytes),
		cmocka_unit_test(utf8_rejects_overlong_surrogates_and_too_large),
		cmocka_unit_test(utf8_replaces_a_cut_character_once),
		cmocka_unit_test(utf8_decodes_what_it_encodes),
		cmocka_unit_test(utf8_makes_control_characters_harmless),
		cmocka_unit_test(utf8_shows_what_tells_two_names_apart),
		cmocka_unit_test(utf8_knows_how_wide_characters_are),
		cmocka_unit_test(utf8_fits_text_into_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
