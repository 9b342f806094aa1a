/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a sample shows of processes: how much, at which rate, and of whom. */
#ifndef DENET_ENGINE_SAMPLER_H
#define DENET_ENGINE_SAMPLER_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "engine/memory.h"
#include "metrics/rate.h"
#include "metrics/select.h"
#include "tree/tree.h"

/* Of one process. */
struct pace {
	uint64_t id; /* whose it is; 0: nobody's */
	struct rate rate;
};

struct sampler {
	uint64_t tick_ns; /* of the kernel's timer */
	uint64_t last_mono_ns; /* of the last sample, or the beginning */
	struct pace *paces; /* owned: by slot */
	size_t paces_count;
	struct denet_child *children; /* owned, as large as the largest sample */
	struct select_item *candidates; /* owned, as large */
	size_t room;
	size_t count; /* of candidates in this sample */
};

void sampler_init(struct sampler *sampler);
void sampler_done(struct sampler *sampler);

/* A sample: begin, candidates, children, end. -ENOMEM; later steps allocate nothing. */
int sampler_begin(struct sampler *sampler, const struct tree *tree);
void sampler_end(struct sampler *sampler, uint64_t now_ns);

/* Rates of whoever is first shown begin here. */
void sampler_begin_rates(struct sampler *sampler, uint64_t now_ns);

/* What it has used up to here is in no rate. -ENOMEM */
int sampler_begin_rate(struct sampler *sampler, const struct process *process, uint64_t now_ns);

void sampler_add_candidate(struct sampler *sampler, const struct process *process,
			   const struct holding *holding);

/* Of a process that lives; its holding is kept by memory. */
void sampler_fill(struct sampler *sampler, const struct process *process,
		  const struct holding *holding, uint64_t ts_ms, uint64_t now_ns,
		  struct denet_sample *ret_sample);

/* Shows up to children_max of the candidates, the largest, by age. */
void sampler_fill_children(struct sampler *sampler, const struct memory *memory,
			   size_t children_max, uint64_t now_ns, struct denet_tree *tree);

/* What a sample without anybody says of time and of the machine. */
void sampler_fill_times(uint64_t start_boot_ns, struct denet_sample *sample);

/* The window in which a process was last shown; all 0 when it was not. */
struct rate sampler_rate_of(const struct sampler *sampler, const struct process *process);

#endif
