/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_target.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/namespace.h"

/* By which a hierarchy of version 1 is known, the one that counts CPU first. */
static const char *const controllers[] = { "cpuacct", "cpu", "memory", "pids" };

#define CONTROLLERS (sizeof(controllers) / sizeof(controllers[0]))
/* Of the places where a path may be: first where CPU is counted exactly, then version 2. */
#define RANK_V2 1
#define RANK_NONE UINT_MAX

struct mount {
	char point[PATH_MAX];
	char root[PATH_MAX]; /* "" for the hierarchy's own */
	const char *controller;
	unsigned int rank; /* the less the better */
};

/* What is looked for, and the best that was found. */
struct search {
	const char *name;
	const char *real; /* the folder that it is, or NULL */
	const char *line_controllers; /* of a line of /proc/PID/cgroup, up to its colon; or NULL */
	const char *line_path;
	bool is_first_namespace;
	bool is_under_mount;
	unsigned int rank;
	size_t point_len;
	struct cgroup_target *target;
};

static unsigned int rank_of(size_t controller)
{
	return controller ? (unsigned int)controller + RANK_V2 : 0;
}

/* A hierarchy of another controller alone is passed over. */
static bool take_mount(const struct mountinfo *line, struct mount *mount)
{
	mount->controller = NULL;
	if (parse_span_equals(line->type, "cgroup2")) {
		mount->controller = "";
		mount->rank = RANK_V2;
	} else if (parse_span_equals(line->type, "cgroup")) {
		for (size_t i = 0; i < CONTROLLERS && !mount->controller; i++) {
			if (!mountinfo_has_option(line->super_options, controllers[i]))
				continue;
			mount->controller = controllers[i];
			mount->rank = rank_of(i);
		}
	}
	if (!mount->controller ||
	    mountinfo_unescape(line->point, sizeof(mount->point), mount->point) ||
	    mountinfo_unescape(line->root, sizeof(mount->root), mount->root))
		return false;
	if (!strcmp(mount->root, "/"))
		mount->root[0] = '\0';
	return true;
}

/* What of the path is below the folder; NULL when it is not in there. */
static const char *below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strncmp(path, folder, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path + len;
}

static int depth_of(const char *path)
{
	int depth = 0;

	for (; *path; path++)
		depth += *path == '/' && path[1] && path[1] != '/';
	return depth;
}

static bool is_cgroup(const char *folder)
{
	char file[PATH_MAX + 16];

	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", folder);
	return access(file, F_OK) == 0;
}

static void take(struct search *search, const struct mount *mount, const char *folder)
{
	struct cgroup_target *target = search->target;
	struct stat status;

	if (stat(folder, &status) || !S_ISDIR(status.st_mode) || !is_cgroup(folder))
		return;
	search->rank = mount->rank;
	search->point_len = strlen(mount->point);
	(void)snprintf(target->folder, sizeof(target->folder), "%s", folder);
	target->controller = mount->controller;
	target->id = status.st_ino;
	target->level = search->is_first_namespace
				? depth_of(mount->root) + depth_of(folder + search->point_len)
				: -1;
}

/* A mount may lie in another: the innermost is meant. */
static void consider_folder(struct search *search, const struct mount *mount)
{
	if (!below(search->real, mount->point))
		return;
	search->is_under_mount = true;
	if (search->rank == RANK_NONE || strlen(mount->point) > search->point_len)
		take(search, mount, search->real);
}

/* The list of a line ends with a colon; that of version 2 is empty. */
static bool is_named(const char *list, const char *controller)
{
	size_t len = strlen(controller);

	for (;; list++) {
		size_t part = strcspn(list, ",:");

		if (part == len && !strncmp(list, controller, len))
			return true;
		list += part;
		if (*list != ',')
			return false;
	}
}

static void consider_path(struct search *search, const struct mount *mount)
{
	const char *path = search->line_path ? search->line_path : search->name;
	char joined[2 * PATH_MAX], folder[PATH_MAX];

	if (mount->rank >= search->rank)
		return;
	if (search->line_path && !is_named(search->line_controllers, mount->controller))
		return;
	/* What is mounted may be a part of the hierarchy. */
	if (search->line_path)
		path = below(path, mount->root);
	if (!path)
		return;
	(void)snprintf(joined, sizeof(joined), "%s/%s", mount->point, path);
	/* Out of the mount again by "..": not meant. */
	if (!realpath(joined, folder) || !below(folder, mount->point))
		return;
	take(search, mount, folder);
}

static void take_line(struct search *search)
{
	const char *at = search->name, *colon;

	while (isdigit((unsigned char)*at))
		at++;
	if (at == search->name || *at != ':')
		return;
	colon = strchr(at + 1, ':');
	if (!colon || colon[1] != '/')
		return;
	search->line_controllers = at + 1;
	search->line_path = colon + 1;
}

static int look_through(const struct procfs *procfs, struct search *search)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	struct parse_span text;
	struct mountinfo line;
	struct mount mount;
	struct lines lines;

	if (fd < 0)
		return fd;
	lines_init(&lines, fd);
	while (lines_next(&lines, &text) > 0) {
		if (!mountinfo_parse(text, &line) || !take_mount(&line, &mount))
			continue;
		if (search->real)
			consider_folder(search, &mount);
		else
			consider_path(search, &mount);
	}
	return 0;
}

static int search_for(const struct procfs *procfs, struct search *search)
{
	char real[PATH_MAX];
	int r = 0;

	take_line(search);
	if (!search->line_path && search->name[0] == '/' && realpath(search->name, real)) {
		search->real = real;
		r = look_through(procfs, search);
		search->real = NULL;
	}
	/* A path below the mount may be one of the machine as well, as "/" is. */
	if (!r && search->rank == RANK_NONE && !search->is_under_mount)
		r = look_through(procfs, search);
	return r;
}

int cgroup_target_find(const struct procfs *procfs, const char *name,
		       struct cgroup_target *ret_target, struct denet_error *error)
{
	struct search search = {
		.name = name,
		.is_first_namespace = namespace_is_first(procfs->proc, "cgroup") == 1,
		.rank = RANK_NONE,
		.target = ret_target,
	};
	int r;

	if (!name[0])
		return error_set(error, -EINVAL, "a cgroup without a name");
	r = search_for(procfs, &search);
	if (r)
		return error_set(error, r, "the mounted cgroups cannot be told: %s", strerror(-r));
	if (search.rank == RANK_NONE)
		return error_set(
			error, -ENOENT,
			"there is no cgroup '%.200s': neither a folder of a hierarchy that "
			"counts, nor a path below one",
			name);
	return 0;
}

bool cgroup_target_exists(const struct cgroup_target *target)
{
	struct stat status;

	return stat(target->folder, &status) == 0 && status.st_ino == target->id;
}

pid_t cgroup_target_member(const struct cgroup_target *target)
{
	char path[PATH_MAX + 16];
	AUTO_FD int fd = -1;
	struct parse_span text;
	struct lines lines;
	uint64_t pid;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", target->folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	lines_init(&lines, fd);
	while (lines_next(&lines, &text) > 0)
		if (parse_take_u64(&text, &pid) && pid)
			return (pid_t)pid;
	return 0;
}
