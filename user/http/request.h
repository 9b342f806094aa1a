/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is asked of a server, and what it answers. */
#ifndef DENET_HTTP_REQUEST_H
#define DENET_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_ANSWER_BYTES 65536 /* what is read of an answer's body, and of its head */

/* Texts are copied, the body is not. All may be NULL or 0 but the URL. */
struct http_request {
	const char *url; /* http or https, without a user: see url_check() */
	const char *method; /* NULL: POST */
	const char *const *headers; /* "Name: value"; ends with NULL */
	const void *body; /* borrowed until done is called, or the call is cancelled */
	size_t body_len;
	uint64_t connect_ns; /* 0: 5 s */
	uint64_t total_ns; /* from first to last; 0: 10 s */
	const char *unix_path; /* the socket to use instead of the URL's host */
	const char *ca_file; /* whom to trust; NULL: whom the system trusts */
	const char *authorization; /* "Bearer ...", "Token ..." */
	const char *user; /* "name:password", for basic authentication */
};

/* Of it all is gone when done returns. */
struct http_answer {
	const char *error; /* why there is none, without anything secret; NULL where there is one */
	unsigned int status; /* 0 without an answer */
	uint64_t retry_after_s; /* 0: the server did not say */
	const char *body; /* the first bytes of it, with a NUL behind them; any bytes */
	size_t body_len;
	bool is_cut; /* there was more, and the connection was closed */
};

/* Called by http_client_run() alone, once; it may send and cancel. The call is no more. */
typedef void (*http_done_fn)(void *context, const struct http_answer *answer);

#endif
