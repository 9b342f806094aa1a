/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records in memory, until somebody takes them. All from any thread. */
#ifndef DENET_RECORD_KEPT_H
#define DENET_RECORD_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kept;

/* Beyond bytes_max the oldest are dropped; 0 = no bound. */
int kept_new(size_t bytes_max, struct kept **ret_kept);

/* Accepts NULL. */
void kept_free(struct kept *kept);

/* A copy, with a newline if it is a line. For want of memory it counts as dropped. */
void kept_add(struct kept *kept, const char *record, size_t len, bool is_line);

/* One that could not be made. */
void kept_miss(struct kept *kept);

/* All so far, which are forgotten here. The caller frees. */
int kept_take(struct kept *kept, char **ret_text, size_t *ret_len);

/* How many were dropped, for the bound or for want of memory. */
uint64_t kept_dropped(struct kept *kept);

#endif
