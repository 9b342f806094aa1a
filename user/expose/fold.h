/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Many rows of a kind as one: counters grow by what each has counted since the look before, and so never fall;
 * levels are sums over a look.
 */
#ifndef DENET_EXPOSE_FOLD_H
#define DENET_EXPOSE_FOLD_H

#include <stdbool.h>

#include "expose/family.h"

/* All of these are of the struct of the kind, and only figures of the families are looked at. */

/* Nothing is known of it. */
void fold_clear(const struct family_list *families, void *figures);

/* The levels of the look before go. */
void fold_begin(const struct family_list *families, void *sum);

/*
 * before may be NULL, and is what the row told then. A counter that fell has begun anew. What has ended has no levels.
 */
void fold_add(const struct family_list *families, enum denet_record record, void *sum,
	      const void *now, const void *before, bool is_ended);

/* What the other record does not have, as of what has ended, is not known. */
void fold_keep(const struct family_list *families, enum denet_record record, void *figures);

#endif
