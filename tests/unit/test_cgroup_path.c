/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/hierarchy.h"
#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

/* Plain folders in the place of two hierarchies, "v2 a" and v1, and a mountinfo that names them. */
struct fake {
	char root[64];
	struct procfs procfs;
};

static void set_handle_right(bool is_on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned int right = 1u << CAP_DAC_READ_SEARCH;

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	if (is_on)
		data[0].effective |= data[0].permitted & right;
	else
		data[0].effective &= ~right;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void make_folder(const struct fake *fake, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", fake->root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static uint64_t id_of(const char *root, const char *name)
{
	char path[PATH_MAX + 64];
	struct stat facts;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_ino;
}

static void write_mountinfo(const struct fake *fake)
{
	char path[PATH_MAX];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/self/mountinfo", fake->root);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fprintf(file, "20 1 0:1 / / rw - ext4 /dev/sda1 rw,memory\n");
	(void)fprintf(file, "a broken line\n");
	(void)fprintf(file, "21 1 0:2 / %s/none rw shared:1 - cgroup2 cgroup2 rw\n", fake->root);
	(void)fprintf(file, "22 1 0:2 /part %s/part rw - cgroup2 cgroup2 rw\n", fake->root);
	(void)fprintf(file, "23 1 0:2 / %s/v2\\040a rw shared:1 - cgroup2 cgroup2 rw\n",
		      fake->root);
	(void)fprintf(file, "24 1 0:2 / %s/part rw - cgroup2 cgroup2 rw\n", fake->root);
	(void)fprintf(file, "25 1 0:3 / %s/cpu rw - cgroup cgroup rw,cpu\n", fake->root);
	(void)fprintf(file, "26 1 0:4 /a %s/v1 rw - cgroup cgroup rw,memory\n", fake->root);
	(void)fprintf(file, "27 1 0:4 /b %s/part rw - cgroup cgroup rw,memory\n", fake->root);
	assert_int_equal(fclose(file), 0);
}

static int set_up_fake(void **state)
{
	static struct fake fake;
	static const char *const folders[] = { "self", "part",	    "cpu",
					       "v2 a", "v2 a/jobs", "v2 a/jobs/one",
					       "v1",   "v1/deep",   "v1/deep/er" };

	(void)snprintf(fake.root, sizeof(fake.root), "/tmp/denet-cgroup-XXXXXX");
	assert_non_null(mkdtemp(fake.root));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		make_folder(&fake, folders[i]);
	write_mountinfo(&fake);
	fake.procfs = (struct procfs){ .proc = fake.root, .sys = fake.root };
	*state = &fake;
	set_handle_right(false); /* such folders have no handles */
	return 0;
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return remove(path);
}

static int tear_down_fake(void **state)
{
	const struct fake *fake = *state;

	set_handle_right(true);
	return nftw(fake->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void path_is_v2_unless_it_is_the_root(void **state)
{
	const struct fake *fake = *state;
	AUTO(cgroup_paths) struct cgroup_paths *paths = NULL;
	uint64_t v2_root = id_of(fake->root, "v2 a");
	uint64_t v2_job = id_of(fake->root, "v2 a/jobs/one");
	uint64_t v1_job = id_of(fake->root, "v1/deep/er");
	uint64_t v1_root = id_of(fake->root, "v1");

	assert_int_equal(cgroup_paths_new(&fake->procfs, &paths), 0);
	assert_string_equal(cgroup_paths_find(paths, v2_job, v1_job), "/jobs/one");
	assert_string_equal(cgroup_paths_find(paths, v2_job, 0), "/jobs/one");
	assert_string_equal(cgroup_paths_find(paths, v2_root, v1_job), "/deep/er");
	assert_string_equal(cgroup_paths_find(paths, v2_root, v1_root), "/");
	assert_string_equal(cgroup_paths_find(paths, v2_root, 0), "/");
	assert_string_equal(cgroup_paths_find(paths, 0, v1_job), "/deep/er");
	assert_string_equal(cgroup_paths_find(paths, UINT64_MAX, v1_job), "/deep/er");
}

static void path_is_unknown_when_nothing_has_the_id(void **state)
{
	const struct fake *fake = *state;
	AUTO(cgroup_paths) struct cgroup_paths *paths = NULL;

	assert_int_equal(cgroup_paths_new(&fake->procfs, &paths), 0);
	assert_null(cgroup_paths_find(paths, 0, 0));
	assert_null(cgroup_paths_find(paths, UINT64_MAX, UINT64_MAX));
	/* There, but in no hierarchy that counts. */
	assert_null(cgroup_paths_find(paths, id_of(fake->root, "part"), id_of(fake->root, "cpu")));
}

static void path_is_remembered_when_the_cgroup_is_gone(void **state)
{
	const struct fake *fake = *state;
	AUTO(cgroup_paths) struct cgroup_paths *paths = NULL;
	char path[PATH_MAX];
	uint64_t id;

	make_folder(fake, "v2 a/brief");
	id = id_of(fake->root, "v2 a/brief");
	assert_int_equal(cgroup_paths_new(&fake->procfs, &paths), 0);
	assert_string_equal(cgroup_paths_find(paths, id, 0), "/brief");
	(void)snprintf(path, sizeof(path), "%s/v2 a/brief", fake->root);
	assert_int_equal(rmdir(path), 0);
	assert_string_equal(cgroup_paths_find(paths, id, 0), "/brief");
}

/* Many more ids than are kept. */
static void answers_stay_right_when_they_crowd_each_other_out(void **state)
{
	const struct fake *fake = *state;
	AUTO(cgroup_paths) struct cgroup_paths *paths = NULL;
	uint64_t job = id_of(fake->root, "v2 a/jobs/one");
	uint64_t v1_job = id_of(fake->root, "v1/deep/er");

	assert_int_equal(cgroup_paths_new(&fake->procfs, &paths), 0);
	for (uint64_t i = 0; i < 3000; i++) {
		assert_string_equal(cgroup_paths_find(paths, job, UINT64_MAX - i), "/jobs/one");
		assert_null(cgroup_paths_find(paths, 0, UINT64_MAX - i));
		assert_string_equal(cgroup_paths_find(paths, UINT64_MAX - i, v1_job), "/deep/er");
		assert_string_equal(cgroup_paths_find(paths, job, v1_job), "/jobs/one");
	}
}

static void a_machine_without_hierarchies_has_no_paths(void **state)
{
	static const struct procfs nowhere = { .proc = FIXTURES "/none", .sys = FIXTURES "/none" };
	struct cgroup_paths *paths = NULL;

	(void)state;
	assert_int_equal(cgroup_paths_new(&nowhere, &paths), -ENOENT);
	assert_null(paths);
}

/* Where this machine has mounted what a line of mountinfo is searched for. */
static bool find_mount(const char *type, const char *option, char ret_path[PATH_MAX])
{
	AUTO_FD int fd = procfs_open("/proc", "self/mountinfo");
	struct mountinfo mount;
	struct parse_span line;
	struct lines lines;

	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0) {
		if (mountinfo_parse(line, &mount) && parse_span_equals(mount.type, type) &&
		    mountinfo_has_option(mount.super_options, option))
			return !mountinfo_unescape(mount.point, PATH_MAX, ret_path);
	}
	return false;
}

static void check_real_cgroup(const char *mount, bool is_v2)
{
	AUTO(cgroup_paths) struct cgroup_paths *paths = NULL;
	char expected[64];
	char path[PATH_MAX];
	uint64_t id;

	(void)snprintf(expected, sizeof(expected), "/denet-test-%d", (int)getpid());
	(void)snprintf(path, sizeof(path), "%s%.60s", mount, expected);
	if (mkdir(path, 0755)) {
		assert_true(errno == EACCES || errno == EROFS || errno == EPERM);
		skip();
	}
	id = id_of(path, ".");
	if (cgroup_paths_new(procfs_host(), &paths))
		paths = NULL;
	const char *found = paths ? cgroup_paths_find(paths, is_v2 ? id : 0, is_v2 ? 0 : id) : NULL;

	assert_int_equal(rmdir(path), 0);
	assert_non_null(found);
	assert_string_equal(found, expected);
	cgroup_paths_free(TAKE(paths));

	/* One that was never asked for before it went is not known. */
	assert_int_equal(cgroup_paths_new(procfs_host(), &paths), 0);
	assert_null(cgroup_paths_find(paths, is_v2 ? id : 0, is_v2 ? 0 : id));
}

static void real_cgroups_are_found_by_handle(void **state)
{
	char mount[PATH_MAX];

	(void)state;
	if (!find_mount("cgroup2", "rw", mount))
		skip();
	check_real_cgroup(mount, true);
}

/* Root of a user namespace has the right in name only. */
static bool has_handle_right(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	char map[64];
	size_t len = 0;
	struct parse_span span = { map, 0 };
	uint64_t first;
	uint64_t outside;
	uint64_t count;

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	assert_int_equal(procfs_read_file("/proc", "self/uid_map", sizeof(map), map, &len), 0);
	span.len = len;
	return (data[0].effective & 1u << CAP_DAC_READ_SEARCH) && parse_take_u64(&span, &first) &&
	       parse_take_u64(&span, &outside) && parse_take_u64(&span, &count) &&
	       first == outside && count == UINT32_MAX;
}

static void handles_spare_the_walk(void **state)
{
	struct hierarchy hierarchy = HIERARCHY_NONE;
	char mount[PATH_MAX];
	char path[PATH_MAX];

	(void)state;
	if (!find_mount("cgroup2", "rw", mount) || !has_handle_right())
		skip();
	assert_int_equal(hierarchy_open(&hierarchy, mount), 0);
	assert_int_equal(hierarchy_find(&hierarchy, id_of(mount, "."), sizeof(path), path), 0);
	assert_string_equal(path, "/");
	assert_int_equal(hierarchy_find(&hierarchy, UINT64_MAX, sizeof(path), path), -ESTALE);
	assert_false(hierarchy.is_handle_refused);
	hierarchy_close(&hierarchy);
}

static void real_cgroups_are_found_by_a_walk_without_the_right(void **state)
{
	char mount[PATH_MAX];

	(void)state;
	if (!find_mount("cgroup2", "rw", mount))
		skip();
	set_handle_right(false);
	check_real_cgroup(mount, true);
	set_handle_right(true);
}

static void real_cgroups_of_the_old_memory_hierarchy_are_found(void **state)
{
	char mount[PATH_MAX];

	(void)state;
	if (!find_mount("cgroup", "memory", mount))
		skip();
	check_real_cgroup(mount, false);
}

#define with_fake(test) cmocka_unit_test_setup_teardown(test, set_up_fake, tear_down_fake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fake(path_is_v2_unless_it_is_the_root),
		with_fake(path_is_unknown_when_nothing_has_the_id),
		with_fake(path_is_remembered_when_the_cgroup_is_gone),
		with_fake(answers_stay_right_when_they_crowd_each_other_out),
		cmocka_unit_test(a_machine_without_hierarchies_has_no_paths),
		cmocka_unit_test(real_cgroups_are_found_by_handle),
		cmocka_unit_test(handles_spare_the_walk),
		cmocka_unit_test(real_cgroups_are_found_by_a_walk_without_the_right),
		cmocka_unit_test(real_cgroups_of_the_old_memory_hierarchy_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
