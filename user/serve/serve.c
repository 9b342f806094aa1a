/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expose/exposition.h"
#include "serve/address.h"
#include "serve/bodies.h"
#include "serve/listener.h"
#include "serve/metrics.h"
#include "serve/reply.h"
#include "util/cleanup.h"
#include "util/log.h"

#define MODE_MAX 0777

const struct config_key serve_keys[] = {
	{ .name = "mode",
	  .type = VALUE_TEXT,
	  .offset = offsetof(struct serve_settings, mode),
	  .fallback = "0660",
	  .help = "Who may connect to a socket of the file system: its mode, in octal." },
	{ 0 },
};

struct serve {
	struct address address;
	char *listen; /* owned, as all below: of the settings; NULL for what was handed over */
	int fd; /* it listens */
	bool is_passed;
	struct listener *listener;
	struct expose_settings names;
	struct api api;
	struct bodies bodies;
};

/* What is asked for as it is looked for among what was answered before. */
static void append_key(struct buf *buf, const struct query *query)
{
	buf_append_text(buf, query->path);
	for (size_t i = 0; i < query->count; i++)
		/* No value has a byte 1 that would make two keys one: it would be another's name. */
		buf_printf(buf, "\1%s\1%s", query->params[i].name, query->params[i].value);
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

static enum MHD_Result answer(void *self, struct exchange *exchange)
{
	struct serve *serve = self;
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

static void forget(void *self, struct exchange *exchange)
{
	(void)self;
	(void)exchange;
}

static void take(void *self, const struct view *view)
{
	struct serve *serve = self;

	serve->api.view = *view;
	bodies_forget(&serve->bodies);
	if (exposition_take(serve->api.exposition, view) || ended_take(&serve->api.ended, view))
		log_warning("there is no memory for containers that have ended");
}

static int fd_of(const void *self)
{
	return listener_fd(((const struct serve *)self)->listener);
}

static uint64_t due_ns(const void *self)
{
	return listener_due_ns(((const struct serve *)self)->listener);
}

static void run(void *self)
{
	listener_run(((struct serve *)self)->listener);
}

static void close_serve(void *self)
{
	struct serve *serve = self;

	listener_free(serve->listener);
	if (serve->fd >= 0 && !serve->is_passed)
		address_leave(&serve->address, serve->fd);
	cleanup_fd(&serve->fd);
	bodies_forget(&serve->bodies);
	ended_done(&serve->api.ended);
	exposition_free(serve->api.exposition);
	free(serve->listen);
	free(serve);
}

static const struct observer_ops ops = {
	.take = take,
	.fd = fd_of,
	.due_ns = due_ns,
	.run = run,
	.close = close_serve,
};

static int read_mode(const char *text, mode_t *ret_mode)
{
	mode_t mode = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '7' || mode > MODE_MAX)
			return -EINVAL;
		mode = mode << 3 | (mode_t)(*text - '0');
	}
	if (mode > MODE_MAX)
		return -EINVAL;
	*ret_mode = mode;
	return 0;
}

static int listen_at(struct serve *serve, const struct serve_settings *settings)
{
	mode_t mode;
	int r;

	if (read_mode(settings->mode, &mode))
		return log_error(-EINVAL, "serve.mode wants an octal number as 0660, not '%s'",
				 settings->mode);
	if (address_parse(settings->listen, &serve->address))
		return log_error(-EINVAL,
				 "listen wants an address as " ADDRESS_USUAL " or unix:PATH, not "
				 "'%s'",
				 settings->listen);
	r = address_listen(&serve->address, mode, &serve->fd);
	if (r)
		return log_error(r, "cannot listen at '%s'", settings->listen);
	serve->listen = strdup(settings->listen);
	return serve->listen ? 0 : log_error(-ENOMEM, "cannot serve");
}

static int start(struct serve *serve)
{
	const struct listener_setup setup = {
		.fd = serve->fd, .answer = answer, .forget = forget, .self = serve
	};
	AUTO(buf) struct buf place = { 0 };
	int r = listener_new(&setup, &serve->listener);

	if (r)
		return log_error(r, "cannot serve");
	(void)address_of(serve->fd, &serve->address);
	address_append(&place, &serve->address);
	log_warning("serving at %s", buf_text(&place));
	return 0;
}

static int open_serve(struct serve *serve, const struct serve_settings *settings,
		      const struct expose_settings *names)
{
	int r = address_passed(&serve->fd);

	serve->is_passed = !r;
	if (r == -ENOTSOCK)
		return log_error(r, "what LISTEN_FDS hands over does not listen");
	if (r && !settings->listen)
		return r;
	if (exposition_new(names, &serve->api.exposition))
		return log_error(-ENOMEM, "cannot serve");
	if (r)
		r = listen_at(serve, settings);
	return r ? r : start(serve);
}

int serve_open(const struct serve_settings *settings, const struct expose_settings *names,
	       struct observer *ret_observer)
{
	struct serve *serve = calloc(1, sizeof(*serve));
	int r;

	if (!serve)
		return log_error(-ENOMEM, "cannot serve");
	serve->fd = -1;
	serve->names = *names;
	r = open_serve(serve, settings, names);
	if (r) {
		close_serve(serve);
		return r == -ENOENT && !settings->listen ? 0 : r;
	}
	*ret_observer = (struct observer){ &ops, serve };
	return 0;
}

/* What has ended meanwhile is known to the old one alone. */
static int rename_all(struct serve *serve, const struct expose_settings *names)
{
	struct exposition *exposition;
	int r;

	if (memcmp(&serve->names, names, sizeof(*names)) == 0)
		return 0;
	r = exposition_new(names, &exposition);
	if (r)
		return log_error(r, "cannot serve");
	exposition_free(serve->api.exposition);
	serve->api.exposition = exposition;
	serve->names = *names;
	bodies_forget(&serve->bodies);
	return 0;
}

int serve_reload(const struct serve_settings *settings, const struct expose_settings *names,
		 struct observer *observer)
{
	struct serve *serve = observer->self;
	struct observer fresh = { 0 };
	int r;

	if (serve->is_passed || (settings->listen && strcmp(settings->listen, serve->listen) == 0))
		return rename_all(serve, names);
	r = serve_open(settings, names, &fresh);
	if (r)
		return r;
	close_serve(serve);
	*observer = fresh;
	return 0;
}

void serve_set_alerts(void *self, const struct api_alerts *alerts)
{
	((struct serve *)self)->api.alerts = *alerts;
}
