/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/live.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/utf8.h"

static struct denet_tree sample_tree(void)
{
	struct denet_tree tree;

	memset(&tree, 0, sizeof(tree));
	tree.process_count = 2;
	tree.aggregated.cpu_usage = 12.34;
	tree.aggregated.mem_rss_kb = 46080;
	tree.aggregated.thread_count = 3;
	tree.aggregated.used.disk_read_bytes = 1024;
	tree.aggregated.sys_net_rx_bytes = 5;
	tree.aggregated.sys_net_tx_bytes = 6;
	tree.aggregated.uptime_secs = 7;
	tree.parent.cpu_usage = 99;
	return tree;
}

static void assert_compact(const struct term_style *style, const struct denet_tree *tree,
			   const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	live_append_compact(&buf, style, tree, false, 12345);
	assert_string_equal(buf_text(&buf), expected);
}

static void a_wide_screen_shows_all(void **state)
{
	const struct term_style style = { .columns = 200 };
	const struct denet_tree tree = sample_tree();

	(void)state;
	assert_compact(&style, &tree,
		       "12 s   cpu 0.12 cores   memory 45.0 MiB   2 processes   3 threads   "
		       "disk 1.0 KiB read 0 B written   network 5 B received 6 B sent");
}

static void at_the_end_the_figures_stay(void **state)
{
	const struct term_style style = { .columns = 200 };
	struct denet_tree tree = sample_tree();

	(void)state;
	tree.aggregated_is_over = tree.parent_is_over = true;
	assert_compact(&style, &tree,
		       "12 s   cpu 0.12 cores   memory 45.0 MiB   2 processes   3 threads   "
		       "disk 1.0 KiB read 0 B written   network 5 B received 6 B sent");
}

static void a_narrow_one_drops_whole_parts(void **state)
{
	struct term_style style = { .columns = 60 };
	const struct denet_tree tree = sample_tree();

	(void)state;
	assert_compact(&style, &tree, "12 s   cpu 0.12 cores   memory 45.0 MiB   2 processes");
	style.columns = 21;
	assert_compact(&style, &tree, "12 s   cpu 0.12 cores");
	style.columns = 20;
	assert_compact(&style, &tree, "12 s");
}

static void no_line_is_wider_than_asked(void **state)
{
	const struct denet_tree tree = sample_tree();
	struct term_style style = { 0 };

	(void)state;
	for (; style.columns < 150; style.columns++) {
		AUTO(buf) struct buf buf = { 0 };

		live_append_compact(&buf, &style, &tree, false, UINT64_MAX);
		assert_in_range(utf8_width(buf_text(&buf), buf.len), 0, style.columns);
	}
}

static void colours_cost_no_columns(void **state)
{
	const struct term_style style = { .columns = 21, .has_color = true };
	const struct denet_tree tree = sample_tree();

	(void)state;
	assert_compact(&style, &tree, "12 s   cpu \033[33m0.12 cores\033[0m");
}

static void unknown_figures_are_left_out(void **state)
{
	const struct term_style style = { .columns = 200 };
	struct denet_tree tree = sample_tree();

	(void)state;
	tree.aggregated.mem_rss_kb = DENET_UNKNOWN;
	tree.aggregated.sys_net_rx_bytes = DENET_UNKNOWN;
	assert_compact(&style, &tree,
		       "12 s   cpu 0.12 cores   2 processes   3 threads   "
		       "disk 1.0 KiB read 0 B written");
}

static void full_lines_have_all_in_the_words_of_the_summary(void **state)
{
	const struct term_style style = { .columns = 10 };
	struct denet_tree tree = sample_tree();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	live_append_full(&buf, &style, &tree, false);
	assert_string_equal(buf_text(&buf),
			    "7 s   cpu 0.12 cores   memory 45.0 MiB   2 processes   3 threads   "
			    "disk 1.0 KiB read 0 B written   network 5 B received 6 B sent");
	buf_reset(&buf);
	live_append_full(&buf, &style, &tree, true);
	assert_memory_equal(buf_text(&buf), "0 s   cpu 0.99 cores   memory", 29);
	/* What has ended holds nothing. */
	tree.aggregated_is_over = true;
	buf_reset(&buf);
	live_append_full(&buf, &style, &tree, false);
	assert_memory_equal(buf_text(&buf), "7 s   cpu 0.12 cores   disk", 27);
}

