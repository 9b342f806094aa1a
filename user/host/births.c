/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/births.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/idmap.h"

/* Modified: the kernel tells so of cgroup.events when a cgroup comes to have a process, or none. */
#define MASK (IN_CREATE | IN_DELETE | IN_MODIFY | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define DEPTH_MAX 32
#define EVENTS_BYTES 16384

struct births {
	int fd; /* owned */
	struct idmap folders; /* owned, as are they: paths, by the number of their watch */
	unsigned int folders_max;
	births_fn on_news;
	void *context; /* borrowed */
	uint64_t lost;
	uint64_t left_out;
};

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int add_tree(struct births *births, const char *folder, bool is_new, int depth);

static int add_children(struct births *births, const char *folder, bool is_new, int depth)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	while (dir && !r && depth < DEPTH_MAX && (entry = readdir(dir))) {
		char path[PATH_MAX];
		int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && len > 0 &&
		    (size_t)len < sizeof(path))
			r = add_tree(births, path, is_new, depth + 1);
	}
	return r;
}

/* One that is gone already is none that is left out. */
static int add_folder(struct births *births, const char *folder)
{
	int number = births->folders.count < births->folders_max
			     ? inotify_add_watch(births->fd, folder, MASK)
			     : -1;
	AUTO_FREE char *copy = NULL;

	if (number < 0) {
		births->left_out += births->folders.count >= births->folders_max || errno != ENOENT;
		return 0;
	}
	copy = strdup(folder);
	if (!copy)
		return -ENOMEM;
	free(idmap_remove(&births->folders, (uint64_t)number));
	if (idmap_put(&births->folders, (uint64_t)number, copy))
		return -ENOMEM;
	TAKE(copy);
	return 0;
}

/* It is watched before it is read: what comes meanwhile may be told twice. */
static int add_tree(struct births *births, const char *folder, bool is_new, int depth)
{
	int r = add_folder(births, folder);

	if (!r && is_new)
		r = births->on_news(births->context, BIRTHS_BORN, folder);
	return r ? r : add_children(births, folder, is_new, depth);
}

int births_open(const char *point, unsigned int folders_max, births_fn on_news, void *context,
		struct births **ret_births)
{
	__attribute__((cleanup(births_closep))) struct births *births = calloc(1, sizeof(*births));
	int r;

	if (!births)
		return -ENOMEM;
	births->folders_max = folders_max;
	births->on_news = on_news;
	births->context = context;
	births->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (births->fd < 0)
		return -errno;
	r = add_tree(births, point, false, 0);
	if (r)
		return r;
	*ret_births = TAKE(births);
	return 0;
}

void births_close(struct births *births)
{
	if (!births)
		return;
	cleanup_fd(&births->fd);
	for (size_t i = 0; i < births->folders.room; i++)
		if (births->folders.slots[i].id)
			free(births->folders.slots[i].value);
	idmap_done(&births->folders);
	free(births);
}

/* "populated 0" in it, which holds for all below as well. */
static bool is_empty(const char *folder)
{
	char path[PATH_MAX + 16], line[64];
	FILE *file;
	bool is_found = false;

	(void)snprintf(path, sizeof(path), "%s/cgroup.events", folder);
	file = fopen(path, "re");
	while (file && !is_found && fgets(line, sizeof(line), file))
		is_found = strcmp(line, "populated 0\n") == 0;
	if (file)
		(void)fclose(file);
	return is_found;
}

static int tell_child(struct births *births, const char *folder, const struct inotify_event *event)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, event->name);

	if (len <= 0 || (size_t)len >= sizeof(path))
		return 0;
	return event->mask & IN_CREATE ? add_tree(births, path, true, 0)
				       : births->on_news(births->context, BIRTHS_GONE, path);
}

static int tell(struct births *births, const struct inotify_event *event)
{
	const char *folder =
		event->wd > 0 ? idmap_get(&births->folders, (uint64_t)event->wd) : NULL;

	if (event->mask & IN_Q_OVERFLOW)
		births->lost++;
	if (!folder)
		return 0;
	if (event->mask & IN_IGNORED)
		free(idmap_remove(&births->folders, (uint64_t)event->wd));
	else if (event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_DELETE))
		return tell_child(births, folder, event);
	else if (event->mask & IN_MODIFY && event->len &&
		 strcmp(event->name, "cgroup.events") == 0 && is_empty(folder))
		return births->on_news(births->context, BIRTHS_EMPTIED, folder);
	return 0;
}

int births_take(struct births *births)
{
	_Alignas(struct inotify_event) char events[EVENTS_BYTES];
	int r = 0;

	while (!r) {
		ssize_t len = read(births->fd, events, sizeof(events));

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return len < 0 && errno != EAGAIN ? -errno : 0;
		for (ssize_t at = 0; at < len && !r;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(events + at);

			at += (ssize_t)(sizeof(*event) + event->len);
			r = tell(births, event);
		}
	}
	return r;
}

int births_fd(const struct births *births)
{
	return births->fd;
}

uint64_t births_lost(const struct births *births)
{
	return births->lost;
}

uint64_t births_left_out(const struct births *births)
{
	return births->left_out;
}
