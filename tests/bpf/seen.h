/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An observer that keeps everything it is told. */
#ifndef DENET_BPF_SEEN_H
#define DENET_BPF_SEEN_H

#include "denet/denet.h"

/* The strings of is are copies, freed with it. */
struct seen_process {
	struct denet_process is;
	char *comm;
	char *args;
	struct denet_process_program *programs; /* is.programs, with copies of comm; no commands */
};

struct seen_sample {
	struct denet_sample parent;
	struct denet_sample aggregated;
	uint64_t process_count;
	uint64_t processes_started;
	uint64_t processes_exited;
	size_t children_count;
	bool is_over; /* nobody of it lives: gauges are those of the sample before */
};

struct seen_arrival {
	uint32_t pid;
	uint32_t ppid;
	char *args; /* up to the first NUL: argv[0] */
};

struct seen {
	struct seen_process *processes;
	size_t processes_count;
	struct seen_sample *samples;
	size_t samples_count;
	struct seen_arrival *arrivals;
	size_t arrivals_count;
	size_t starts_count;
	size_t exits_count;
	struct denet_exit exit;
	size_t warnings_count;
	char warning[256];
	/* Called after each sample was kept. May be NULL. */
	void (*on_sample)(void *context, const struct denet_tree *tree);
	void *context;
};

/* An observer that fills in seen, which must be zeroed at first. */
struct denet_observer seen_observer(struct seen *seen);

void seen_done(struct seen *seen);

#endif
