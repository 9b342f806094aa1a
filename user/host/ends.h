/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How often processes ended with which status or by which signal: a small table. */
#ifndef DENET_HOST_ENDS_H
#define DENET_HOST_ENDS_H

#include <stdint.h>

#define ENDS_MAX 12 /* ways; others are counted together */
#define ENDS_TEXT_BYTES 96

/* All zeros is an empty one. */
struct ends {
	uint16_t ways[ENDS_MAX]; /* as wait() gives them; 0: free */
	uint64_t counts[ENDS_MAX];
	uint64_t others[2]; /* that had no room: with a status, by a signal */
	char statuses[ENDS_TEXT_BYTES];
	char signals[ENDS_TEXT_BYTES];
};

void ends_add(struct ends *ends, uint16_t way, uint64_t count);
void ends_include(struct ends *ends, const struct ends *other);

/* "1:3 127:1", the most frequent first, what has no room as "other:7"; NULL for none. Valid until it is told again. */
const char *ends_tell_statuses(struct ends *ends);
const char *ends_tell_signals(struct ends *ends);

#endif
