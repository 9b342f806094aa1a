/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Cuts a stream into its records: lines, or the elements of a JSON array. What the records hold
 * is not looked at, but for the brackets and quotes that tell where an element ends.
 */
#ifndef DENET_RECORD_SPLIT_H
#define DENET_RECORD_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define SPLIT_PART_MAX_BYTES (64u << 20)
#define SPLIT_CHUNK_BYTES (64u << 10)

enum split_mode {
	SPLIT_START, /* before the first record, or behind an array */
	SPLIT_BRACKET, /* behind a '[' that may begin an array */
	SPLIT_LINES,
	SPLIT_ARRAY,
};

struct split {
	int fd; /* borrowed */
	struct gzip_unpack *gunzip; /* owned; NULL for text as it is */
	enum split_mode mode;
	char *chunk; /* owned */
	size_t chunk_len;
	size_t chunk_at;
	uint64_t line; /* of the next byte, from 1 */
	uint64_t bytes_read;
	struct buf part; /* owned */
	uint64_t part_line;
	unsigned int depth; /* of brackets within an element */
	bool is_in_string;
	bool is_escaped;
	bool is_too_long;
	bool is_at_end;
};

struct split_part {
	const char *text; /* valid until the next call */
	size_t len;
	uint64_t line; /* where it begins */
	bool is_ended; /* false when the stream ends before the part does */
	bool is_too_long; /* text is empty then */
};

int split_init(struct split *split, int fd);
void split_done(struct split *split);

/*
 * 1 and the next part that is not blank, 0 at the end, -errno when reading fails, -EILSEQ when
 * the stream begins with binary data.
 */
int split_next(struct split *split, struct split_part *ret_part);

/* At the end: an array was not closed, or gzip's file has no end. */
bool split_is_cut(const struct split *split);
bool split_is_damaged(const struct split *split); /* of that file what cannot be unpacked */

#endif
