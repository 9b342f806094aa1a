/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is answered at which path: the documents of the API. */
#ifndef DENET_SERVE_API_H
#define DENET_SERVE_API_H

#include <stdbool.h>

#include "host/view.h"
#include "serve/ended.h"
#include "serve/query.h"
#include "util/buf.h"

struct exposition;

/* Who knows of alerts. */
struct api_alerts {
	/* An array of them. */
	void (*append)(struct buf *buf, const void *context);
	const void *context; /* borrowed */
};

/* What the documents are made of. */
struct api {
	struct view view; /* of the last look; no looks: none yet */
	struct ended ended;
	struct api_alerts alerts; /* append NULL without any */
	struct exposition *exposition; /* owned by who has this */
};

struct api_route {
	const char *path;
	const char *type; /* of its content */
	const char *const *params; /* ends with NULL */
	/* -EINVAL for what a parameter may not be, -ENOENT for what there is not, each with a line; -ENOMEM. */
	int (*append)(const struct api *api, const struct query *query, struct buf *buf,
		      char ret_error[QUERY_ERROR_BYTES]);
	bool is_told_of; /* to the exposition, once somebody has got it */
	const char *help;
	const char *example; /* of a query, "" for none */
};

/* NULL for a path that nothing is at. */
const struct api_route *api_find(const char *path);

/* From 0 on, NULL behind the last. */
const struct api_route *api_route(size_t index);

#endif
