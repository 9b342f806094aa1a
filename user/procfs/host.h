/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the machine is, as far as it bears on a measurement. */
#ifndef DENET_PROCFS_HOST_H
#define DENET_PROCFS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "procfs/numa.h"
#include "procfs/topology.h"

struct procfs;

/* Texts are owned and NULL when not known. */
struct host {
	char *hostname;
	char *kernel; /* its release */
	char *cpu_model;
	struct topology topology;
	struct numa numa;
	char *affinity; /* of the caller: "0-3,7" */
	char **governors; /* of CPU 0, 1, ... up to the first that has none */
	size_t governors_count;
	uint64_t *freqs_khz; /* likewise */
	size_t freqs_count;
	char *thp; /* the file's text: "always [madvise] never" */
	bool has_smt;
	bool is_smt_active;
	char *cgroup; /* of the process: all lines */
};

/* What cannot be read is left unknown; fails for want of memory alone. */
int host_read(const struct procfs *procfs, pid_t pid, struct host *ret_host);

/* Accepts what host_read() left behind, and zeros. */
void host_done(struct host *host);

/* The first "model name" of cpuinfo; false when there is none. */
bool host_parse_cpu_model(struct parse_span cpuinfo, struct parse_span *ret_model);

#endif
