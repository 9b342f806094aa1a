/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the path of a cgroup says: which container, unit, pod, machine or job it is. */
#ifndef DENET_HOST_NAME_H
#define DENET_HOST_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum name_type {
	NAME_CGROUP, /* no pattern knows it */
	NAME_UNIT, /* of systemd */
	NAME_CONTAINER,
	NAME_POD,
	NAME_VM,
	NAME_JOB, /* of a batch system, or a step of one */
};

#define NAME_BYTES 256 /* what a folder's name may have, and a NUL */
#define NAME_SHORT_ID 12 /* digits of an id that stand for a name */

struct name {
	enum name_type type;
	const char *runtime; /* NULL where the path does not tell */
	char id[NAME_BYTES]; /* empty without one; of a pod its uid */
	char text[NAME_BYTES]; /* any bytes; the short id where the path has no name */
};

/* "container"; never NULL. */
const char *name_type_word(enum name_type type);

/* By the last part of the path, and by what stands above it. False when no pattern knows it. */
bool name_of_cgroup(const char *path, size_t len, struct name *ret_name);

/* The innermost of the path that a pattern knows; *ret_len is how much of the path that is. */
bool name_find(const char *path, size_t len, struct name *ret_name, size_t *ret_len);

#endif
