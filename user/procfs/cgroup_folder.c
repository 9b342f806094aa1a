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

/* What is looked for, and the group that is to be found; empty where there is none, or it was found. */
struct wanted {
	struct cgroup_search search;
	char groups[2][PATH_MAX];
};

static void offer(struct wanted *wanted, const struct mountinfo *mount)
{
	struct cgroup_folder *places = wanted->search.places;

	for (int is_v2 = 0; is_v2 < 2; is_v2++) {
		if (!wanted->groups[is_v2][0] || !is_of(mount, wanted->search.controller, is_v2))
			continue;
		if (take_place(&places[is_v2], mount, wanted->groups[is_v2]))
			wanted->groups[is_v2][0] = '\0';
		else
			places[is_v2].path[0] = '\0';
	}
}

static bool is_any_wanted(const struct wanted *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (wanted[i].groups[0][0] || wanted[i].groups[1][0])
			return true;
	return false;
}

/* The file is long where much is mounted, and is made by the kernel at each reading. */
static void look_through_mounts(int fd, struct wanted *wanted, size_t count)
{
	struct mountinfo mount;
	struct parse_span line;
	struct lines lines;

	lines_init(&lines, fd);
	while (is_any_wanted(wanted, count) && lines_next(&lines, &line) > 0)
		if (mountinfo_parse(line, &mount))
			for (size_t i = 0; i < count; i++)
				offer(&wanted[i], &mount);
}

void cgroup_folder_find(const struct procfs *procfs, pid_t pid,
			const struct cgroup_search *searches, size_t count)
{
	struct wanted wanted[CGROUP_SEARCHES_MAX];
	AUTO_FREE char *text = NULL;
	AUTO_FD int fd = -1;
	size_t len = 0;

	(void)cgroup_file_load(procfs, pid, &text, &len);
	for (size_t i = 0; i < count; i++) {
		wanted[i].search = searches[i];
		searches[i].places[0].path[0] = searches[i].places[1].path[0] = '\0';
		cgroup_file_parse_both(text ? text : "", len, searches[i].controller,
				       wanted[i].groups);
	}
	if (is_any_wanted(wanted, count))
		fd = procfs_open(procfs->proc, "self/mountinfo");
	if (fd >= 0)
		look_through_mounts(fd, wanted, count);
}

bool cgroup_folder_go_up(struct cgroup_folder *place)
{
	char *slash = strrchr(place->path + place->mount_len, '/');

	if (slash)
		*slash = '\0';
	return slash;
}
