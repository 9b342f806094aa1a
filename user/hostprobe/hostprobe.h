/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What every process of the machine uses, the ended ones included, by cgroup, name and user: by BPF. From
 * when it is opened on.
 */
#ifndef DENET_HOSTPROBE_HOSTPROBE_H
#define DENET_HOSTPROBE_HOSTPROBE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hostprobe/endings.h"
#include "kernel/host.h"

struct hostprobe;

/* The sum of those with this key; the living are in used, and counted apart. */
struct hostprobe_row {
	struct host_key key; /* of the row for all that had no room: zeros */
	struct host_row ended; /* but for used, which has the living, too */
	uint64_t threads_living;
	uint64_t processes_living;
	uint64_t processes_forked; /* of these: new at this look, and yet to execute anything */
};

struct hostprobe_losses {
	uint64_t bases_lost; /* threads that count with what they had used before */
	uint64_t rows_lost; /* threads in the row for all that had no room */
	uint64_t ends_lost; /* processes that are in no ending: there was no room */
};

/* Over the living, best first: by cgroups that have run, over those that have run, over all, as before 6.7. */
enum hostprobe_walk { HOSTPROBE_WALK_RAN, HOSTPROBE_WALK_LIVING, HOSTPROBE_WALK_ALL };

/* How much the kernel's maps hold, and the best walk that is tried. */
struct hostprobe_bounds {
	uint32_t rows; /* at most HOST_ROWS_MAX */
	uint32_t endings; /* at most HOST_ENDS_MAX */
	enum hostprobe_walk walk;
};

/* Follows version 1's cpuacct, or version 2. -EPERM without rights; -ENOTSUP, -ESRCH and others where the
 * kernel lacks something. */
int hostprobe_open(bool by_v1, struct hostprobe **ret_probe);

/* The same with less room: what comes when there is none is tried so. */
int hostprobe_open_within(bool by_v1, const struct hostprobe_bounds *bounds,
			  struct hostprobe **ret_probe);

/* Accepts NULL. */
void hostprobe_close(struct hostprobe *probe);
static inline void hostprobe_closep(struct hostprobe **probe)
{
	hostprobe_close(*probe);
}

/*
 * All rows at this moment, in the order of their keys; valid until the next look. Where threads end faster
 * than they can be read, one that ends meanwhile is missing once, and never counted twice.
 */
int hostprobe_look(struct hostprobe *probe, const struct hostprobe_row **ret_rows,
		   size_t *ret_count);

/* How they ended, as of the last look: by cgroup, user, name; valid until the next. No more than the rows tell. */
const struct hostprobe_ending *hostprobe_endings(const struct hostprobe *probe, size_t *ret_count);

/*
 * Deletes the rows of a cgroup that is no more: otherwise those of a service of many years would fill the map. Only
 * when nobody adds to them any more: what is added meanwhile would be lost. -errno of the kernel.
 */
int hostprobe_forget(struct hostprobe *probe, uint64_t cgroup_id);

struct hostprobe_losses hostprobe_losses(const struct hostprobe *probe);

#endif
