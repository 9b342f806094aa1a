/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What waits for a reader that does not read: records in their order, within a bound. */
#ifndef DENET_UTIL_BACKLOG_H
#define DENET_UTIL_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* What may go when there is too much. */
enum backlog_kind {
	BACKLOG_KEPT, /* never */
	BACKLOG_SAMPLE, /* every second one, but for the first and the last */
	BACKLOG_EVENT, /* then the oldest of these */
};

struct backlog_piece {
	size_t len;
	enum backlog_kind kind;
};

/* All zeros is a valid empty one. */
struct backlog {
	struct buf bytes; /* owned */
	size_t gone; /* of these: written already */
	struct backlog_piece *pieces; /* owned */
	size_t first;
	size_t end; /* behind the last */
	size_t room;
	size_t begun; /* bytes of the first piece that are written */
	uint64_t lost; /* pieces that went for the bound */
};

void backlog_done(struct backlog *backlog);

/* -ENOMEM. */
int backlog_add(struct backlog *backlog, enum backlog_kind kind, const char *bytes, size_t len);

size_t backlog_len(const struct backlog *backlog);
const char *backlog_bytes(const struct backlog *backlog);

/* So much of it has been written. */
void backlog_take(struct backlog *backlog, size_t len);

/* What can go goes, until no more than bytes_max is left. */
void backlog_bound(struct backlog *backlog, size_t bytes_max);

#endif
