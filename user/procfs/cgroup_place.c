/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_place.h"

#include <string.h>
#include <unistd.h>

#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define NUMBER_BYTES 32

/* Of "4:cpu,cpuacct:/path" and "0::/path" what is asked for. */
static bool take_group(struct parse_span line, const char *controller, struct parse_span *ret_path)
{
	struct parse_span number, controllers;

	if (!parse_take_until(&line, ':', &number) || !parse_take_until(&line, ':', &controllers))
		return false;
	*ret_path = line;
	if (!controller)
		return !controllers.len && parse_span_equals(number, "0");
	return mountinfo_has_option(controllers, controller);
}

static bool find_group(const struct procfs *procfs, const char *controller, char group[PATH_MAX])
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/cgroup");
	struct parse_span line, path;
	struct lines lines;

	if (fd < 0)
		return false;
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0) {
		if (!take_group(line, controller, &path) || !path.len || path.len >= PATH_MAX)
			continue;
		memcpy(group, path.at, path.len);
		group[path.len] = '\0';
		return true;
	}
	return false;
}

static bool is_of(const struct mountinfo *mount, const char *controller)
{
	if (!controller)
		return parse_span_equals(mount->type, "cgroup2");
	return parse_span_equals(mount->type, "cgroup") &&
	       mountinfo_has_option(mount->super_options, controller);
}

/* "/" stands for nothing before another part of a path. */
static const char *part(const char *path)
{
	return strcmp(path, "/") ? path : "";
}

/* What is mounted may be a part of the hierarchy, as in a container: the group's path leads there. */
static bool join(const struct mountinfo *mount, const char *group, char path[PATH_MAX])
{
	char root[PATH_MAX];
	size_t root_len, len;

	if (mountinfo_unescape(mount->root, sizeof(root), root) ||
	    mountinfo_unescape(mount->point, PATH_MAX, path))
		return false;
	root_len = strlen(part(root));
	group = part(group);
	if (!strncmp(group, root, root_len) && (group[root_len] == '/' || !group[root_len]))
		group += root_len;
	len = strlen(path);
	if (len + strlen(group) >= PATH_MAX)
		return false;
	memcpy(path + len, group, strlen(group) + 1);
	return true;
}

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

bool cgroup_place_find(const struct procfs *procfs, const char *controller,
		       struct cgroup_place *ret_place)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	char group[PATH_MAX];
	struct parse_span line;
	struct mountinfo mount;
	struct lines lines;

	if (fd < 0 || !find_group(procfs, controller, group))
		return false;
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0) {
		if (!mountinfo_parse(line, &mount) || !is_of(&mount, controller) ||
		    !join(&mount, group, ret_place->path))
			continue;
		ret_place->is_root = is_root(ret_place->path, !controller);
		if (!ret_place->is_root && !cgroup_place_lists_us(ret_place->path))
			continue;
		ret_place->has_cpu = mountinfo_has_option(mount.super_options, "cpu");
		return true;
	}
	return false;
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
