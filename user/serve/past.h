/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A figure over the last looks, by what a query asks for. */
#ifndef DENET_SERVE_PAST_H
#define DENET_SERVE_PAST_H

#include "host/view.h"
#include "serve/query.h"
#include "util/json.h"

#define PAST_POINTS_MAX 2000

extern const char *const past_params[]; /* ends with NULL */

/* As append() of a route: objects into an array that is open. */
int past_write(struct json *json, const struct view *view, const struct query *query,
	       char ret_error[QUERY_ERROR_BYTES]);

#endif
