/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What was answered since the last look, so that it is written and packed once. */
#ifndef DENET_SERVE_BODIES_H
#define DENET_SERVE_BODIES_H

#include <stdbool.h>
#include <stddef.h>
#include <microhttpd.h>

#include "util/buf.h"

#define BODIES_MAX 16 /* a later one takes the place of the oldest */
#define BODIES_KEY_BYTES 512 /* what a longer key asks for is not kept */

struct body {
	char key[BODIES_KEY_BYTES];
	const char *type; /* borrowed */
	const char *text; /* of plain */
	size_t len;
	struct MHD_Response *plain; /* owned, as the next */
	struct MHD_Response *packed; /* NULL until it is asked for */
};

/* All zeros is none. */
struct bodies {
	struct body items[BODIES_MAX];
	size_t next;
};

/* What is under way is not touched. */
void bodies_forget(struct bodies *bodies);

/* NULL where there is none. */
struct body *bodies_find(struct bodies *bodies, const char *key);

/* Takes what the buffer holds. NULL without memory. */
struct body *bodies_add(struct bodies *bodies, const char *key, const char *type, struct buf *buf);

/* Borrowed; plain where it cannot be packed. */
struct MHD_Response *bodies_response(struct body *body, bool is_packed);

#endif
