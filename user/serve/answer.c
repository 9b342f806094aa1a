/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "expose/exposition.h"
#include "serve/metrics.h"
#include "serve/reply.h"
#include "serve/service.h"
#include "util/cleanup.h"

/* What is asked for as it is looked for among what was answered before. */
static void append_key(struct buf *buf, const struct query *query)
{
	buf_append_text(buf, query->path);
	for (size_t i = 0; i < query->count; i++)
		/* A value has any bytes: without its length two that differ could be one. */
		buf_printf(buf, "\1%s\1%zu\1%s", query->params[i].name,
			   strlen(query->params[i].value), query->params[i].value);
}

static int fill_in(struct serve *serve, const struct api_route *route, const struct query *query,
		   struct body **ret_body, char *error)
{
	AUTO(buf) struct buf key = { 0 }, text = { 0 };
	struct body *body;
	int r = query_check(query, route->params, error);

	if (r)
		return r;
	append_key(&key, query);
	/* One path may be there in two forms. */
	buf_append_text(&key, route->type);
	if (key.error)
		return key.error;
	body = bodies_find(&serve->bodies, buf_text(&key));
	if (!body) {
		r = route->append(&serve->api, query, &text, error);
		if (!r)
			body = bodies_add(&serve->bodies, buf_text(&key), route->type, &text);
	}
	*ret_body = body;
	return r || body ? r : -ENOMEM;
}

static unsigned int status_of(int r)
{
	switch (r) {
	case -EINVAL:
		return MHD_HTTP_BAD_REQUEST;
	case -ENOENT:
		return MHD_HTTP_NOT_FOUND;
	case -EAGAIN:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	default:
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}

static const char *header_of(const struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static const struct api_route *route_of(const struct exchange *exchange, const struct query *query)
{
	const char *accepted = header_of(exchange, MHD_HTTP_HEADER_ACCEPT);
	const struct api_route *route = metrics_find(query->path, accepted);

	return route ? route : api_find(query->path);
}

static int refuse(int r, const char *why, char error[QUERY_ERROR_BYTES])
{
	(void)snprintf(error, QUERY_ERROR_BYTES, "%s", why);
	return r;
}

static int find_body(struct serve *serve, const struct exchange *exchange, struct body **ret_body,
		     const struct api_route **ret_route, char error[QUERY_ERROR_BYTES])
{
	const struct api_route *route;
	struct query query;
	int r = query_parse(exchange->uri, &query, error);

	if (r)
		return r;
	route = route_of(exchange, &query);
	if (!route)
		return refuse(-ENOENT, "nothing is served at this path", error);
	if (!serve->api.view.looks)
		return refuse(-EAGAIN, "the first look is not over yet", error);
	*ret_route = route;
	return fill_in(serve, route, &query, ret_body, error);
}

static enum MHD_Result answer_document(struct serve *serve, struct exchange *exchange)
{
	char error[QUERY_ERROR_BYTES] = "there is not enough memory";
	const struct api_route *route = NULL;
	struct body *body = NULL;
	int r = find_body(serve, exchange, &body, &route, error);
	bool is_packed;

	if (r)
		return reply_error(exchange->connection, status_of(r), error);
	if (route->is_told_of && exchange->wants_body)
		exposition_served(serve->api.exposition);
	is_packed = reply_accepts(header_of(exchange, MHD_HTTP_HEADER_ACCEPT_ENCODING), "gzip");
	return MHD_queue_response(exchange->connection, MHD_HTTP_OK,
				  bodies_response(body, is_packed));
}

static unsigned int status_of_verdict(enum access_verdict verdict)
{
	switch (verdict) {
	case ACCESS_DENIED:
		return MHD_HTTP_UNAUTHORIZED;
	case ACCESS_TOO_OFTEN:
		return MHD_HTTP_TOO_MANY_REQUESTS;
	default:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
}

static const char *const verdicts[] = {
	[ACCESS_DENIED] = "a user with a password is wanted",
	[ACCESS_TOO_OFTEN] = "too many passwords are being checked",
	[ACCESS_FAILED] = "the password cannot be checked",
};

/* No page of a stranger's has a password of ours, or our certificate. */
static bool is_meant(const struct serve *serve, const struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *peer = info ? info->client_addr : NULL;
	bool is_asked = !serve->tls.cert && !serve->access && peer && hosts_is_local(peer);

	if (peer && peer->sa_family == AF_UNIX)
		return true;
	if (!is_asked && !serve->hosts.count)
		return true;
	return hosts_allow(&serve->hosts, header_of(exchange, MHD_HTTP_HEADER_HOST));
}

enum MHD_Result answer_request(struct serve *serve, struct exchange *exchange)
{
	enum access_verdict verdict = ACCESS_GRANTED;

	if (!is_meant(serve, exchange))
		return reply_error(exchange->connection, MHD_HTTP_MISDIRECTED_REQUEST,
				   "nothing is served by this name of the host: see serve.hosts");
	if (serve->tls.client_ca && !tls_is_known(exchange->connection))
		return reply_error(exchange->connection, MHD_HTTP_FORBIDDEN,
				   "a certificate is wanted");
	if (serve->access)
		verdict = access_check(serve->access, exchange);
	if (verdict == ACCESS_WAITS)
		return MHD_YES;
	if (verdict != ACCESS_GRANTED)
		return reply_error(exchange->connection, status_of_verdict(verdict),
				   verdicts[verdict]);
	return answer_document(serve, exchange);
}
