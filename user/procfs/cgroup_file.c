/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_file.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

#define TEXT_MAX (16 * PATH_MAX) /* a line for each hierarchy */

struct span {
	const char *text;
	size_t len;
};

/* "4:cpu,memory:/path" */
static bool has_controller(struct span controllers, const char *name)
{
	const char *at = controllers.text;
	const char *end = at + controllers.len;
	size_t name_len = strlen(name);

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma ? comma : end) - at);

		if (len == name_len && !memcmp(at, name, len))
			return true;
		at += len + 1;
	}
	return false;
}

static void parse_line(const char *line, size_t len, const char *controller, struct span *v2,
		       struct span *v1)
{
	const char *end = line + len;
	const char *first = memchr(line, ':', len);
	const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	struct span controllers, path;

	if (!second)
		return;
	controllers = (struct span){ first + 1, (size_t)(second - first - 1) };
	path = (struct span){ second + 1, (size_t)(end - second - 1) };
	if (!controllers.len && first == line + 1 && line[0] == '0')
		*v2 = path;
	else if (has_controller(controllers, controller))
		*v1 = path;
}

static void parse_lines(const char *text, size_t len, const char *controller, struct span *v2,
			struct span *v1)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		if (!newline)
			newline = end;
		parse_line(text, (size_t)(newline - text), controller, v2, v1);
		text = newline + 1;
	}
}

static int give(struct span path, size_t size, char *ret_path)
{
	if (!path.len)
		return -ENODATA;
	if (path.len >= size)
		return -ENAMETOOLONG;
	memcpy(ret_path, path.text, path.len);
	ret_path[path.len] = '\0';
	return 0;
}

int cgroup_file_parse(const char *text, size_t len, size_t size, char *ret_path)
{
	struct span v2 = { 0 }, v1_memory = { 0 };

	parse_lines(text, len, "memory", &v2, &v1_memory);
	return give(v1_memory.len && v2.len <= 1 ? v1_memory : v2, size, ret_path);
}

int cgroup_file_load(const struct procfs *procfs, pid_t pid, char **ret_text, size_t *ret_len)
{
	char name[32] = "self/cgroup";

	if (pid != CGROUP_FILE_OURS)
		(void)snprintf(name, sizeof(name), "%d/cgroup", (int)pid);
	return procfs_load(procfs->proc, name, TEXT_MAX, ret_text, ret_len);
}

int cgroup_file_read(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	int r = cgroup_file_load(procfs, pid, &text, &len);

	return r ? r : cgroup_file_parse(text, len, size, ret_path);
}

int cgroup_file_read_one(const struct procfs *procfs, pid_t pid, const char *controller, bool is_v2,
			 size_t size, char *ret_path)
{
	AUTO_FREE char *text = NULL;
	struct span v2 = { 0 }, v1 = { 0 };
	size_t len;
	int r = cgroup_file_load(procfs, pid, &text, &len);

	if (r)
		return r;
	parse_lines(text, len, controller, &v2, &v1);
	return give(is_v2 ? v2 : v1, size, ret_path);
}

void cgroup_file_parse_both(const char *text, size_t len, const char *controller,
			    char ret_paths[2][PATH_MAX])
{
	struct span v2 = { 0 }, v1 = { 0 };

	parse_lines(text, len, controller, &v2, &v1);
	if (give(v1, PATH_MAX, ret_paths[0]))
		ret_paths[0][0] = '\0';
	if (give(v2, PATH_MAX, ret_paths[1]))
		ret_paths[1][0] = '\0';
}
