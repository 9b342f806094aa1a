/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine as a whole: its counters, and how fast they grow. */
#ifndef DENET_HOST_MACHINE_H
#define DENET_HOST_MACHINE_H

#include <stdbool.h>

#include "denet/system.h"
#include "host/devices.h"
#include "metrics/host_records.h"

struct procfs;

struct machine {
	const struct procfs *procfs; /* borrowed */
	struct denet_system before; /* owned: zeros without has_before */
	bool has_before;
	struct devices devices; /* owned; names lie in before */
	double *cores; /* owned: percent of each */
	struct host_machine figures; /* cpu_per_core lies in cores */
};

void machine_init(struct machine *machine, const struct procfs *procfs);
void machine_done(struct machine *machine);

/* What cannot be read is unknown; fails for want of memory, or without /proc/stat. */
int machine_look(struct machine *machine, uint64_t mono_ns, uint64_t wall_ms);

#endif
