/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Reads recorded files: JSON Lines, or one JSON array, whole or cut; ours and denet's since
 * 0.3.2. Memory is bounded by the largest single record.
 */
#ifndef DENET_RECORD_READER_H
#define DENET_RECORD_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/row.h"

struct reader;

/* What a reader came across. */
struct reader_state {
	uint64_t lines_skipped; /* records that are not JSON, cut off, too long or incomplete */
	bool is_truncated; /* the file ends within a record or before its array does */
	char text[160]; /* the first thing wrong, with its line; empty when nothing was */
};

/* Borrows fd, which need not be seekable. */
int reader_new(int fd, struct reader **ret_reader);
void reader_free(struct reader *reader);
static inline void reader_freep(struct reader **reader)
{
	reader_free(*reader);
}

/*
 * 1 and the next row, 0 at the end, or -errno with reader_state.text saying why. Records of
 * other kinds are passed over. Pointers in the row are valid until the next call.
 */
int reader_next(struct reader *reader, struct row *ret_row);

/* Rows of trees get their parents and children if the observer, which may be NULL, wants them. */
void reader_serve(struct reader *reader, const struct denet_observer *observer);

const struct reader_state *reader_state(const struct reader *reader);

#endif
