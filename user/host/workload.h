/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a container is one of many of: its class outlives it. */
#ifndef DENET_HOST_WORKLOAD_H
#define DENET_HOST_WORKLOAD_H

#include <stddef.h>

struct cgroup;

#define WORKLOAD_BYTES 768

/* How much of a pod's name is that of what made it: without the hashes and numbers that Kubernetes adds. */
size_t workload_len(const char *pod);

/*
 * NAMESPACE/WORKLOAD/CONTAINER of Kubernetes, PROJECT/SERVICE of compose, the image, the name that a user gave;
 * else the runtime. So that what is unknown is one class and not many.
 */
void workload_of(const struct cgroup *group, char ret_name[WORKLOAD_BYTES]);

#endif
