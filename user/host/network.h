/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Bytes through the network namespace of a group, where that is not ours. */
#ifndef DENET_HOST_NETWORK_H
#define DENET_HOST_NETWORK_H

struct cgroup;
struct procfs;

/*
 * Into the group's figures. A descriptor holds the namespace, so that it can be read when the last process has
 * ended, until network_close().
 */
void network_read(struct cgroup *group, const struct procfs *procfs);

void network_close(struct cgroup *group);

#endif
