/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_folder.h"

#include <string.h>

#include "procfs/cgroup_file.h"
#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

static bool is_of(const struct mountinfo *mount, const char *controller, bool is_v2)
{
	if (is_v2)
		return parse_span_equals(mount->type, "cgroup2");
	return parse_span_equals(mount->type, "cgroup") &&
	       mountinfo_has_option(mount->super_options, controller);
}

/* What is mounted may be a part of the hierarchy, as in a container: its own path leads there. */
static bool take_place(struct cgroup_folder *place, const struct mountinfo *mount,
		       const char *group)
{
	char root[PATH_MAX];
	size_t root_len, group_len;

	if (mountinfo_unescape(mount->root, sizeof(root), root) ||
	    mountinfo_unescape(mount->point, sizeof(place->path), place->path))
		return false;
	root_len = strcmp(root, "/") ? strlen(root) : 0;
	if (!strncmp(group, root, root_len) && (group[root_len] == '/' || !group[root_len]))
		group += root_len;
	group_len = strcmp(group, "/") ? strlen(group) : 0;
	place->mount_len = strlen(place->path);
	if (place->mount_len + group_len >= sizeof(place->path))
		return false;
	memcpy(place->path + place->mount_len, group, group_len);
	place->path[place->mount_len + group_len] = '\0';
	return true;
}

bool cgroup_folder_find_such(const struct procfs *procfs, pid_t pid, const char *controller,
			     bool is_v2, cgroup_folder_fn is_such, void *context,
			     struct cgroup_folder *place)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	char group[PATH_MAX];
	struct parse_span line;
	struct mountinfo mount;
	struct lines lines;

	if (fd < 0 || cgroup_file_read_one(procfs, pid, controller, is_v2, sizeof(group), group))
		return false;
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0)
		if (mountinfo_parse(line, &mount) && is_of(&mount, controller, is_v2) &&
		    take_place(place, &mount, group) && is_such(context, place, &mount))
			return true;
	return false;
}

static bool is_any(void *context, const struct cgroup_folder *place, const struct mountinfo *mount)
{
	(void)context;
	(void)place;
	(void)mount;
	return true;
}

bool cgroup_folder_find(const struct procfs *procfs, pid_t pid, const char *controller, bool is_v2,
			struct cgroup_folder *place)
{
	return cgroup_folder_find_such(procfs, pid, controller, is_v2, is_any, NULL, place);
}

bool cgroup_folder_go_up(struct cgroup_folder *place)
{
	char *slash = strrchr(place->path + place->mount_len, '/');

	if (slash)
		*slash = '\0';
	return slash;
}
