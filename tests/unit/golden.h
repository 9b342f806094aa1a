/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Output held by files under tests/fixtures/golden, byte for byte. With DENET_UPDATE_GOLDEN=1 the
 * files are written instead: look at them before they are kept.
 */
#ifndef DENET_TESTS_GOLDEN_H
#define DENET_TESTS_GOLDEN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "util/buf.h"
#include "util/cleanup.h"

static void golden_write(const char *path, const struct buf *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
	assert_int_equal(fclose(file), 0);
}

static void golden_check(const char *name, const struct buf *text)
{
	AUTO(buf) struct buf expected = { 0 };
	char path[4096];
	FILE *file;
	int c;

	assert_int_equal(text->error, 0);
	(void)snprintf(path, sizeof(path), "%s/golden/%s.txt", FIXTURES, name);
	if (getenv("DENET_UPDATE_GOLDEN")) {
		golden_write(path, text);
		return;
	}
	file = fopen(path, "re");
	if (!file)
		fail_msg("cannot open '%s'", path);
	while ((c = fgetc(file)) != EOF)
		buf_append_char(&expected, (char)c);
	(void)fclose(file);
	if (expected.len != text->len || memcmp(buf_text(&expected), buf_text(text), text->len))
		fail_msg("not as in '%s':\n%s", path, buf_text(text));
}

#endif
