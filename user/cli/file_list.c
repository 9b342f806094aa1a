/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/file_list.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

#define FIRST_ROOM 64
#define MAGIC "*?["

/* The entries of a folder, sorted. */
struct entries {
	struct dirent **items; /* owned, as are they */
	int count;
};

static void entries_freep(struct entries *entries)
{
	for (int i = 0; i < entries->count; i++)
		free(entries->items[i]);
	free(entries->items);
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int entries_read(struct entries *entries, const char *folder)
{
	entries->count = scandir(folder, &entries->items, NULL, by_name);
	if (entries->count >= 0)
		return 0;
	entries->count = 0;
	return -errno;
}

void file_list_done(struct file_list *list)
{
	free(list->paths);
	names_done(&list->found);
	*list = (struct file_list){ 0 };
}

bool file_list_is_pattern(const char *word)
{
	return strpbrk(word, MAGIC) && access(word, F_OK) != 0;
}

static int append(struct file_list *list, const char *path)
{
	size_t room = list->room ? list->room * 2 : FIRST_ROOM;
	const char **paths = list->paths;

	if (list->count == list->room) {
		paths = array_resize(paths, room, sizeof(*paths));
		if (!paths)
			return -ENOMEM;
		list->paths = paths;
		list->room = room;
	}
	list->paths[list->count++] = path;
	return 0;
}

static int append_found(struct file_list *list, const struct buf *path)
{
	const char *kept = path->error ? NULL : names_add(&list->found, path->data, path->len);

	return kept ? append(list, kept) : -ENOMEM;
}

static int lose(struct file_list *list, int r, const char *path)
{
	list->lost++;
	(void)log_error(r, "cannot use '%s'", path);
	return 0;
}

static void cut(struct buf *path, size_t len)
{
	if (path->error)
		return;
	path->len = len;
	path->data[len] = '\0';
}

static int expand(struct file_list *list, struct buf *path, const char *rest);

/* Each entry that matches the first part of the pattern, len long, is gone on with. */
static int expand_part(struct file_list *list, struct buf *path, const char *pattern, size_t len)
{
	AUTO(entries) struct entries entries = { 0 };
	AUTO_FREE char *part = strndup(pattern, len);
	size_t before = path->len;
	int r = 0;

	if (!part)
		return -ENOMEM;
	/* What cannot be read has nothing that matches, as in a shell. */
	if (entries_read(&entries, before ? path->data : "."))
		return 0;
	for (int i = 0; i < entries.count && !r; i++) {
		const char *name = entries.items[i]->d_name;

		if (fnmatch(part, name, FNM_PERIOD) != 0)
			continue;
		buf_append_text(path, name);
		r = expand(list, path, pattern + len);
		cut(path, before);
	}
	return r;
}

/* The path so far exists, and the rest of the pattern stands behind it. */
static int expand(struct file_list *list, struct buf *path, const char *rest)
{
	size_t before = path->len, len;
	int r = 0;

	while (*rest == '/')
		buf_append_char(path, *rest++);
	len = strcspn(rest, "/");
	if (strcspn(rest, MAGIC) < len)
		r = expand_part(list, path, rest, len);
	else if (len) {
		buf_append(path, rest, len);
		r = expand(list, path, rest + len);
	} else if (access(buf_text(path), F_OK) == 0)
		r = append_found(list, path);
	if (before || path->len)
		cut(path, before);
	return r ? r : path->error;
}

int file_list_add(struct file_list *list, const char *word)
{
	AUTO(buf) struct buf path = { 0 };
	size_t before = list->count;
	int r;

	if (!file_list_is_pattern(word))
		return append(list, word);
	r = expand(list, &path, word);
	return r || list->count > before ? r : lose(list, -ENOENT, word);
}

static bool is_record(const char *name)
{
	static const char *const ends[] = { ".jsonl", ".jsonl.gz" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end_len = strlen(ends[i]);

		if (len > end_len && strcmp(name + len - end_len, ends[i]) == 0)
			return true;
	}
	return false;
}

static int walk(struct file_list *list, struct buf *path);

/* A link to a folder could lead back; one to a file is a file. */
static int take_entry(struct file_list *list, struct buf *path, const char *name)
{
	struct stat info;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (path->len && path->data[path->len - 1] != '/')
		buf_append_char(path, '/');
	buf_append_text(path, name);
	if (path->error)
		return path->error;
	if (lstat(path->data, &info) == 0 && S_ISDIR(info.st_mode))
		return walk(list, path);
	if (!is_record(name) || (stat(path->data, &info) == 0 && !S_ISREG(info.st_mode)))
		return 0;
	return append_found(list, path);
}

static int walk(struct file_list *list, struct buf *path)
{
	AUTO(entries) struct entries entries = { 0 };
	size_t before = path->len;
	int r = path->error ? path->error : entries_read(&entries, path->data);

	if (r)
		return r == -ENOMEM ? r : lose(list, r, buf_text(path));
	for (int i = 0; i < entries.count && !r; i++) {
		r = take_entry(list, path, entries.items[i]->d_name);
		cut(path, before);
	}
	return r;
}

int file_list_add_folder(struct file_list *list, const char *folder)
{
	AUTO(buf) struct buf path = { 0 };
	size_t before = list->count, lost = list->lost;
	int r;

	buf_append_text(&path, folder);
	r = walk(list, &path);
	if (r || list->count > before || list->lost > lost)
		return r;
	list->lost++;
	(void)log_error(0, "cannot use '%s': no *.jsonl or *.jsonl.gz is in it", folder);
	return 0;
}
