/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The file for node_exporter: whole after each look, and back after an outage. */
#include "expose/textfile.h"

#include <stdlib.h>
#include <unistd.h>
#include <sys/stat.h>

#include "exposed.h"
#include "util/cleanup.h"

static char folder[] = "/tmp/denet-textfile-XXXXXX";
static char path[64];
static char moved[64];

static void read_file(struct buf *buf)
{
	FILE *file = fopen(path, "re");
	char text[65536];

	assert_non_null(file);
	buf_reset(buf);
	buf_append_char(buf, '\n');
	buf_append(buf, text, fread(text, 1, sizeof(text), file));
	(void)fclose(file);
}

static void take(const struct observer *observer, const struct host_group *group)
{
	struct made_view made = { 0 };

	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, group);
	observer->ops->take(observer->self, &made.view);
}

static void each_look_replaces_the_file(void **state)
{
	struct host_group group = box();
	struct observer observer = { 0 };
	AUTO(buf) struct buf buf = { 0 };
	struct stat before, after;

	(void)state;
	assert_int_equal(textfile_open(path, &plain, &observer), 0);
	assert_int_equal(access(path, F_OK), -1);
	take(&observer, &group);
	read_file(&buf);
	assert_line(&buf, "denet_container_memory_bytes" LABELS " 4096");
	assert_int_equal(count_of(&buf, "\nprocess_"), 0);
	assert_int_equal(stat(path, &before), 0);
	group.memory_bytes = 5;
	take(&observer, &group);
	read_file(&buf);
	assert_line(&buf, "denet_container_memory_bytes" LABELS " 5");
	assert_int_equal(stat(path, &after), 0);
	/* Another file: who reads the older one has all of it. */
	assert_int_not_equal(before.st_ino, after.st_ino);
	observer.ops->close(observer.self);
}

static void an_outage_ends_nothing(void **state)
{
	struct host_group group = box();
	struct observer observer = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_int_equal(textfile_open(path, &plain, &observer), 0);
	assert_int_equal(rename(folder, moved), 0);
	take(&observer, &group);
	take(&observer, &group);
	assert_int_equal(rename(moved, folder), 0);
	group.memory_bytes = 6;
	take(&observer, &group);
	read_file(&buf);
	assert_line(&buf, "denet_container_memory_bytes" LABELS " 6");
	observer.ops->close(observer.self);
}

static void what_cannot_be_written_is_said_at_once(void **state)
{
	struct observer observer = { 0 };

	(void)state;
	assert_int_not_equal(textfile_open("/nowhere/denet.prom", &plain, &observer), 0);
	assert_null(observer.self);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/denet.prom", folder);
	(void)snprintf(moved, sizeof(moved), "%s-moved", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_look_replaces_the_file),
		cmocka_unit_test(an_outage_ends_nothing),
		cmocka_unit_test(what_cannot_be_written_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
