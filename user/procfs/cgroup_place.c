/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_place.h"

#include <string.h>
#include <unistd.h>

#include "procfs/cgroup_file.h"
#include "procfs/cgroup_folder.h"
#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define NUMBER_BYTES 32

static bool is_another(const void *context, pid_t pid)
{
	return pid != *(const pid_t *)context;
}

bool cgroup_place_lists_us(const char *path)
{
	AUTO_FD int fd = procfs_open(path, "cgroup.procs");
	pid_t us = getpid();

	return fd >= 0 && !cgroup_place_holds_only(path, is_another, &us);
}

static bool has_file(const char *path, const char *name)
{
	AUTO_FD int fd = procfs_open(path, name);

	return fd >= 0;
}

/* What v2's root lacks, and what v1's alone has. */
static bool is_root(const char *path, bool is_v2)
{
	if (is_v2)
		return has_file(path, "cgroup.procs") && !has_file(path, "cgroup.type");
	return has_file(path, "cgroup.sane_behavior");
}

struct search {
	struct cgroup_place *place;
	bool is_v2;
};

static bool is_place(void *context, const struct cgroup_folder *folder,
		     const struct mountinfo *mount)
{
	const struct search *search = context;

	search->place->is_root = is_root(folder->path, search->is_v2);
	search->place->has_cpu = mountinfo_has_option(mount->super_options, "cpu");
	return search->place->is_root || cgroup_place_lists_us(folder->path);
}

bool cgroup_place_find(const struct procfs *procfs, const char *controller,
		       struct cgroup_place *ret_place)
{
	struct search search = { .place = ret_place, .is_v2 = !controller };
	struct cgroup_folder folder;

	if (!cgroup_folder_find_such(procfs, CGROUP_FILE_OURS, controller ? controller : "",
				     !controller, is_place, &search, &folder))
		return false;
	memcpy(ret_place->path, folder.path, strlen(folder.path) + 1);
	return true;
}

bool cgroup_place_holds_only(const char *path, cgroup_place_fn is_such, const void *context)
{
	AUTO_FD int fd = procfs_open(path, "cgroup.procs");
	struct parse_span line;
	struct lines lines;
	uint64_t pid;
	int more;

	if (fd < 0)
		return false;
	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0)
		if (!parse_take_u64(&line, &pid) || !is_such(context, (pid_t)pid))
			return false;
	return more == 0;
}

bool cgroup_place_read(const char *path, const char *name, const char *key, uint64_t *ret_number)
{
	AUTO_FD int fd = procfs_open(path, name);
	char text[NUMBER_BYTES];
	struct parse_span span = { .at = text };

	if (fd < 0)
		return false;
	if (key)
		return !lines_find_value(fd, key, ret_number);
	return !procfs_read(fd, sizeof(text), text, &span.len) && parse_take_u64(&span, ret_number);
}
