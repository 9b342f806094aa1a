/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The families of series that each kind of rows has, under the names that are asked for. */
#ifndef DENET_EXPOSE_FAMILY_H
#define DENET_EXPOSE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "denet/denet.h"
#include "expose/kind.h"
#include "expose/settings.h"

#define FAMILY_NAME_BYTES 96

struct expose_family {
	char name[FAMILY_NAME_BYTES]; /* without _total */
	const char *pair; /* a label of the figure's own, as a="b"; NULL for none */
	const struct denet_metric *metric; /* with its help */
	size_t offset; /* in the struct of the row */
	bool is_counter;
	bool is_scaled; /* to base units: others' names may have none */
};

/* Those of one name, which differ by their pair, stand beside each other. All zeros is none. */
struct family_list {
	struct expose_family *items; /* owned */
	size_t count;
};

void family_list_done(struct family_list *families);

/* -ENOMEM. */
int family_list_make(struct family_list *families, enum expose_kind kind, enum expose_names names);

#endif
