/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expose/exposition.h"
#include "serve/answer.h"
#include "serve/hosts.h"
#include "serve/service.h"
#include "util/cleanup.h"
#include "util/log.h"

#define MODE_MAX 0777

#define FILE_KEY(member, help_)                                                                    \
	{                                                                                          \
		.name = #member, .type = VALUE_TEXT,                                               \
		.offset = offsetof(struct serve_settings, member), .fallback = "", .help = (help_) \
	}

const struct config_key serve_keys[] = {
	{ .name = "mode",
	  .type = VALUE_TEXT,
	  .offset = offsetof(struct serve_settings, mode),
	  .fallback = "0660",
	  .help = "Who may connect to a socket of the file system: its mode, in octal." },
	FILE_KEY(cert, "Certificates for TLS, as PEM, the own one first."),
	FILE_KEY(key, "Its key, as PEM."),
	FILE_KEY(client_ca, "Whoever has no certificate of these is refused."),
	FILE_KEY(users,
		 "Lines NAME:HASH, as `htpasswd -B` writes them: whoever is none of these is "
		 "refused."),
	{ .name = "hosts",
	  .form = CONFIG_WORDS,
	  .type = VALUE_TEXT,
	  .offset = offsetof(struct serve_settings, hosts),
	  .check = hosts_check,
	  .help = "Names that one may ask by, besides addresses, `localhost` and the machine's: "
		  "asked for "
		  "where this is given, and of who comes from this machine without TLS and users; "
		  "`*` is "
		  "any." },
	{ 0 },
};

static enum MHD_Result answer(void *self, struct exchange *exchange)
{
	return answer_request(self, exchange);
}

static void forget(void *self, struct exchange *exchange)
{
	struct serve *serve = self;

	if (serve->access)
		access_forget(serve->access, exchange);
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
	struct serve *serve = self;

	if (serve->access)
		access_run(serve->access);
	listener_run(serve->listener);
}

/* Nobody may be suspended when the library stops. */
static void stop(struct serve *serve, struct listener *listener)
{
	if (serve->access && listener)
		access_let_go(serve->access);
	listener_free(listener);
}

