/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/group_name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/parse.h"

#define PREFIX "denet-bpf-"

/* A monitor: its pid namespace, its pid there, its birth, which one of its own. */
struct owner {
	uint64_t namespace;
	uint64_t pid;
	uint64_t start_ns;
	uint64_t number;
};

static uint64_t own_namespace(const struct procfs *procfs)
{
	char path[PATH_MAX];
	struct stat facts;

	(void)snprintf(path, sizeof(path), "%s/self/ns/pid", procfs->proc);
	return stat(path, &facts) ? 0 : facts.st_ino;
}

void group_name(const struct procfs *procfs, char name[GROUP_NAME_BYTES])
{
	static _Atomic unsigned int number;
	struct process_stat stat = { 0 };

	(void)process_read_stat(procfs, getpid(), &stat);
	(void)snprintf(name, GROUP_NAME_BYTES, PREFIX "%ju-%d-%ju-%u",
		       (uintmax_t)own_namespace(procfs), (int)getpid(),
		       (uintmax_t)stat.start_boot_ns, atomic_fetch_add(&number, 1));
}

static bool take_owner(const char *name, struct owner *ret_owner)
{
	struct parse_span rest = parse_span_of(name);

	return parse_take_literal(&rest, PREFIX) && parse_take_u64(&rest, &ret_owner->namespace) &&
	       parse_take_literal(&rest, "-") && parse_take_u64(&rest, &ret_owner->pid) &&
	       parse_take_literal(&rest, "-") && parse_take_u64(&rest, &ret_owner->start_ns) &&
	       parse_take_literal(&rest, "-") && parse_take_u64(&rest, &ret_owner->number) &&
	       !rest.len;
}

bool group_name_is_left_behind(const struct procfs *procfs, const char *name)
{
	struct process_stat stat;
	struct owner owner;
	int r;

	if (!take_owner(name, &owner) || !owner.namespace || !owner.pid || owner.pid > INT_MAX ||
	    owner.namespace != own_namespace(procfs))
		return false;
	r = process_read_stat(procfs, (pid_t)owner.pid, &stat);
	/* A pid may be another's by now. */
	return r ? r == -ESRCH : stat.start_boot_ns != owner.start_ns || stat.state == 'Z';
}

void group_name_clean_up(const struct procfs *procfs, const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (group_name_is_left_behind(procfs, entry->d_name))
			(void)unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
	if (folder)
		(void)closedir(folder);
}
