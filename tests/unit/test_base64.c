/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The vectors of RFC 4648, and all bytes. */
#include "util/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *text, const char *expected)
{
	struct buf buf = { 0 };

	base64_append(&buf, text, strlen(text));
	assert_string_equal(buf_text(&buf), expected);
	buf_done(&buf);
}

static void the_examples_of_the_standard_come_out(void **state)
{
	(void)state;
	check("", "");
	check("f", "Zg==");
	check("fo", "Zm8=");
	check("foo", "Zm9v");
	check("foob", "Zm9vYg==");
	check("fooba", "Zm9vYmE=");
	check("foobar", "Zm9vYmFy");
}

static void every_character_of_the_alphabet_is_reached(void **state)
{
	const unsigned char bytes[] = { 0x00, 0x10, 0x83, 0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff };
	struct buf buf = { 0 };

	(void)state;
	buf_append_text(&buf, "before ");
	base64_append(&buf, bytes, sizeof(bytes));
	assert_string_equal(buf_text(&buf), "before ABCD++++////");
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_standard_come_out),
		cmocka_unit_test(every_character_of_the_alphabet_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
