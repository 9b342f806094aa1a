/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The parent and the children of a sample, who are read for those alone that want them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "record/reader.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include "record_file.h"

#define TREE                                                                              \
	"{\"kind\":\"tree\",\"ts_ms\":1,\"parent\":{\"mem_rss_kb\":7},\"children\":[%s]," \
	"\"aggregated\":" SAMPLE ",\"process_count\":3}}\n"

static void members_of_a_tree_are_read_when_they_are_wanted(void **state)
{
	const char *child = "{\"pid\":5,\"command\":\"a\\\"b\",\"metrics\":{\"mem_rss_kb\":9}}";
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	for (int wanted = 0; wanted < 2; wanted++) {
		AUTO(reader) struct reader *reader = NULL;
		AUTO_FD int fd = -1;
		struct row row;

		buf_reset(&text);
		buf_printf(&text, TREE, child);
		fd = file_with(text.data, text.len);
		assert_int_equal(reader_new(fd, &reader), 0);
		reader_serve(reader,
			     &(struct denet_observer){ .size = sizeof(struct denet_observer),
						       .wants_members = wanted });
		assert_int_equal(reader_next(reader, &row), 1);
		assert_int_equal(row.tree.process_count, 3);
		assert_int_equal(row.tree.children_count, wanted);
		assert_int_equal(row.tree.parent.mem_rss_kb, wanted ? 7 : DENET_UNKNOWN);
		if (!wanted)
			continue;
		assert_int_equal(row.tree.children[0].pid, 5);
		assert_string_equal(row.tree.children[0].comm, "a\"b");
		assert_int_equal(row.tree.children[0].sample.mem_rss_kb, 9);
		assert_int_equal(row.tree.children[0].sample.used.cpu_time_ns, DENET_UNKNOWN);
	}
}

static void children_beyond_the_room_of_a_row_are_counted(void **state)
{
	AUTO(reader) struct reader *reader = NULL;
	AUTO(buf) struct buf children = { 0 };
	AUTO(buf) struct buf text = { 0 };
	AUTO_FD int fd = -1;
	struct row row;

	(void)state;
	for (int i = 0; i < ROW_CHILDREN_MAX + 3; i++)
		buf_printf(&children, "%s{\"pid\":%d,\"command\":\"c%d\"},7,{\"pid\":1}",
			   i ? "," : "", i, i);
	buf_printf(&text, TREE, buf_text(&children));
	fd = file_with(text.data, text.len);
	assert_int_equal(reader_new(fd, &reader), 0);
	reader_serve(reader, &(struct denet_observer){ .size = sizeof(struct denet_observer),
						       .wants_members = true });
	assert_int_equal(reader_next(reader, &row), 1);
	assert_int_equal(row.tree.children_count, ROW_CHILDREN_MAX);
	assert_string_equal(row.tree.children[0].comm, "c0");
	assert_string_equal(row.tree.children[ROW_CHILDREN_MAX - 1].comm, "c255");
	assert_true(row.tree.children_omitted >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_a_tree_are_read_when_they_are_wanted),
		cmocka_unit_test(children_beyond_the_room_of_a_row_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
