/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/walk_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/folders.h"
#include "host/store_internal.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/idmap.h"

/* A walk holds a descriptor for each level. */
#define DEPTH_MAX 32

/* One walk through one hierarchy. */
struct walk {
	struct cgroups *groups;
	enum mount mount;
	char path[PATH_MAX]; /* of the folder it is in */
	size_t point_len; /* of it, the mount */
	struct cgroup *owner; /* the innermost group around it; NULL for none */
	bool had_process; /* the folder, which may be gone */
	bool leaves_claimed; /* folders that are a known group's in another hierarchy, with all below */
};

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int add(struct cgroups *groups, struct cgroup *group)
{
	if (groups->count == groups->room) {
		size_t room = groups->room ? 2 * groups->room : 64;
		struct cgroup **items = array_resize(groups->items, room, sizeof(struct cgroup *));

		if (!items)
			return -ENOMEM;
		groups->items = items;
		groups->room = room;
	}
	if (idmap_put(&groups->by_id, store_key_of(group->found_in, group->id), group))
		return -ENOMEM;
	groups->items[groups->count++] = group;
	return 0;
}

static void look_up(struct cgroup *group, enum mount mount)
{
	struct stat facts;

	if (mount != group->found_in && group->folders[mount] && !group->inodes[mount] &&
	    stat(group->folders[mount], &facts) == 0)
		group->inodes[mount] = facts.st_ino;
}

/* Its folders in other hierarchies are no groups of their own. */
static int claim(struct cgroups *groups, struct cgroup *group)
{
	int r = 0;

	for (enum mount mount = 0; mount < MOUNT_COUNT && !r; mount++) {
		/* What has gone may have come again. */
		if (group->is_gone)
			group->inodes[mount] = 0;
		look_up(group, mount);
		if (group->inodes[mount])
			r = idmap_put(&groups->claimed, store_key_of(mount, group->inodes[mount]),
				      group);
	}
	return r;
}

static bool has_end(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

/*
 * One that no pattern knows counts when processes are in it and nothing around it is a group. systemd's
 * slices hold none; where version 1 says otherwise, what it lacks stands in version 2.
 */
static bool is_plain_group(const struct walk *walk, int dir_fd, const char *group)
{
	struct name around;
	size_t len = strlen(group);

	if (name_find(group, len, &around, &len))
		return false;
	if (walk->mount != MOUNT_V2 && walk->groups->mounts.points[MOUNT_V2] &&
	    has_end(group, ".slice"))
		return false;
	return walk->had_process || folders_has_process(dir_fd);
}

/* In the main hierarchy, of a group that nothing was known of in this one: its member was elsewhere when it was asked. */
static struct cgroup *namesake(const struct walk *walk, const char *path)
{
	const struct cgroups *groups = walk->groups;
	enum mount main_mount = store_main_mount(groups);

	for (size_t i = 0; walk->mount != main_mount && i < groups->count; i++)
		if (groups->items[i]->found_in == main_mount &&
		    !groups->items[i]->folders[walk->mount] &&
		    strcmp(groups->items[i]->path, path) == 0)
			return groups->items[i];
	return NULL;
}

/* NULL also where it is another folder of one that is known. */
static struct cgroup *make_group(const struct walk *walk, const char *path, uint64_t inode)
{
	struct cgroups *groups = walk->groups;
	struct cgroup *same = namesake(walk, path);
	AUTO(cgroup) struct cgroup *group = NULL;

	if (same) {
		groups->error = cgroup_add_folder(same, walk->mount, walk->path);
		if (!groups->error)
			groups->error = claim(groups, same);
		return NULL;
	}
	if (groups->count >= CGROUPS_MAX) {
		groups->omitted++;
		return NULL;
	}
	groups->error = cgroup_new(walk->mount, inode, path, walk->path, &group);
	if (groups->error)
		return NULL;
	group->seen_pass = groups->pass;
	groups->error = folders_complete(group, groups->procfs, &groups->mounts);
	if (!groups->error)
		groups->error = claim(groups, group);
	if (!groups->error)
		groups->error = add(groups, group);
	return groups->error ? NULL : TAKE(group);
}

static void see_again(struct cgroups *groups, struct cgroup *group, const char *folder)
{
	group->seen_pass = groups->pass;
	if (strcmp(group->folders[group->found_in], folder) != 0)
		groups->error = folders_rename(group, folder, &groups->mounts);
	if (!group->is_complete && !groups->error)
		groups->error = folders_complete(group, groups->procfs, &groups->mounts);
	if (!groups->error)
		groups->error = claim(groups, group);
}

/* The group that the folder is; NULL for none, or one that was found elsewhere. */
static struct cgroup *look_at(const struct walk *walk, int dir_fd, uint64_t inode)
{
	struct cgroups *groups = walk->groups;
	struct cgroup *known = idmap_get(&groups->by_id, store_key_of(walk->mount, inode));
	char path[PATH_MAX];
	struct name name;

	if (idmap_get(&groups->claimed, store_key_of(walk->mount, inode)))
		return NULL;
	if (known) {
		see_again(groups, known, walk->path);
		return known;
	}
	if (folders_group_of(&groups->mounts, walk->mount, walk->path + walk->point_len,
			     sizeof(path), path) &&
	    (name_of_cgroup(path, strlen(path), &name) || is_plain_group(walk, dir_fd, path)))
		return make_group(walk, path, inode);
	return NULL;
}

/* What is below is in it, unless it is in one of its own. */
static void enter(struct walk *walk, int dir_fd, uint64_t inode)
{
	struct cgroups *groups = walk->groups;
	struct cgroup *group = look_at(walk, dir_fd, inode);

	if (group) {
		group->around = walk->owner;
		walk->owner = group;
	}
	if (walk->owner && walk->mount == store_main_mount(groups) && !groups->error)
		groups->error = idmap_put(&groups->owners, inode, walk->owner);
}

static void walk_folder(struct walk *walk, int parent_fd, const char *name, size_t len, int depth);

static bool is_left(const struct walk *walk, uint64_t inode)
{
	return walk->leaves_claimed &&
	       idmap_get(&walk->groups->claimed, store_key_of(walk->mount, inode));
}

static void walk_entries(struct walk *walk, DIR *dir, size_t len, int depth)
{
	const struct dirent *entry;

	while (!walk->groups->error && (entry = readdir(dir))) {
		size_t name_len = strlen(entry->d_name);

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    len + name_len + 2 > sizeof(walk->path) || is_left(walk, entry->d_ino))
			continue;
		walk->path[len] = '/';
		memcpy(walk->path + len + 1, entry->d_name, name_len + 1);
		walk_folder(walk, dirfd(dir), entry->d_name, len + 1 + name_len, depth + 1);
		walk->path[len] = '\0';
	}
}

