/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Requests to servers, in the loop of a service and never waited for. Nothing of the environment is used, no
 * redirect is followed, and whatever a server does, a request ends in bounded time and memory.
 */
#ifndef DENET_HTTP_CLIENT_H
#define DENET_HTTP_CLIENT_H

#include <stdint.h>

#include "http/request.h"

#define HTTP_NEVER UINT64_MAX

struct http_client;
struct http_call;

int http_client_new(struct http_client **ret_client);

/* What is under way is forgotten, without a word. Accepts NULL. */
void http_client_free(struct http_client *client);

/* Readable when http_client_run() has something to do. */
int http_client_fd(const struct http_client *client);

/* When that is due without it, by CLOCK_MONOTONIC. */
uint64_t http_client_due_ns(const struct http_client *client);

void http_client_run(struct http_client *client);

/* ret_call may be NULL. -EINVAL for a URL, method or header that cannot be sent. */
int http_client_send(struct http_client *client, const struct http_request *request,
		     http_done_fn done, void *context, struct http_call **ret_call);

/* done is not called. */
void http_client_cancel(struct http_client *client, struct http_call *call);

#endif
