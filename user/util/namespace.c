/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/namespace.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The inodes of the first ones are the same on every kernel. */
static const struct {
	const char *name;
	const char *link;
} first[] = {
	{ "user", "user:[4026531837]" },
	{ "pid", "pid:[4026531836]" },
	{ "cgroup", "cgroup:[4026531835]" },
};

int namespace_is_first(const char *proc, const char *name)
{
	char path[PATH_MAX], link[64];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/self/ns/%s", proc, name);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return -errno;
	link[len] = '\0';
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (!strcmp(first[i].name, name))
			return !strcmp(first[i].link, link);
	return -EINVAL;
}
