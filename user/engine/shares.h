/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Memory with shared pages once: PSS, which the kernel finds by a walk over all pages. It is read near
 * the peaks of the sum of RSS, seldom, and of nobody whom that would hold up.
 */
#ifndef DENET_ENGINE_SHARES_H
#define DENET_ENGINE_SHARES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/memory.h"
#include "tree/tree.h"

enum shares_mode {
	SHARES_NEVER,
	SHARES_NEAR_PEAKS,
	SHARES_ALWAYS, /* whatever it costs */
};

struct shares_item {
	uint64_t rss_kb;
	const struct process *process;
};

struct shares {
	enum shares_mode mode;
	uint64_t peak_sum_kb; /* of RSS */
	uint64_t last_sum_kb; /* at the sample before */
	uint64_t due_ns; /* the earliest next reading; 0 before the first sample */
	uint64_t calm_due_ns; /* the same while the sum is about what it was at the last one */
	uint64_t calm_factor; /* how many times as long that one waits */
	uint64_t read_sum_kb; /* the largest sum at which it was read */
	bool has_read;
	uint64_t ns_per_mib; /* what a reading takes, rather too much than too little */
	struct shares_item *items; /* owned: who is to be read */
	size_t items_room;
};

/* Of one sample. */
struct shares_sum {
	uint64_t kb; /* UINT64_MAX when it was not read */
	bool is_bound; /* at most so much: of some there is RSS alone */
};

void shares_init(struct shares *shares, enum shares_mode mode);
void shares_done(struct shares *shares);

/* After all memory of a sample was read, and counted for its spaces; sum_kb of RSS. */
struct shares_sum shares_take(struct shares *shares, struct memory *memory, const struct tree *tree,
			      uint64_t sum_kb, uint64_t now_ns);

#endif
