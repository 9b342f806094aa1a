/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * How full the local file systems are. One call to a server that does not answer would hold us for
 * good, so a path is only asked when nothing on the way to it can do that.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "procfs/mountinfo.h"
#include "procfs/system_internal.h"
#include "util/cleanup.h"

#define MOUNTS_BYTES_MAX (16u << 20)
#define TYPES_BYTES_MAX 65536u
#define CHAIN_MAX 64

struct mounts {
	struct mountinfo *all; /* owned */
	size_t count;
	struct parse_span types; /* the text of /proc/filesystems */
	struct parse_span *devices; /* owned: those that are shown already */
	size_t devices_count;
};

/* Kinds that lie on a block device stand there without "nodev". */
static bool is_on_device(const struct mounts *mounts, struct parse_span type)
{
	struct parse_span types = mounts->types, rest = type, line, word;

	/* Behind these is a process, which may hang. */
	if (parse_take_literal(&rest, "fuse"))
		return false;
	while (parse_take_line(&types, &line)) {
		if (!parse_take_word(&line, &word) || parse_span_equals(word, "nodev"))
			continue;
		if (word.len == type.len && !memcmp(word.at, type.at, type.len))
			return true;
	}
	return parse_span_equals(type, "zfs");
}

static bool is_prompt(const struct mounts *mounts, struct parse_span type)
{
	static const char *const kinds[] = { "tmpfs", "devtmpfs", "ramfs", "rootfs", "overlay" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (parse_span_equals(type, kinds[i]))
			return true;
	return is_on_device(mounts, type);
}

/* The root of a container is worth showing, the hundreds of overlays of its host are not. */
static bool is_shown(const struct mounts *mounts, const struct mountinfo *mount)
{
	return is_on_device(mounts, mount->type) ||
	       (parse_span_equals(mount->point, "/") && parse_span_equals(mount->type, "overlay"));
}

/* Both still escaped, which changes no slash. */
static bool is_within(struct parse_span path, struct parse_span point)
{
	if (parse_span_equals(point, "/"))
		return true;
	return path.len >= point.len && !memcmp(path.at, point.at, point.len) &&
	       (path.len == point.len || path.at[point.len] == '/');
}

static const struct mountinfo *find_parent(const struct mounts *mounts,
					   const struct mountinfo *mount)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->all[i].id == mount->parent_id && &mounts->all[i] != mount)
			return &mounts->all[i];
	return NULL;
}

static bool is_in_chain(const struct mountinfo *const *chain, size_t length, uint64_t id)
{
	for (size_t i = 0; i < length; i++)
		if (chain[i]->id == id)
			return true;
	return false;
}

/* The path leads to this mount, and through none on the way that could block. */
static bool is_reached(const struct mounts *mounts, const struct mountinfo *mount)
{
	const struct mountinfo *chain[CHAIN_MAX], *one;
	size_t length = 0;

	for (one = mount; one; one = find_parent(mounts, one)) {
		if (length == CHAIN_MAX || (one != mount && !is_prompt(mounts, one->type)))
			return false;
		chain[length++] = one;
	}
	for (size_t i = 0; i < mounts->count; i++) {
		one = &mounts->all[i];
		/* Mounted over it, or over a directory on the way. */
		if (is_within(mount->point, one->point) &&
		    is_in_chain(chain, length, one->parent_id) &&
		    !is_in_chain(chain, length, one->id))
			return false;
	}
	return true;
}

static bool is_known_device(const struct mounts *mounts, struct parse_span device)
{
	for (size_t i = 0; i < mounts->devices_count; i++)
		if (mounts->devices[i].len == device.len &&
		    !memcmp(mounts->devices[i].at, device.at, device.len))
			return true;
	return false;
}

