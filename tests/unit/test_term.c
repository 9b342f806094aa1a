/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/term.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"

static int terminal = -1, other_end = -1, file = -1;

static int open_terminal(void **state)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 132 };

	(void)state;
	file = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return openpty(&other_end, &terminal, NULL, NULL, &size) || file < 0;
}

static int close_terminal(void **state)
{
	(void)state;
	return close(terminal) | close(other_end) | close(file);
}

static int forget_environment(void **state)
{
	static const char *const names[] = { "COLUMNS", "TERM",	    "NO_COLOR", "FORCE_COLOR",
					     "LC_ALL",	"LC_CTYPE", "LANG" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unsetenv(names[i]);
	return setenv("TERM", "xterm", 1);
}

static struct term_style detect(int fd, enum term_color color)
{
	struct term_style style;

	term_style_detect(fd, color, &style);
	return style;
}

static void width_is_the_terminal_s_or_from_columns(void **state)
{
	(void)state;
	assert_int_equal(term_columns(terminal), 132);
	assert_int_equal(term_columns(file), 80);
	assert_int_equal(setenv("COLUMNS", "50", 1), 0);
	assert_int_equal(term_columns(file), 50);
	assert_int_equal(term_columns(terminal), 132);
	assert_int_equal(setenv("COLUMNS", "-3", 1), 0);
	assert_int_equal(term_columns(file), 80);
	assert_int_equal(setenv("COLUMNS", "99999999999999999999", 1), 0);
	assert_int_equal(term_columns(file), 80);
}

static void colours_are_for_terminals(void **state)
{
	(void)state;
	assert_true(detect(terminal, TERM_COLOR_AUTO).has_color);
	assert_true(detect(terminal, TERM_COLOR_AUTO).is_terminal);
	assert_false(detect(file, TERM_COLOR_AUTO).has_color);
	assert_false(detect(file, TERM_COLOR_AUTO).is_terminal);
	assert_true(detect(file, TERM_COLOR_ALWAYS).has_color);
	assert_false(detect(terminal, TERM_COLOR_NEVER).has_color);
}

static void the_environment_decides_on_colours(void **state)
{
	(void)state;
	assert_int_equal(setenv("FORCE_COLOR", "1", 1), 0);
	assert_true(detect(file, TERM_COLOR_AUTO).has_color);
	assert_int_equal(setenv("FORCE_COLOR", "0", 1), 0);
	assert_false(detect(terminal, TERM_COLOR_AUTO).has_color);
	assert_int_equal(setenv("FORCE_COLOR", "1", 1), 0);
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	assert_false(detect(terminal, TERM_COLOR_AUTO).has_color);
	assert_true(detect(terminal, TERM_COLOR_ALWAYS).has_color);
}

static void an_empty_no_color_is_none(void **state)
{
	(void)state;
	assert_int_equal(setenv("NO_COLOR", "", 1), 0);
	assert_true(detect(terminal, TERM_COLOR_AUTO).has_color);
}

static void dumb_terminals_get_no_sequences(void **state)
{
	(void)state;
	assert_true(detect(terminal, TERM_COLOR_AUTO).has_erase);
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(detect(terminal, TERM_COLOR_AUTO).has_color);
	assert_false(detect(terminal, TERM_COLOR_AUTO).has_erase);
}

static void the_first_locale_name_that_is_set_counts(void **state)
{
	(void)state;
	assert_false(detect(file, TERM_COLOR_AUTO).is_unicode);
	assert_int_equal(setenv("LANG", "de_DE.UTF-8", 1), 0);
	assert_true(detect(file, TERM_COLOR_AUTO).is_unicode);
	assert_int_equal(setenv("LC_CTYPE", "C", 1), 0);
	assert_false(detect(file, TERM_COLOR_AUTO).is_unicode);
	assert_int_equal(setenv("LC_ALL", "en_US.utf8", 1), 0);
	assert_true(detect(file, TERM_COLOR_AUTO).is_unicode);
	assert_int_equal(setenv("LC_ALL", "", 1), 0);
	assert_false(detect(file, TERM_COLOR_AUTO).is_unicode);
}

static void titles_are_for_those_that_have_one(void **state)
{
	(void)state;
	assert_true(term_has_titles());
	assert_int_equal(setenv("TERM", "tmux-256color", 1), 0);
	assert_true(term_has_titles());
	assert_int_equal(setenv("TERM", "linux", 1), 0);
	assert_false(term_has_titles());
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(term_has_titles());
	assert_int_equal(unsetenv("TERM"), 0);
	assert_false(term_has_titles());
}

static void tones_vanish_without_colour(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct term_style style = { 0 };

	(void)state;
	term_append(&buf, &style, TONE_BAD, "x");
	style.has_color = true;
	term_append(&buf, &style, TONE_PLAIN, "y");
	term_append(&buf, &style, TONE_GOOD, "");
	term_append(&buf, &style, TONE_GOOD, "z");
	assert_string_equal(buf_text(&buf), "xy\033[32mz\033[0m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(width_is_the_terminal_s_or_from_columns, forget_environment),
		cmocka_unit_test_setup(colours_are_for_terminals, forget_environment),
		cmocka_unit_test_setup(the_environment_decides_on_colours, forget_environment),
		cmocka_unit_test_setup(an_empty_no_color_is_none, forget_environment),
		cmocka_unit_test_setup(dumb_terminals_get_no_sequences, forget_environment),
		cmocka_unit_test_setup(the_first_locale_name_that_is_set_counts,
				       forget_environment),
		cmocka_unit_test_setup(titles_are_for_those_that_have_one, forget_environment),
		cmocka_unit_test(tones_vanish_without_colour),
	};

	return cmocka_run_group_tests(tests, open_terminal, close_terminal);
}
