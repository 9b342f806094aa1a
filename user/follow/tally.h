/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the summary needs of every process that ended, folded by command name: memory grows with
 * distinct names, not with processes.
 */
#ifndef DENET_FOLLOW_TALLY_H
#define DENET_FOLLOW_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

#define TALLY_NAME_LEN 16
#define TALLY_FAILURES_MAX 64

struct tally_group {
	char comm[TALLY_NAME_LEN];
	uint64_t count;
	uint64_t failed;
	uint64_t cpu_time_ns;
	uint64_t peak_rss_kb;
};

struct tally_failure {
	char comm[TALLY_NAME_LEN];
	struct denet_end end;
	bool oom_killed;
	uint64_t count;
	bool has_root;
};

struct tally {
	struct tally_group *groups; /* owned */
	size_t groups_count;
	size_t groups_room;
	uint32_t *index; /* owned: hash of the name to group number + 1 */
	size_t index_room;
	struct tally_failure failures[TALLY_FAILURES_MAX];
	size_t failures_count;
	uint64_t processes_failed;
	uint64_t processes_exact;
	uint64_t peak_rss_kb; /* largest single one; 0 before any is known */
	uint32_t peak_pid;
	char peak_comm[TALLY_NAME_LEN];
	struct denet_group *view; /* owned: what tally_view() hands out */
	struct denet_failure failure_view[TALLY_FAILURES_MAX];
};

/* A zeroed struct is an empty tally. */
void tally_done(struct tally *tally);

/* -ENOMEM: it is not counted. */
int tally_add(struct tally *tally, const struct denet_process *process, bool is_root);

/* True for an exit status that is not 0, and for a signal other than PIPE. */
bool tally_is_failure(const struct denet_end *end);

/* Fills in the figures that come from the tally. Pointers are valid until the next call. */
int tally_view(struct tally *tally, struct denet_summary *summary);

#endif
