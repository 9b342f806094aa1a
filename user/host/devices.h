/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Each disk, interface and file system of the machine, from two looks at it. */
#ifndef DENET_HOST_DEVICES_H
#define DENET_HOST_DEVICES_H

#include <stddef.h>

#include "denet/system.h"
#include "metrics/host_records.h"

/* All zeros is an empty one. Names are borrowed from the look that they were taken of. */
struct devices {
	struct host_disk *disks; /* owned, as the others */
	size_t disks_count;
	struct host_interface *interfaces;
	size_t interfaces_count;
	struct host_filesystem *filesystems;
	size_t filesystems_count;
};

void devices_done(struct devices *devices);

/* before: NULL at the first look. -ENOMEM. */
int devices_take(struct devices *devices, const struct denet_system *before,
		 const struct denet_system *now, uint64_t ts_ms);

#endif
