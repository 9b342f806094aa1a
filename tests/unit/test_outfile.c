/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "text_of.h"
#include "util/cleanup.h"

static char folder[] = "/tmp/denet-outfile-XXXXXX";
static int before;

static int enter(void **state)
{
	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return before < 0 || !mkdtemp(folder) || chdir(folder) ? -1 : 0;
}

static int leave(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	while (dir && (entry = readdir(dir)))
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		(void)closedir(dir);
	(void)rmdir("sub");
	return fchdir(before) || close(before) || rmdir(folder) ? -1 : 0;
}

static size_t count_files(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	assert_int_equal(closedir(dir), 0);
	return count;
}

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void assert_holds(const char *path, const char *expected)
{
	char text[TEXT_MAX];

	read_path(path, text);
	assert_string_equal(text, expected);
}

static void write_text(struct outfile *file, const char *text)
{
	AUTO(buf) struct buf buf = { 0 };

	buf_append_text(&buf, text);
	assert_int_equal(outfile_write(file, &buf), 0);
	outfile_done(file);
}

static void a_new_file_is_there_when_it_is_whole(void **state)
{
	struct outfile file;

	(void)state;
	assert_int_equal(outfile_open("new", &file), 0);
	assert_int_equal(count_files(), 0);
	write_text(&file, "all\n");
	assert_holds("new", "all\n");
	assert_int_equal(count_files(), 1);
}

static void an_older_one_is_replaced_and_keeps_its_mode(void **state)
{
	struct outfile file;
	struct stat info;
	int fd;

	(void)state;
	put("old", "older and longer\n", 0640);
	fd = open("old", O_RDONLY | O_CLOEXEC);
	assert_int_equal(outfile_open("old", &file), 0);
	assert_holds("old", "older and longer\n");
	write_text(&file, "new\n");
	assert_holds("old", "new\n");
	assert_int_equal(stat("old", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	/* Who had it open has the older one. */
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_nlink, 0);
	assert_int_equal(info.st_size, 17);
	assert_int_equal(close(fd), 0);
}

static void links_stay_links(void **state)
{
	struct outfile file;
	struct stat info;

	(void)state;
	put("old", "older\n", 0600);
	assert_int_equal(symlink("old", "link"), 0);
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_int_equal(outfile_open("link", &file), 0);
	write_text(&file, "new\n");
	assert_int_equal(lstat("link", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_holds("old", "new\n");
	assert_int_equal(outfile_open("dangling", &file), 0);
	write_text(&file, "other\n");
	assert_holds("nothing", "other\n");
	assert_int_equal(link("old", "twin"), 0);
	assert_int_equal(outfile_open("old", &file), 0);
	write_text(&file, "x\n");
	assert_holds("twin", "x\n");
}

static void what_cannot_be_written_is_known_at_once(void **state)
{
	struct outfile file = OUTFILE_NONE;

	(void)state;
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_int_equal(outfile_open("sub", &file), -EISDIR);
	assert_int_equal(outfile_open("none/new", &file), -ENOENT);
	assert_int_equal(outfile_open("", &file), -ENOENT);
	put("old", "", 0600);
	assert_int_equal(outfile_open("old/new", &file), -ENOTDIR);
	assert_int_equal(outfile_open("/dev/fd/77", &file), -EBADF);
	if (geteuid()) {
		put("locked", "", 0400);
		assert_int_equal(outfile_open("locked", &file), -EACCES);
		assert_int_equal(chmod("sub", 0500), 0);
		assert_int_equal(outfile_open("sub/new", &file), -EACCES);
	}
	outfile_done(&file);
}

static void what_is_no_file_is_written_to(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	struct outfile file;
	char name[32], got[TEXT_MAX];
	int fds[2];

	(void)state;
	make_pipe(fds);
	(void)snprintf(name, sizeof(name), "/dev/fd/%d", fds[1]);
	assert_int_equal(outfile_open(name, &file), 0);
	write_text(&file, "to a pipe");
	assert_int_equal(close(fds[1]), 0);
	read_to_end(fds[0], got);
	assert_string_equal(got, "to a pipe");
	assert_int_equal(outfile_open("/dev/full", &file), 0);
	buf_append_text(&text, "x");
	assert_int_equal(outfile_write(&file, &text), -ENOSPC);
	outfile_done(&file);
}

static void a_text_without_memory_replaces_nothing(void **state)
{
	struct buf text = { .error = -ENOMEM };
	struct outfile file;

	(void)state;
	put("old", "older\n", 0600);
	assert_int_equal(outfile_open("old", &file), 0);
	assert_int_equal(outfile_write(&file, &text), -ENOMEM);
	outfile_done(&file);
	assert_holds("old", "older\n");
	assert_int_equal(count_files(), 1);
}

static void appending_keeps_what_is_there(void **state)
{
	struct outfile file;

	(void)state;
	put("log", "a\n", 0600);
	assert_int_equal(outfile_open_to_append("log", &file), 0);
	write_text(&file, "b\n");
	assert_int_equal(outfile_open_to_append("log", &file), 0);
	put("log", "", 0600); /* as when another step empties it */
	write_text(&file, "c\n");
	assert_holds("log", "c\n");
	assert_int_equal(outfile_open_to_append("none/log", &file), -ENOENT);
}

/* Root without its capabilities cannot create a file there: what it opened before serves. */
static void in_a_folder_of_others_the_file_is_opened_at_once(void **state)
{
	struct outfile file;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(mkdir("sub", 0755), 0);
	assert_int_equal(chown("sub", 65534, 65534), 0);
	assert_int_equal(outfile_open("sub/new", &file), 0);
	assert_true(file.fd >= 0);
	assert_null(file.target);
	write_text(&file, "x\n");
	assert_holds("sub/new", "x\n");
	assert_int_equal(outfile_open("sub/new", &file), 0);
	write_text(&file, "y\n");
	assert_holds("sub/new", "y\n");
	assert_int_equal(unlink("sub/new"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_there_when_it_is_whole),
		TEST(an_older_one_is_replaced_and_keeps_its_mode),
		TEST(links_stay_links),
		TEST(what_cannot_be_written_is_known_at_once),
		TEST(what_is_no_file_is_written_to),
		TEST(a_text_without_memory_replaces_nothing),
		TEST(appending_keeps_what_is_there),
		TEST(in_a_folder_of_others_the_file_is_opened_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
