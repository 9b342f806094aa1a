/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The process that a runtime leaves above a container's init. Its command line, which all may read, tells more
 * than the container's path.
 */
#ifndef DENET_NAMES_SUPERVISOR_H
#define DENET_NAMES_SUPERVISOR_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/label.h"

struct procfs;

enum supervisor_kind { SUPERVISOR_CONMON, SUPERVISOR_SHIM };

struct supervisor {
	enum supervisor_kind kind;
	pid_t pid;
	char name[LABEL_BYTES]; /* conmon's -n */
	char bundle[PATH_MAX]; /* conmon's -b; empty without one */
	char space[LABEL_BYTES]; /* a shim's -namespace */
	char id[LABEL_BYTES]; /* and its -id: of a pod that of its first container */
};

/*
 * Whether there is one above a process of the container; outer is the path of the container's cgroup in the
 * hierarchy of that controller: what is inside may call itself as it likes.
 */
bool supervisor_find(const struct procfs *procfs, pid_t pid, const char *controller,
		     const char *outer, struct supervisor *ret_supervisor);

/* conmon's name for CRI-O: k8s_CONTAINER_POD_NAMESPACE_UID_n. False when it is another. */
bool supervisor_split_name(const char *name, struct label *label);

#endif
