/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "procfs/lines.h"
#include "procfs/system_internal.h"
#include "util/cleanup.h"
#include "util/units.h"

#define SECTOR_BYTES 512 /* of diskstats, whatever the device's own */

/* They hold what is counted elsewhere, or no disk's bytes. */
static bool is_virtual(struct parse_span name)
{
	static const char *const kinds[] = { "loop", "ram", "zram" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct parse_span rest = name;

		if (parse_take_literal(&rest, kinds[i]) && rest.len &&
		    isdigit((unsigned char)*rest.at))
			return true;
	}
	return false;
}

/* A slash in a device's name is an exclamation mark in sysfs. */
static int path_of(const struct procfs *procfs, struct parse_span name, const char *file,
		   size_t size, char *ret_path)
{
	char shown[NAME_MAX + 1];
	int len;

	if (name.len > NAME_MAX)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < name.len; i++)
		shown[i] = name.at[i] == '/' ? '!' : name.at[i];
	shown[name.len] = '\0';
	len = snprintf(ret_path, size, "%s/block/%s%s", procfs->sys, shown, file);
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

static bool has_entries(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.';
	if (dir)
		(void)closedir(dir);
	return found;
}

/* Partitions are no entries of their own in /sys/block. */
static bool is_counted(const struct procfs *procfs, struct parse_span name)
{
	char path[PATH_MAX];

	if (is_virtual(name) || path_of(procfs, name, "", sizeof(path), path) || access(path, F_OK))
		return false;
	return !path_of(procfs, name, "/slaves", sizeof(path), path) && !has_entries(path);
}

static bool parse_disk(struct parse_span line, struct parse_span *ret_name,
		       struct denet_disk *ret_disk)
{
	/* major, minor, name; reads, merged, sectors, ms; the same for writes; in flight, busy ms */
	uint64_t fields[10], major, minor;

	if (!parse_take_u64(&line, &major) || !parse_take_u64(&line, &minor) ||
	    !parse_take_word(&line, ret_name))
		return false;
	for (size_t i = 0; i < 10; i++)
		if (!parse_take_u64(&line, &fields[i]))
			return false;
	*ret_disk = (struct denet_disk){ .read_count = fields[0], .write_count = fields[4] };
	return !__builtin_mul_overflow(fields[2], SECTOR_BYTES, &ret_disk->read_bytes) &&
	       !__builtin_mul_overflow(fields[6], SECTOR_BYTES, &ret_disk->write_bytes) &&
	       !__builtin_mul_overflow(fields[9], NS_PER_MS, &ret_disk->busy_ns);
}

static void add_to_sum(const struct denet_disk *disk, struct denet_disk *sum)
{
	sum->read_bytes += disk->read_bytes;
	sum->write_bytes += disk->write_bytes;
	sum->read_count += disk->read_count;
	sum->write_count += disk->write_count;
	sum->busy_ns += disk->busy_ns;
}

static int add_disk(struct system_store *store, struct denet_system *system, struct parse_span name,
		    struct denet_disk *disk)
{
	void *disks = store->disks;
	int r = system_grow(&disks, system->disks_count, sizeof(*disk));

	if (r)
		return r;
	store->disks = disks;
	system->disks = disks;
	disk->name = system_keep(store, name);
	if (!disk->name)
		return -ENOMEM;
	if (!system->disks_count)
		system->disk = (struct denet_disk){ 0 };
	add_to_sum(disk, &system->disk);
	store->disks[system->disks_count++] = *disk;
	return 0;
}

int system_read_disks(const struct procfs *procfs, struct system_store *store,
		      struct denet_system *system)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "diskstats");
	struct parse_span line, name;
	struct denet_disk disk;
	struct lines lines;
	int r = 0;

	if (fd < 0)
		return 0;
	lines_init(&lines, fd);
	while (!r && lines_next(&lines, &line) > 0)
		if (parse_disk(line, &name, &disk) && is_counted(procfs, name))
			r = add_disk(store, system, name, &disk);
	return r;
}
