/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where records go: whole records, kept together until they are flushed. */
#ifndef DENET_UTIL_SINK_H
#define DENET_UTIL_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/backlog.h"

struct buf;
struct sink;

enum sink_framing {
	SINK_RAW, /* records bring their own line ends */
	SINK_LINES, /* one record a line */
	SINK_ARRAY, /* one JSON array */
	/* The same, closed after each flush where the descriptor can be sought, and without line end. */
	SINK_CLOSED_ARRAY,
};

/* Whole records. 0 or a negative errno. */
typedef int (*sink_write_fn)(void *context, const char *bytes, size_t len);

/*
 * Creates the file; what an older one held goes at once. A name that leads to a descriptor of ours, or to
 * the file that stdout or stderr is, is that descriptor: nothing goes, and both write one behind the other.
 */
int sink_open(const char *path, enum sink_framing framing, struct sink **ret_sink);

/* Borrows fd, which is written as it is unless sink_pack() is called. */
int sink_new(int fd, enum sink_framing framing, struct sink **ret_sink);

/* Before anything is written. */
int sink_pack(struct sink *sink);

/* To a function in place of a descriptor. */
int sink_new_of(sink_write_fn write, void *context, enum sink_framing framing,
		struct sink **ret_sink);

/* Writes nothing more. */
void sink_free(struct sink *sink);
static inline void sink_freep(struct sink **sink)
{
	sink_free(*sink);
}

/*
 * The first failure is returned, once, by the function that meets it; from then on all calls do
 * nothing and return 0. What was written before is left as it is.
 */
int sink_add(struct sink *sink, const char *record, size_t len);
int sink_flush(struct sink *sink);

/*
 * From here on nobody waits for a reader: what he does not take is kept, within bounds, and goes with a
 * later flush. sink_finish() then leaves open what still waits, and flushing goes on.
 */
void sink_never_wait(struct sink *sink, size_t waiting_max);
bool sink_is_waiting(const struct sink *sink);
int sink_fd(const struct sink *sink);
/* Records that went for the bound. */
uint64_t sink_lost(const struct sink *sink);

/* One that may go as its kind says. */
int sink_add_as(struct sink *sink, enum backlog_kind kind, const char *record, size_t len);

/* Ends the array, flushes and closes: a full disk may show only here. */
int sink_finish(struct sink *sink);

/* One text, as it is, to a file or, with NULL, to stdout. Fails with the text's own error, too. */
int sink_write_whole(const char *path, const struct buf *text);

#endif
