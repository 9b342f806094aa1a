/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a request asks for: its path and what follows the question mark, taken apart strictly. */
#ifndef DENET_SERVE_QUERY_H
#define DENET_SERVE_QUERY_H

#include <stddef.h>

#define QUERY_BYTES 2048 /* of both */
#define QUERY_PARAMS_MAX 8
#define QUERY_ERROR_BYTES 256

struct query_param {
	const char *name; /* of the query's text, as the next */
	const char *value;
};

struct query {
	const char *path; /* as it was sent: nothing that is served has a % in its path */
	struct query_param params[QUERY_PARAMS_MAX];
	size_t count;
	char text[QUERY_BYTES];
};

/* uri: as on the request line. -EINVAL; ret_error then says in one line what is wrong. */
int query_parse(const char *uri, struct query *ret_query, char ret_error[QUERY_ERROR_BYTES]);

/* NULL where it is not given. */
const char *query_value(const struct query *query, const char *name);

/* names ends with NULL. -EINVAL, with a line, for a parameter that is not among them. */
int query_check(const struct query *query, const char *const names[],
		char ret_error[QUERY_ERROR_BYTES]);

#endif