/* Of a folder the kernel counts what is in it among its links: one that is known and has none need not be opened. */
static bool is_known_leaf(const struct walk *walk, int parent_fd, const char *name,
			  struct stat *ret_facts)
{
	const struct cgroups *groups = walk->groups;
	uint64_t key;

	if (fstatat(parent_fd, name, ret_facts, AT_SYMLINK_NOFOLLOW) || ret_facts->st_nlink != 2)
		return false;
	key = store_key_of(walk->mount, ret_facts->st_ino);
	return idmap_get(&groups->by_id, key) || idmap_get(&groups->claimed, key);
}

static void open_folder(struct walk *walk, int parent_fd, const char *name, size_t len, int depth)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = NULL;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat facts;

	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return;
	}
	/* The root is the machine. */
	if (depth && fstat(fd, &facts) == 0)
		enter(walk, fd, facts.st_ino);
	if (depth < DEPTH_MAX)
		walk_entries(walk, dir, len, depth);
}

static void walk_folder(struct walk *walk, int parent_fd, const char *name, size_t len, int depth)
{
	struct cgroup *around = walk->owner;
	struct stat facts;

	if (depth && is_known_leaf(walk, parent_fd, name, &facts))
		enter(walk, -1, facts.st_ino);
	else
		open_folder(walk, parent_fd, name, len, depth);
	walk->owner = around;
}

static void walk_hierarchy(struct cgroups *groups, enum mount mount, bool leaves_claimed)
{
	const char *point = groups->mounts.points[mount];
	struct walk walk = { .groups = groups, .mount = mount, .leaves_claimed = leaves_claimed };

	if (!point || groups->error || strlen(point) >= sizeof(walk.path))
		return;
	walk.point_len = strlen(point);
	memcpy(walk.path, point, walk.point_len + 1);
	walk_folder(&walk, AT_FDCWD, point, walk.point_len, 0);
}

/* That of version 1 which counts CPU exactly goes first, and claims what it knows in the others. */
static const enum mount order[] = { MOUNT_CPUACCT, MOUNT_V2, MOUNT_MEMORY };

void walk_all(struct cgroups *groups)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		walk_hierarchy(groups, order[i], false);
}

void walk_others(struct cgroups *groups)
{
	enum mount main_mount = store_main_mount(groups);

	for (size_t i = 0; i < groups->count && !groups->error; i++) {
		struct cgroup *group = groups->items[i];

		if (group->found_in != main_mount)
			continue;
		group->seen_pass = groups->pass;
		groups->error = claim(groups, group);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] != main_mount)
			walk_hierarchy(groups, order[i], true);
}

/* False when it is not the one that was meant. */
static bool enter_path(struct walk *walk, uint64_t id)
{
	AUTO_FD int fd = open(walk->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat facts;

	/* What lies around is told of as well. */
	walk->had_process = id && (fd < 0 || !folders_has_folder(fd));
	if (fd < 0 && !id)
		return true;
	facts.st_ino = id;
	if (fd >= 0 && fstat(fd, &facts))
		return false;
	if (id && facts.st_ino != id)
		return false;
	enter(walk, fd, facts.st_ino);
	return !walk->groups->error;
}

void walk_to(struct cgroups *groups, const char *folder, uint64_t id)
{
	struct walk walk = { .groups = groups, .mount = store_main_mount(groups) };
	const char *point = groups->mounts.points[walk.mount];
	size_t len = strlen(folder);
	size_t at = walk.point_len = strlen(point);
	bool goes_on = len < sizeof(walk.path);

	while (goes_on && at < len) {
		at += 1 + strcspn(folder + at + 1, "/");
		memcpy(walk.path, folder, at);
		walk.path[at] = '\0';
		goes_on = enter_path(&walk, at < len ? 0 : id);
	}
}
