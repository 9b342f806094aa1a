/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of others for figures of ours. */
#ifndef DENET_EXPOSE_FAMILY_INTERNAL_H
#define DENET_EXPOSE_FAMILY_INTERNAL_H

#include <stddef.h>

#include "expose/kind.h"

struct family_alias {
	const char *name; /* without _total, which counters get; NULL at the end */
	const char *pair; /* NULL for none */
	size_t offset; /* of the figure in the struct of the kind's rows */
};

/* NULL for none. */
const struct family_alias *family_aliases(enum expose_names names, enum expose_kind kind);

#endif