static size_t read_some(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* What is shown at a sample, and then what takes it away. */
static void show_and_clear(struct live *live, int fd, char shown[512], char cleared[512])
{
	const struct denet_tree tree = sample_tree();

	live_show(live, &tree, false, 0);
	(void)read_some(fd, shown, 512);
	live_clear(live);
	(void)read_some(fd, cleared, 512);
}

static int open_pipe(void **state)
{
	static int ends[2];

	*state = ends;
	return setenv("COLUMNS", "25", 1) || pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}

static int close_pipe(void **state)
{
	const int *ends = *state;

	return close(ends[0]);
}

static void the_line_is_wiped_with_what_the_terminal_knows(void **state)
{
	const int *ends = *state;
	struct live live = { .place = LIVE_LINE, .fd = ends[1] };
	char shown[512], cleared[512];

	live_clear(&live);
	assert_int_equal(read_some(ends[0], shown, sizeof(shown)), 0);
	show_and_clear(&live, ends[0], shown, cleared);
	assert_null(strchr(shown, '\n'));
	assert_non_null(strstr(shown, "0 s   cpu 0.12 cores"));
	assert_string_equal(cleared, "\r                        \r");

	live.style.has_erase = true;
	show_and_clear(&live, ends[0], shown, cleared);
	assert_string_equal(cleared, "\r\033[K");
	live_done(&live);
}

static void a_title_takes_no_place_on_the_screen(void **state)
{
	const int *ends = *state;
	struct live live = { .place = LIVE_TITLE, .fd = ends[1] };
	const struct denet_tree tree = sample_tree();
	char shown[512], cleared[512];

	live_show(&live, &tree, false, 0);
	(void)read_some(ends[0], shown, sizeof(shown));
	assert_string_equal(shown, "\033[22;2t\033]2;0 s   cpu 0.12 cores\033\\");
	show_and_clear(&live, ends[0], shown, cleared);
	assert_string_equal(shown, "\033]2;0 s   cpu 0.12 cores\033\\");
	assert_string_equal(cleared, "\033]2;\033\\\033[23;2t");
	live_done(&live);
}

static void what_takes_nothing_keeps_nobody_waiting(void **state)
{
	const int *ends = *state;
	struct live live = { .place = LIVE_LINE, .fd = ends[1] };
	const struct denet_tree tree = sample_tree();
	static const char page[4096];

	while (write(ends[1], page, sizeof(page)) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	live_show(&live, &tree, false, 0);
	assert_false(live.is_shown);
	live_done(&live);
}

static void nowhere_is_the_start(void **state)
{
	struct live live = { 0 };
	const struct denet_tree tree = sample_tree();

	(void)state;
	live_show(&live, &tree, false, 0);
	live_clear(&live);
	live_done(&live);
	assert_false(live.is_shown);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wide_screen_shows_all),
		cmocka_unit_test(at_the_end_the_figures_stay),
		cmocka_unit_test(a_narrow_one_drops_whole_parts),
		cmocka_unit_test(no_line_is_wider_than_asked),
		cmocka_unit_test(colours_cost_no_columns),
		cmocka_unit_test(unknown_figures_are_left_out),
		cmocka_unit_test(full_lines_have_all_in_the_words_of_the_summary),
		cmocka_unit_test_setup_teardown(the_line_is_wiped_with_what_the_terminal_knows,
						open_pipe, close_pipe),
		cmocka_unit_test_setup_teardown(a_title_takes_no_place_on_the_screen, open_pipe,
						close_pipe),
		cmocka_unit_test_setup_teardown(what_takes_nothing_keeps_nobody_waiting, open_pipe,
						close_pipe),
		cmocka_unit_test(nowhere_is_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
