/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which of this process's namespaces are those that the machine began with. */
#ifndef DENET_UTIL_NAMESPACE_H
#define DENET_UTIL_NAMESPACE_H

/*
 * "user", "pid" or "cgroup", under a root of /proc: 1 when it is the machine's first, 0 when not, -errno when
 * that cannot be told.
 */
int namespace_is_first(const char *proc, const char *name);

#endif
