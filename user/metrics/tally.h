/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the summary needs of every process that ended, folded by the names of what it ran, failures by
 * the way they ended: memory grows with these, not with processes.
 */
#ifndef DENET_METRICS_TALLY_H
#define DENET_METRICS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

#define TALLY_NAME_LEN 16

/* What a row stands for, without padding, so that it compares as bytes; of a group the name alone. */
struct tally_key {
	char comm[TALLY_NAME_LEN];
	int32_t exit_code;
	int32_t signal;
	uint32_t oom_killed;
};

struct tally_table {
	void *rows; /* owned; each begins with its key */
	size_t row_bytes;
	size_t count;
	size_t room;
	uint32_t *index; /* owned: hash of the key to row number + 1 */
	size_t index_room; /* a power of two */
	void *view; /* owned: what is handed out, as large as rows, so that the end needs no memory */
	size_t view_bytes; /* of one */
};

struct tally {
	struct tally_table groups;
	struct tally_table failures;
	uint64_t processes_failed;
	uint64_t processes_exact;
	uint64_t ends_unknown; /* of those that have ended */
	uint64_t peak_rss_kb; /* largest single one; 0 before any is known */
	uint32_t peak_pid;
	char peak_comm[TALLY_NAME_LEN];
	bool is_viewed; /* what was handed out stays as it is */
};

/* A zeroed struct is an empty tally. */
void tally_done(struct tally *tally);

/* -ENOMEM: it is not counted. */
int tally_add(struct tally *tally, const struct denet_process *process, bool is_root);

/* True for an exit status that is not 0, and for a signal other than PIPE. */
bool tally_is_failure(const struct denet_end *end);

/*
 * Fills in the figures that come from the tally. Pointers are valid, and what they point to does not
 * change, until something is added.
 */
void tally_view(struct tally *tally, struct denet_summary *summary);

#endif
