/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What memory processes hold, read from /proc by descriptors that are kept. */
#ifndef DENET_ENGINE_MEMORY_H
#define DENET_ENGINE_MEMORY_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree/tree.h"
#include "util/idmap.h"

struct procfs;

/* Of one process, as last read; UINT64_MAX: not known. */
struct holding {
	uint64_t id; /* whose it is; 0: nobody's */
	uint64_t rss_kb;
	uint64_t vms_kb;
	uint64_t pss_kb; /* of this sample alone */
	uint64_t share_kb; /* pss_kb as it was read last, and what CPU had been used by then */
	uint64_t share_cpu_ns;
	uint64_t peak_seen_kb; /* largest that was met */
	uint32_t statm_tid; /* whose statm it is */
	int statm_fd; /* owned; -1 */
	uint64_t read_ns; /* when it was read, and what CPU had been used by then; 0: never */
	uint64_t cpu_time_ns;
};

struct memory {
	const struct procfs *procfs; /* borrowed */
	bool wants_pss;
	bool wants_peaks; /* nobody else tells them */
	struct holding *holdings; /* owned: by slot */
	size_t holdings_count;
	size_t kept; /* descriptors, in this sample */
	size_t kept_max;
	struct idmap spaces; /* address spaces met in this sample */
};

void memory_init(struct memory *memory, const struct procfs *procfs, bool wants_pss);
void memory_done(struct memory *memory);

/* Where the account of an ended process does not tell its peak, it is looked for while it lives. */
void memory_look_for_peaks(struct memory *memory);

/* How many descriptors may stay open; to be asked once, when the limit holds. */
void memory_limit(struct memory *memory);

/* A sample: begin, then each process that lives. */
void memory_begin(struct memory *memory);

/* Valid until the next call. Allocates only for who is new. */
const struct holding *memory_read(struct memory *memory, const struct process *process,
				  uint64_t now_ns);

/* As it was read last; nothing when it was not. Valid until the next read. */
const struct holding *memory_last(const struct memory *memory, const struct process *process);

/*
 * Between vfork and exec two processes share one address space: it counts once in a sample, by the
 * larger of what was read. The one may have left it between the walk and the reading.
 *
 * True when the process, as it was read last, is to be counted. ret_instead: what was counted of the
 * same space before, and is to be taken back; or NULL.
 */
bool memory_counts_for_space(struct memory *memory, struct process *process,
			     const struct holding **ret_instead);

/* How many spaces were met in this sample, and whether the process stands for one. */
size_t memory_spaces(const struct memory *memory);
bool memory_is_counted(const struct memory *memory, const struct process *process);

/* Reads its PSS, which may be refused: then it stays unknown. */
void memory_read_share(struct memory *memory, const struct process *process);

/* True for one that did not run since its PSS was read: then it is as it was. */
bool memory_keep_share(struct memory *memory, const struct process *process);

/* 0 when it was never read. */
uint64_t memory_peak_seen_kb(const struct memory *memory, const struct process *process);

/* It runs another program: what was seen so far was the memory of what ran before. */
void memory_begin_program(struct memory *memory, const struct process *process);

/* It is leaving the tree. */
void memory_forget(struct memory *memory, const struct process *process);

#endif
