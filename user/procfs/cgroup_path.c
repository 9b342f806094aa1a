/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_path.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "procfs/hierarchy.h"
#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define SLOT_BITS 8
#define SLOTS (1u << SLOT_BITS)
#define PROBES 8u

struct answer {
	uint64_t v2_id;
	uint64_t v1_memory_id;
	bool is_used;
	char *path; /* owned; NULL when there is none to be known */
};

struct cgroup_paths {
	struct hierarchy v2;
	struct hierarchy v1_memory;
	struct answer answers[SLOTS];
	unsigned int replaced; /* takes turns among the probes */
};

/* The mount of a whole hierarchy is better than that of a part, whichever comes first. */
static void consider_mount(struct hierarchy *hierarchy, const struct mountinfo *mount,
			   bool *has_whole)
{
	struct hierarchy found = HIERARCHY_NONE;
	char path[PATH_MAX];
	bool is_whole = parse_span_equals(mount->root, "/");

	if (*has_whole || (hierarchy->fd >= 0 && !is_whole))
		return;
	if (mountinfo_unescape(mount->point, sizeof(path), path) || hierarchy_open(&found, path))
		return;

	hierarchy_close(hierarchy);
	*hierarchy = found;
	*has_whole = is_whole;
}

static int find_hierarchies(struct cgroup_paths *paths, int mountinfo_fd)
{
	struct parse_span line;
	struct mountinfo mount;
	struct lines lines;
	bool has_v2 = false;
	bool has_v1_memory = false;
	int more;

	lines_init(&lines, mountinfo_fd);
	while ((more = lines_next(&lines, &line)) > 0) {
		if (!mountinfo_parse(line, &mount))
			continue;
		if (parse_span_equals(mount.type, "cgroup2"))
			consider_mount(&paths->v2, &mount, &has_v2);
		else if (parse_span_equals(mount.type, "cgroup") &&
			 mountinfo_has_option(mount.super_options, "memory"))
			consider_mount(&paths->v1_memory, &mount, &has_v1_memory);
	}
	return more;
}

int cgroup_paths_new(const struct procfs *procfs, struct cgroup_paths **ret_paths)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	AUTO(cgroup_paths) struct cgroup_paths *paths = calloc(1, sizeof(*paths));
	int err;

	if (!paths)
		return -ENOMEM;
	paths->v2 = HIERARCHY_NONE;
	paths->v1_memory = HIERARCHY_NONE;
	if (fd < 0)
		return fd;
	err = find_hierarchies(paths, fd);
	if (err)
		return err;

	*ret_paths = TAKE(paths);
	return 0;
}

void cgroup_paths_free(struct cgroup_paths *paths)
{
	if (!paths)
		return;
	for (unsigned int i = 0; i < SLOTS; i++)
		free(paths->answers[i].path);
	hierarchy_close(&paths->v2);
	hierarchy_close(&paths->v1_memory);
	free(paths);
}

/* Finding nothing is an answer too: removed cgroups do not come back. Shortages pass. */
static bool is_answer(int err)
{
	return !err || err == -ESTALE || err == -ENAMETOOLONG;
}

static int look_up(struct cgroup_paths *paths, uint64_t v2_id, uint64_t v1_memory_id,
		   char **ret_path)
{
	char v2[PATH_MAX];
	char v1[PATH_MAX];
	const char *best = NULL;
	int v2_err = hierarchy_find(&paths->v2, v2_id, sizeof(v2), v2);
	int v1_err = -ESTALE;

	if (v2_err || !strcmp(v2, "/"))
		v1_err = hierarchy_find(&paths->v1_memory, v1_memory_id, sizeof(v1), v1);
	if (!is_answer(v2_err) || !is_answer(v1_err))
		return -EAGAIN;

	if (!v1_err)
		best = v1;
	else if (!v2_err)
		best = v2;
	*ret_path = best ? strdup(best) : NULL;
	return best && !*ret_path ? -ENOMEM : 0;
}

/* Where the answer is, or is to be put. */
static struct answer *find_slot(struct cgroup_paths *paths, uint64_t v2_id, uint64_t v1_memory_id)
{
	uint64_t hash = (v2_id ^ (v1_memory_id << 32 | v1_memory_id >> 32)) * 0x9e3779b97f4a7c15ull;
	unsigned int home = (unsigned int)(hash >> (64 - SLOT_BITS));

	for (unsigned int i = 0; i < PROBES; i++) {
		struct answer *answer = &paths->answers[(home + i) % SLOTS];

		if (!answer->is_used ||
		    (answer->v2_id == v2_id && answer->v1_memory_id == v1_memory_id))
			return answer;
	}
	return &paths->answers[(home + paths->replaced++ % PROBES) % SLOTS];
}

const char *cgroup_paths_find(struct cgroup_paths *paths, uint64_t v2_id, uint64_t v1_memory_id)
{
	struct answer *answer = find_slot(paths, v2_id, v1_memory_id);
	char *path = NULL;

	if (answer->is_used && answer->v2_id == v2_id && answer->v1_memory_id == v1_memory_id)
		return answer->path;
	if (look_up(paths, v2_id, v1_memory_id, &path))
		return NULL;

	free(answer->path);
	*answer = (struct answer){ v2_id, v1_memory_id, true, path };
	return path;
}
