/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/mounts.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

static const char *const controllers[MOUNT_COUNT] = {
	[MOUNT_V2] = "",	   [MOUNT_CPUACCT] = "cpuacct", [MOUNT_CPU] = "cpu",
	[MOUNT_MEMORY] = "memory", [MOUNT_PIDS] = "pids",
};

/* Version 2 has that file in all but its root, version 1 the other one in its root alone. */
bool mounts_is_kernels(const struct mounts *mounts, enum mount mount)
{
	const char *point = mounts->points[mount];
	bool is_v2 = mount == MOUNT_V2;
	char path[PATH_MAX];
	struct statfs filesystem;

	if (!point || statfs(point, &filesystem) ||
	    filesystem.f_type != (is_v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", point,
		       is_v2 ? "cgroup.events" : "release_agent");
	return (access(path, F_OK) == 0) != is_v2;
}

const char *mounts_controller(enum mount mount)
{
	return controllers[mount];
}

bool mounts_has_any(const struct mounts *mounts)
{
	for (size_t i = 0; i < MOUNT_COUNT; i++)
		if (mounts->points[i])
			return true;
	return false;
}

void mounts_done(struct mounts *mounts)
{
	for (size_t i = 0; i < MOUNT_COUNT; i++) {
		free(mounts->points[i]);
		free(mounts->roots[i]);
	}
	*mounts = (struct mounts){ 0 };
}

static int take(struct mounts *mounts, enum mount mount, const char *point, const char *root)
{
	AUTO_FREE char *own_point = strdup(point);
	AUTO_FREE char *own_root = strdup(root);

	if (!own_point || !own_root)
		return -ENOMEM;
	free(mounts->points[mount]);
	free(mounts->roots[mount]);
	mounts->points[mount] = TAKE(own_point);
	mounts->roots[mount] = TAKE(own_root);
	return 0;
}

static bool is_of(const struct mountinfo *line, enum mount mount)
{
	if (mount == MOUNT_V2)
		return parse_span_equals(line->type, "cgroup2");
	return parse_span_equals(line->type, "cgroup") &&
	       mountinfo_has_option(line->super_options, controllers[mount]);
}

/* The mount of a whole hierarchy is better than that of a part, whichever comes first. */
static int consider(struct mounts *mounts, const struct mountinfo *line)
{
	char point[PATH_MAX], root[PATH_MAX];
	int r = 0;

	for (enum mount i = 0; i < MOUNT_COUNT && !r; i++) {
		if (!is_of(line, i) || (mounts->points[i] && !*mounts->roots[i]) ||
		    mountinfo_unescape(line->point, sizeof(point), point) ||
		    mountinfo_unescape(line->root, sizeof(root), root))
			continue;
		if (strcmp(root, "/") == 0)
			root[0] = '\0';
		if (!mounts->points[i] || !*root)
			r = take(mounts, i, point, root);
	}
	return r;
}

static int find_by_mountinfo(const struct procfs *procfs, struct mounts *mounts)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	struct parse_span text;
	struct mountinfo line;
	struct lines lines;
	int r = 0;

	if (fd < 0)
		return fd;
	lines_init(&lines, fd);
	while (!r && lines_next(&lines, &text) > 0)
		if (mountinfo_parse(text, &line))
			r = consider(mounts, &line);
	return r;
}

/* The names that distributions give them: each its own, or the two of the CPU together. */
static int find_below(const char *root, struct mounts *mounts)
{
	static const struct {
		enum mount mount;
		const char *name;
		const char *file; /* that such a folder has */
	} places[] = {
		{ MOUNT_V2, "", "/cgroup.controllers" },
		{ MOUNT_V2, "/unified", "/cgroup.controllers" },
		{ MOUNT_CPUACCT, "/cpuacct", "/cgroup.procs" },
		{ MOUNT_CPUACCT, "/cpu,cpuacct", "/cgroup.procs" },
		{ MOUNT_CPU, "/cpu", "/cgroup.procs" },
		{ MOUNT_CPU, "/cpu,cpuacct", "/cgroup.procs" },
		{ MOUNT_MEMORY, "/memory", "/cgroup.procs" },
		{ MOUNT_PIDS, "/pids", "/cgroup.procs" },
	};
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !r; i++) {
		int len = snprintf(path, sizeof(path), "%s%s", root, places[i].name);
		char file[PATH_MAX + 32];

		if (len < 0 || (size_t)len >= sizeof(path))
			return -ENAMETOOLONG;
		(void)snprintf(file, sizeof(file), "%s%s", path, places[i].file);
		if (!mounts->points[places[i].mount] && access(file, F_OK) == 0)
			r = take(mounts, places[i].mount, path, "");
	}
	return r;
}

int mounts_find(const struct procfs *procfs, const char *root, struct mounts *ret_mounts)
{
	struct mounts mounts = { 0 };
	int r = root ? find_below(root, &mounts) : find_by_mountinfo(procfs, &mounts);

	if (r) {
		mounts_done(&mounts);
		return r;
	}
	*ret_mounts = mounts;
	return 0;
}

bool mounts_folder(const struct mounts *mounts, enum mount mount, const char *group, size_t len,
		   size_t size, char *ret_path)
{
	const char *point = mounts->points[mount];
	size_t root_len = point ? strlen(mounts->roots[mount]) : 0;
	int written;

	/* "/../x": beside or above all that our namespace shows. */
	if (!point || len < root_len || memcmp(group, mounts->roots[mount], root_len) != 0 ||
	    (len > root_len && group[root_len] != '/') || (len >= 3 && !memcmp(group, "/..", 3)))
		return false;
	written =
		snprintf(ret_path, size, "%s%.*s", point, (int)(len - root_len), group + root_len);
	return written > 0 && (size_t)written < size;
}
