/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What has been told of so far: each container, group, command and so on, found by what it is and by its labels. */
#ifndef DENET_EXPOSE_KNOWN_H
#define DENET_EXPOSE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expose/kind.h"
#include "util/buf.h"
#include "util/idmap.h"

enum known_state { KNOWN_NEW, KNOWN_OWN, KNOWN_FOLDED };

struct known {
	uint64_t id; /* in the map */
	enum expose_kind kind;
	char *key; /* owned: what it is, which its names may change without */
	char *labels; /* owned, with the facts behind its end */
	const char *facts; /* in there */
	size_t labels_len; /* of both, with both ends */

	void *copy; /* owned: what it told last, of one without series or an end; else NULL */
	uint64_t look; /* the last that had it */
	enum known_state state;
	bool is_ended; /* and is told for a while yet */
	bool is_gone; /* and is not */
	bool was_never_seen; /* alive */
	uint64_t ended_mono_ns;
	uint64_t ended_served; /* how often had been asked then */
};

/* All zeros is an empty one. */
struct known_list {
	struct known **items; /* owned, as are they */
	size_t count;
	size_t room;
	struct idmap by_key; /* borrowed */
	struct idmap by_labels; /* borrowed: those of this look that have series */
};

void known_done(struct known_list *list);

/* NULL when there is none. */
struct known *known_find(const struct known_list *list, enum expose_kind kind, const char *key);

/* -ENOMEM. */
int known_add(struct known_list *list, enum expose_kind kind, const char *key,
	      struct known **ret_known);

/* Another takes its place in items. */
void known_remove(struct known_list *list, size_t index);

/* Both texts with their ends, as one. -ENOMEM. */
int known_set_labels(struct known *known, const struct buf *labels);

/* -ENOMEM. */
int known_set_copy(struct known *known, const void *figures, size_t size);

/* A look: labels are given anew. */
void known_begin(struct known_list *list);

/* False when another of the kind has them. -ENOMEM. */
int known_take_labels(struct known_list *list, struct known *known, bool *ret_is_taken);

#endif
