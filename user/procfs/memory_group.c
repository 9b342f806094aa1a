/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/memory_group.h"

#include <errno.h>
#include <unistd.h>

#include "procfs/cgroup_folder.h"
#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define NUMBER_BYTES 32

/* v1 says for none what is left of an int64 in whole pages. */
#define NO_LIMIT_BYTES (UINT64_C(1) << 62)

/* "max" is no number. */
static bool read_number(const char *folder, const char *name, uint64_t *ret_number)
{
	char text[NUMBER_BYTES];
	struct parse_span span = { .at = text };

	return !procfs_read_file(folder, name, sizeof(text), text, &span.len) &&
	       parse_take_u64(&span, ret_number);
}

static bool read_hits(int fd, bool is_v2, uint64_t *ret_hits)
{
	char text[NUMBER_BYTES];
	struct parse_span span = { .at = text };

	if (is_v2)
		return !lines_find_value(fd, "oom ", ret_hits);
	return !procfs_read(fd, sizeof(text), text, &span.len) && parse_take_u64(&span, ret_hits);
}

/* The nearest group with the least limit is the one that is hit. */
static void take_limit(struct memory_group *group, struct cgroup_folder *place, bool is_v2)
{
	uint64_t bytes;

	do {
		if (!read_number(place->path, is_v2 ? "memory.max" : "memory.limit_in_bytes",
				 &bytes) ||
		    bytes >= NO_LIMIT_BYTES || bytes / 1024 >= group->limit_kb)
			continue;
		if (group->hits_fd >= 0)
			(void)close(group->hits_fd);
		group->limit_kb = bytes / 1024;
		group->is_v2 = is_v2;
		group->hits_fd =
			procfs_open(place->path, is_v2 ? "memory.events" : "memory.failcnt");
	} while (cgroup_folder_go_up(place));
}

/* Where a group of v1 is bound by itself alone, its parents' limits are not its own. */
static void forget_what_is_not_in_effect(struct memory_group *group,
					 const struct cgroup_folder *place)
{
	AUTO_FD int fd = procfs_open(place->path, "memory.stat");
	uint64_t bytes;

	if (fd < 0 || lines_find_value(fd, "hierarchical_memory_limit ", &bytes) ||
	    bytes / 1024 == group->limit_kb)
		return;
	group->limit_kb = bytes < NO_LIMIT_BYTES ? bytes / 1024 : UINT64_MAX;
	if (group->hits_fd >= 0)
		(void)close(group->hits_fd);
	group->hits_fd = -1;
}

void memory_group_open(struct memory_group *group, const struct procfs *procfs, pid_t pid)
{
	struct cgroup_folder place, above;

	*group = MEMORY_GROUP_NONE;
	if (cgroup_folder_find(procfs, pid, "memory", false, &place)) {
		above = place;
		take_limit(group, &above, false);
		forget_what_is_not_in_effect(group, &place);
	}
	if (cgroup_folder_find(procfs, pid, "memory", true, &place)) {
		/* The root has no type. */
		AUTO_FD int fd = procfs_open(place.path, "cgroup.type");

		if (fd >= 0)
			group->pressure_fd = procfs_open(place.path, "memory.pressure");
		take_limit(group, &place, true);
	}
	if (group->hits_fd >= 0 && !read_hits(group->hits_fd, group->is_v2, &group->hits_before)) {
		(void)close(group->hits_fd);
		group->hits_fd = -1;
	}
}

bool memory_group_was_hit(const struct memory_group *group)
{
	uint64_t hits;

	return group->hits_fd >= 0 && read_hits(group->hits_fd, group->is_v2, &hits) &&
	       hits > group->hits_before;
}

void memory_group_close(struct memory_group *group)
{
	if (group->hits_fd >= 0)
		(void)close(group->hits_fd);
	if (group->pressure_fd >= 0)
		(void)close(group->pressure_fd);
	group->hits_fd = group->pressure_fd = -1;
}
