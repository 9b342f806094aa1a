/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/memory_group.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "procfs/cgroup_folder.h"
#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define NUMBER_BYTES 32

/* v1 says for none what is left of an int64 in whole pages. */
#define NO_LIMIT_BYTES (UINT64_C(1) << 62)

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

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
		close_if_open(&group->hits_fd);
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
	close_if_open(&group->hits_fd);
}

/* The limits up both trees. */
static void take_limits(struct memory_group *group)
{
	struct cgroup_folder above = group->places[0];

	if (above.path[0]) {
		take_limit(group, &above, false);
		forget_what_is_not_in_effect(group, &group->places[0]);
	}
	above = group->places[1];
	if (above.path[0])
		take_limit(group, &above, true);
}

static void open_pressure(struct memory_group *group, const struct cgroup_folder *place)
{
	/* The root has no type. */
	AUTO_FD int fd = place->path[0] ? procfs_open(place->path, "cgroup.type") : -1;

	if (fd >= 0)
		group->pressure_fd = procfs_open(place->path, "memory.pressure");
}

static int open_kills(const struct cgroup_folder *place, bool is_v2)
{
	if (strlen(place->path) <= place->mount_len)
		return -1;
	return procfs_open(place->path, is_v2 ? "memory.events" : "memory.oom_control");
}

static void begin_kills(struct memory_group *group)
{
	for (int is_v2 = 0; is_v2 < 2 && group->kills_fd < 0; is_v2++)
		if (group->places[is_v2].path[0])
			group->kills_fd = open_kills(&group->places[is_v2], is_v2);
	if (group->kills_fd >= 0 &&
	    lines_find_value(group->kills_fd, "oom_kill ", &group->kills_before))
		close_if_open(&group->kills_fd);
}

struct cgroup_search memory_group_search(struct memory_group *group)
{
	*group = MEMORY_GROUP_NONE;
	return (struct cgroup_search){ "memory", group->places };
}

void memory_group_begin(struct memory_group *group)
{
	take_limits(group);
	group->first_limit_kb = group->limit_kb;
	open_pressure(group, &group->places[1]);
	begin_kills(group);
	if (group->hits_fd >= 0 && !read_hits(group->hits_fd, group->is_v2, &group->hits_before))
		close_if_open(&group->hits_fd);
}

void memory_group_open(struct memory_group *group, const struct procfs *procfs, pid_t pid)
{
	const struct cgroup_search search = memory_group_search(group);

	cgroup_folder_find(procfs, pid, &search, 1);
	memory_group_begin(group);
}

static void count_kills(struct memory_group *group)
{
	uint64_t kills;

	if (group->kills_fd >= 0 && !lines_find_value(group->kills_fd, "oom_kill ", &kills) &&
	    kills >= group->kills_before)
		group->kills = kills - group->kills_before;
}

/* What was hit stays that which was the least at first. */
void memory_group_read_again(struct memory_group *group)
{
	struct memory_group now = MEMORY_GROUP_NONE;

	group->was_hit = memory_group_was_hit(group);
	count_kills(group);
	for (int i = 0; i < 2; i++) {
		now.places[i] = group->places[i];
		/* Gone: what was known stays. */
		if (now.places[i].path[0] && access(now.places[i].path, F_OK))
			return;
	}
	take_limits(&now);
	group->limit_kb = now.limit_kb;
	memory_group_close(&now);
}

bool memory_group_was_hit(const struct memory_group *group)
{
	uint64_t hits;

	return group->hits_fd >= 0 && read_hits(group->hits_fd, group->is_v2, &hits) &&
	       hits > group->hits_before;
}

void memory_group_close(struct memory_group *group)
{
	close_if_open(&group->hits_fd);
	close_if_open(&group->kills_fd);
	close_if_open(&group->pressure_fd);
}