static bool ask(const struct mountinfo *mount, struct denet_filesystem *ret_filesystem)
{
	struct statvfs figures;
	char path[PATH_MAX];
	struct stat what;

	/* A single file may be a mount too; what it lies on has another place. */
	if (mountinfo_unescape(mount->point, sizeof(path), path) || stat(path, &what) ||
	    !S_ISDIR(what.st_mode) || statvfs(path, &figures) || !figures.f_blocks)
		return false;
	return !__builtin_mul_overflow(figures.f_blocks, figures.f_frsize,
				       &ret_filesystem->total_bytes) &&
	       !__builtin_mul_overflow(figures.f_bfree, figures.f_frsize,
				       &ret_filesystem->free_bytes) &&
	       !__builtin_mul_overflow(figures.f_bavail, figures.f_frsize,
				       &ret_filesystem->available_bytes);
}

static const char *keep_unescaped(struct system_store *store, struct parse_span escaped)
{
	char text[PATH_MAX];

	if (mountinfo_unescape(escaped, sizeof(text), text))
		return system_keep(store, escaped);
	return system_keep(store, parse_span_of(text));
}

static int add_filesystem(struct mounts *mounts, const struct mountinfo *mount,
			  struct system_store *store, struct denet_system *system)
{
	struct denet_filesystem filesystem;
	void *filesystems = store->filesystems;
	int r = system_grow(&filesystems, system->filesystems_count, sizeof(filesystem));

	if (r)
		return r;
	store->filesystems = filesystems;
	system->filesystems = filesystems;
	if (!ask(mount, &filesystem))
		return 0;
	filesystem.mount = keep_unescaped(store, mount->point);
	filesystem.source = keep_unescaped(store, mount->source);
	filesystem.type = system_keep(store, mount->type);
	if (!filesystem.mount || !filesystem.source || !filesystem.type)
		return -ENOMEM;
	store->filesystems[system->filesystems_count++] = filesystem;
	mounts->devices[mounts->devices_count++] = mount->device;
	return 0;
}

/* A whole file system rather than a part of it that is bound elsewhere. */
static int add_all(struct mounts *mounts, bool wants_whole, struct system_store *store,
		   struct denet_system *system)
{
	int r = 0;

	for (size_t i = 0; !r && i < mounts->count; i++) {
		const struct mountinfo *mount = &mounts->all[i];

		if (parse_span_equals(mount->root, "/") == wants_whole && is_shown(mounts, mount) &&
		    !is_known_device(mounts, mount->device) && is_reached(mounts, mount))
			r = add_filesystem(mounts, mount, store, system);
	}
	return r;
}

static int parse_mounts(struct parse_span text, struct mounts *mounts)
{
	struct parse_span line;

	while (parse_take_line(&text, &line) && mounts->count < SYSTEM_ENTRIES_MAX) {
		void *all = mounts->all;
		int r = system_grow(&all, mounts->count, sizeof(*mounts->all));

		if (r)
			return r;
		mounts->all = all;
		if (mountinfo_parse(line, &mounts->all[mounts->count]))
			mounts->count++;
	}
	mounts->devices = calloc(mounts->count + 1, sizeof(*mounts->devices));
	return mounts->devices ? 0 : -ENOMEM;
}

int system_read_filesystems(const struct procfs *procfs, struct system_store *store,
			    struct denet_system *system)
{
	AUTO_FREE char *text = NULL, *types = NULL;
	struct mounts mounts = { 0 };
	size_t len = 0, types_len = 0;
	int r = procfs_load(procfs->proc, "self/mountinfo", MOUNTS_BYTES_MAX, &text, &len);

	if (!r)
		r = procfs_load(procfs->proc, "filesystems", TYPES_BYTES_MAX, &types, &types_len);
	if (r)
		return r == -ENOMEM ? r : 0;
	mounts.types = (struct parse_span){ types, types_len };
	r = parse_mounts((struct parse_span){ text, len }, &mounts);
	if (!r)
		r = add_all(&mounts, true, store, system);
	if (!r)
		r = add_all(&mounts, false, store, system);
	free(mounts.all);
	free(mounts.devices);
	return r;
}
