/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_RECORD_ROW_H
#define DENET_RECORD_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"

enum row_kind {
	ROW_METADATA,
	ROW_SAMPLE, /* of one process, or an aggregate that stands alone */
	ROW_TREE, /* the aggregated part of a tree, and by row_members_read() the rest */
	ROW_EXIT,
	ROW_SUMMARY,
	ROW_PROCESS,
};

#define ROW_PROGRAMS_MAX 64 /* more than one process of ours tells */
#define ROW_CHILDREN_MAX 256 /* as many as a sample lists if nobody asks for more */

/* A record made flat. Only what belongs to its kind is valid; what it lacks is unknown. */
struct row {
	enum row_kind kind;
	struct denet_start start; /* metadata */
	struct denet_tree tree; /* sample, tree: aggregated and what goes with it */
	bool has_perf; /* sample, tree: it holds hardware counters */
	struct denet_exit exit;
	struct denet_process process; /* its programs are those below */
	struct denet_summary summary; /* without groups, failures and survivors */
	/* What nothing points to is not valid. */
	struct denet_process_program programs[ROW_PROGRAMS_MAX];
	struct denet_child children[ROW_CHILDREN_MAX];
};

/*
 * Reads the text of one record by denet's rules. 1 and a row, 0 for a record of another kind,
 * -EBADMSG for what is not a JSON object, -EINVAL for a sample or tree that lacks keys. The row's
 * strings lie in strings, which is emptied first.
 */
int row_read(const char *text, size_t len, struct buf *strings, struct row *ret_row);

/* As the monitor would have, to whoever of the observer wants it; sets the sizes. */
void row_tell(struct row *row, const struct denet_observer *observer);

#endif
