/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One container's name, image and labels: from its supervisor and one file. */
#ifndef DENET_NAMES_LOOKUP_H
#define DENET_NAMES_LOOKUP_H

#include <stdint.h>
#include <sys/types.h>

#include "host/label.h"
#include "host/name.h"

struct procfs;

#define LOOKUP_PATH_BYTES 1024

/* As it goes over a socket: texts are NUL-terminated. */
struct lookup_question {
	pid_t pid; /* a process in it; 0 where none is left */
	char controller[16]; /* whose hierarchy the path is of; empty for version 2 */
	char path[LOOKUP_PATH_BYTES];
	char runtime[16]; /* as the path tells; empty where it does not */
	char id[NAME_BYTES]; /* empty without one */
};

/*
 * root stands before the paths of files, "" for this machine's. -ENOENT where nothing is known, others where a
 * file says nothing: both may change.
 */
int lookup_label(const struct procfs *procfs, const char *root,
		 const struct lookup_question *question, struct label *ret_label);

#endif
