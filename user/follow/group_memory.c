/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/group_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "follow/group_name.h"
#include "procfs/cgroup_place.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define LIST_BYTES 512
/* We, the command, and what else we have started. */
#define MOVES_MAX 64

static int write_to(const char *path, const char *name, const char *text)
{
	char file[PATH_MAX];
	size_t len = strlen(text);
	AUTO_FD int fd = -1;

	if (snprintf(file, sizeof(file), "%s/%s", path, name) >= (int)sizeof(file))
		return -ENAMETOOLONG;
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, text, len) == (ssize_t)len ? 0 : -errno;
}

int group_memory_put(const char *path, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	return write_to(path, "cgroup.procs", text);
}

static bool lists_memory(const char *path, const char *name)
{
	char text[LIST_BYTES];
	struct parse_span rest = { .at = text }, word;

	if (procfs_read_file(path, name, sizeof(text), text, &rest.len))
		return false;
	rest = parse_span_trim(rest);
	while (parse_take_word(&rest, &word))
		if (parse_span_equals(word, "memory"))
			return true;
	return false;
}

static bool is_ours(const void *context, pid_t pid)
{
	struct process_stat stat;

	return pid == getpid() ||
	       (!process_read_stat(context, pid, &stat) && stat.ppid == getpid());
}

static bool concerns_us_alone(const struct procfs *procfs, const struct cgroup_place *place)
{
	struct stat facts;

	return !place->is_root && !stat(place->path, &facts) && facts.st_nlink <= 2 &&
	       cgroup_place_holds_only(place->path, is_ours, procfs);
}

/* The first that is asked for, by saying no. */
static bool take_first(const void *context, pid_t pid)
{
	**(pid_t *const *)context = pid;
	return false;
}

static int move_all(const char *from, const char *to)
{
	pid_t pid, *first = &pid;
	int i, r = 0;

	for (i = 0; !r && i < MOVES_MAX; i++) {
		pid = 0;
		if (cgroup_place_holds_only(from, take_first, &first) || !pid)
			return 0;
		r = group_memory_put(to, pid);
		/* Whoever has ended meanwhile need not be moved. */
		if (r == -ESRCH)
			r = 0;
	}
	return r ? r : -EAGAIN;
}

void group_memory_take_back(char *aside)
{
	char *slash = aside ? strrchr(aside, '/') : NULL;
	char above[PATH_MAX];

	if (slash && (size_t)(slash - aside) < sizeof(above)) {
		memcpy(above, aside, (size_t)(slash - aside));
		above[slash - aside] = '\0';
		(void)write_to(above, "cgroup.subtree_control", "-memory");
		(void)move_all(aside, above);
		(void)rmdir(aside);
	}
	free(aside);
}

char *group_memory_pass_on(const struct procfs *procfs, const struct cgroup_place *place)
{
	char name[GROUP_NAME_BYTES];
	char *aside = NULL;

	if (lists_memory(place->path, "cgroup.subtree_control") ||
	    !lists_memory(place->path, "cgroup.controllers") || !concerns_us_alone(procfs, place))
		return NULL;
	group_name(procfs, name);
	if (asprintf(&aside, "%s/%s", place->path, name) < 0)
		return NULL;
	if (mkdir(aside, 0755)) {
		free(aside);
		return NULL;
	}
	if (move_all(place->path, aside) ||
	    write_to(place->path, "cgroup.subtree_control", "+memory")) {
		group_memory_take_back(aside);
		return NULL;
	}
	return aside;
}
