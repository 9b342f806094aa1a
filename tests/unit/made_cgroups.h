/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups made of plain files, in a folder of the test's own. */
#ifndef DENET_UNIT_MADE_CGROUPS_H
#define DENET_UNIT_MADE_CGROUPS_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/cgroups.h"
#include "procfs/procfs.h"

#define PATH_BYTES 256
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/denet-cgroups-XXXXXX";
static struct procfs made;
static char cgroup_root[PATH_BYTES];
static char proc_root[PATH_BYTES];

static void put(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return remove(path);
}

static void drop(const char *name)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(cgroup_root, sizeof(cgroup_root), "%s/fs", folder);
	(void)snprintf(proc_root, sizeof(proc_root), "%s/proc", folder);
	made = (struct procfs){ .proc = proc_root, .sys = proc_root };
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	drop("");
	return 0;
}

#endif
