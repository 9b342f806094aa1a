/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One request and what comes back. */
#ifndef DENET_HTTP_CALL_INTERNAL_H
#define DENET_HTTP_CALL_INTERNAL_H

#include <curl/curl.h>

#include "http/request.h"
#include "util/buf.h"

struct http_call {
	struct http_call *next; /* borrowed */
	CURL *easy; /* owned, as the two that follow */
	struct curl_slist *headers;
	struct buf body;
	size_t head_bytes;
	bool is_cut;
	char error[CURL_ERROR_SIZE]; /* curl's words, where it has some */
	http_done_fn done;
	void *context;
};

/* Made, and not yet under way. */
int http_call_new(const struct http_request *request, struct http_call **ret_call);

/* Accepts NULL. */
void http_call_free(struct http_call *call);
static inline void http_call_freep(struct http_call **call)
{
	http_call_free(*call);
}

void http_call_tell(struct http_call *call, CURLcode result);

#endif
