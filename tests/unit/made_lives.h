/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A container in a made version 2, and groups that have been looked at before it came. */
#ifndef DENET_TESTS_MADE_LIVES_H
#define DENET_TESTS_MADE_LIVES_H

#include "host/lives.h"

#include "made_cgroups.h"
#include "util/units.h"

#define SHORT "/docker/" ID

static inline struct cgroups *open_groups(void)
{
	struct cgroups *groups;

	assert_int_equal(cgroups_new(&made, cgroup_root, &groups), 0);
	return groups;
}

static inline uint64_t id_of(const char *name)
{
	char path[PATH_BYTES];
	struct stat facts;

	(void)snprintf(path, sizeof(path), "%s/fs/%s", folder, name);
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_ino;
}

static inline void put_short(const char *usage)
{
	char text[64];

	put("fs/cgroup.controllers", "");
	(void)snprintf(text, sizeof(text), "usage_usec %s\n", usage);
	put("fs" SHORT "/cpu.stat", text);
	put("fs" SHORT "/memory.peak", "4096\n");
	put("fs" SHORT "/cgroup.procs", "");
}

static inline struct cgroups *look_once(void)
{
	struct cgroups *groups;

	put("fs/cgroup.controllers", "");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	assert_int_equal(cgroups_count(groups), 0);
	return groups;
}

#endif