static void close_serve(void *self)
{
	struct serve *serve = self;

	stop(serve, serve->listener);
	access_free(serve->access);
	tls_done(&serve->tls);
	hosts_done(&serve->hosts);
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

static int start(struct serve *serve, const struct tls *tls)
{
	const struct listener_setup setup = {
		.fd = serve->fd,
		.other_fd = serve->access ? access_fd(serve->access) : -1,
		.cert = tls->cert,
		.key = tls->key,
		.client_ca = tls->client_ca,
		.answer = answer,
		.forget = forget,
		.self = serve,
	};
	struct listener *listener;
	int r = listener_new(&setup, &listener);

	if (r)
		return log_error(r, "cannot serve");
	stop(serve, serve->listener);
	serve->listener = listener;
	return 0;
}

static void say_where(struct serve *serve)
{
	AUTO(buf) struct buf place = { 0 };

	(void)address_of(serve->fd, &serve->address);
	address_append(&place, &serve->address);
	log_warning("serving at %s", buf_text(&place));
}

/* All that may go wrong comes before the socket, and nothing is served to whom it is not meant for. */
static int open_all(struct serve *serve, const struct serve_settings *settings,
		    const struct expose_settings *names)
{
	int r = tls_read(settings->cert, settings->key, settings->client_ca, &serve->tls);

	if (!r && settings->users && !serve->access)
		r = access_new(settings->users, &serve->access);
	if (!r && (exposition_new(names, &serve->api.exposition) ||
		   hosts_copy(&settings->hosts, &serve->hosts)))
		r = log_error(-ENOMEM, "cannot serve");
	if (!r && !serve->is_passed && settings->listen)
		r = listen_at(serve, settings);
	if (!r)
		r = start(serve, &serve->tls);
	if (!r)
		say_where(serve);
	return r;
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
	return open_all(serve, settings, names);
}

static struct serve *new_serve(const struct expose_settings *names)
{
	struct serve *serve = calloc(1, sizeof(*serve));

	if (!serve)
		return NULL;
	serve->fd = -1;
	serve->names = *names;
	return serve;
}

int serve_open(const struct serve_settings *settings, const struct expose_settings *names,
	       struct observer *ret_observer)
{
	struct serve *serve = new_serve(names);
	int r;

	if (!serve)
		return log_error(-ENOMEM, "cannot serve");
	r = open_serve(serve, settings, names);
	if (r) {
		close_serve(serve);
		return r == -ENOENT && !settings->listen ? 0 : r;
	}
	*ret_observer = (struct observer){ &ops, serve };
	return 0;
}

static bool is_named_alike(const struct expose_settings *a, const struct expose_settings *b)
{
	return a->names == b->names && a->has_machine == b->has_machine &&
	       a->has_commands == b->has_commands && a->max_series == b->max_series;
}

/* What has ended meanwhile is known to the old one alone. */
static int rename_all(struct serve *serve, const struct expose_settings *names)
{
	struct exposition *exposition;
	int r;

	if (is_named_alike(&serve->names, names))
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

/* Those who are connected are cut off: another certificate is for all. */
static int reload_tls(struct serve *serve, const struct serve_settings *settings)
{
	struct tls tls = { 0 };
	int r = tls_read(settings->cert, settings->key, settings->client_ca, &tls);
	bool is_other = !r && !tls_is_same(&tls, &serve->tls);

	if (is_other)
		r = start(serve, &tls);
	if (is_other && !r) {
		const struct tls old = serve->tls;

		serve->tls = tls;
		tls = old;
	}
	tls_done(&tls);
	return r;
}

/* The process that checks passwords has no rights, and is started before we have given up ours. */
static int refuse_users(void)
{
	return log_error(-EINVAL, "whether serve.users is given takes a restart");
}

static int reload_users(struct serve *serve, const struct serve_settings *settings)
{
	if (!serve->access != !settings->users)
		return refuse_users();
	return serve->access ? access_reload(serve->access, settings->users) : 0;
}

/* To another address: that process goes along, as it could be started no more. */
static int move(struct serve *serve, const struct serve_settings *settings,
		const struct expose_settings *names, struct observer *observer)
{
	struct serve *fresh;
	int r;

	if (!serve->access != !settings->users)
		return refuse_users();
	fresh = new_serve(names);
	if (!fresh)
		return log_error(-ENOMEM, "cannot serve");
	fresh->access = serve->access;
	r = open_serve(fresh, settings, names);
	if (!r)
		r = reload_users(fresh, settings);
	if (r) {
		fresh->access = NULL;
		close_serve(fresh);
		return r;
	}
	stop(serve, serve->listener);
	serve->listener = NULL;
	serve->access = NULL;
	close_serve(serve);
	observer->self = fresh;
	return 0;
}

static int reload_here(struct serve *serve, const struct serve_settings *settings,
		       const struct expose_settings *names)
{
	struct hosts hosts;
	int r = hosts_copy(&settings->hosts, &hosts);

	if (r)
		return log_error(r, "cannot serve");
	r = reload_users(serve, settings);
	if (!r)
		r = reload_tls(serve, settings);
	if (!r)
		r = rename_all(serve, names);
	if (!r) {
		const struct hosts old = serve->hosts;

		serve->hosts = hosts;
		hosts = old;
	}
	hosts_done(&hosts);
	return r;
}

int serve_reload(const struct serve_settings *settings, const struct expose_settings *names,
		 struct observer *observer)
{
	struct serve *serve = observer->self;
	struct observer fresh = { 0 };
	int r;

	if (serve->is_passed || (settings->listen && strcmp(settings->listen, serve->listen) == 0))
		return reload_here(serve, settings, names);
	if (settings->listen && (serve->access || settings->users))
		return move(serve, settings, names, observer);
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

void serve_set_sinks(void *self, exposition_sinks_fn sinks, void *context)
{
	exposition_set_sinks(((struct serve *)self)->api.exposition, sinks, context);
}
