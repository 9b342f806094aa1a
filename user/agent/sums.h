/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the processes of each group have used as a whole, those of groups within it included. */
#ifndef DENET_AGENT_SUMS_H
#define DENET_AGENT_SUMS_H

struct cgroups;
struct processes;

/* Into the figures of the groups, of those that have ended, too. NULL: processes are not told. */
void sums_take(const struct cgroups *groups, const struct processes *processes);

#endif
