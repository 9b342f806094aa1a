/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/connections.h"
#include "serve/reply.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/units.h"

#define HEAD_BYTES 12288 /* of memory of a request: a head of 8 KiB and what it becomes */
#define IDLE_S 120
#define EVENTS_MAX 32
#define TURNS_MAX 4 /* in a row without an event, for which it had asked */
#define TURN_NS (10 * NS_PER_MS) /* between two of those that follow */
#define RUNS_MAX 3 /* of the library, at a time */
#define SAY_NS (60 * NS_PER_S)

struct listener {
	struct listener_setup setup;
	struct MHD_Daemon *daemon; /* owned, as all below */
	struct connections connections;
	int epoll_fd;
	bool has_closed; /* a connection, since this was set to false */
	unsigned int turns; /* in a row without an event and a request */
	uint64_t ran_ns;
	uint64_t bad; /* lines that the library had to say */
	uint64_t said_ns; /* when we did */
};

/* Whoever sends garbage makes it say a line for each: one a minute is enough. */
__attribute__((format(printf, 2, 0))) static void on_log(void *self, const char *format,
							 va_list args)
{
	struct listener *listener = self;
	uint64_t now_ns = clock_mono_ns();
	char line[200] = "";

	listener->bad++;
	if (listener->said_ns && now_ns - listener->said_ns < SAY_NS)
		return;
	listener->said_ns = now_ns;
	(void)vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	log_warning("%llu bad requests so far, the last: %s", (unsigned long long)listener->bad,
		    line);
}

static const union MHD_ConnectionInfo *info_of(struct MHD_Connection *connection,
					       enum MHD_ConnectionInfoType type)
{
	return MHD_get_connection_info(connection, type);
}

static void on_started(struct listener *listener, struct MHD_Connection *connection,
		       void **ret_item)
{
	int fd = info_of(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct epoll_event event = { .events = EPOLLRDHUP | EPOLLONESHOT };

	event.data.ptr = connections_add(&listener->connections, fd, clock_mono_ns());
	*ret_item = event.data.ptr;
	/* The library misses an end that comes with fewer bytes than it wanted. Once: what we do about it
	 * would be an event again, for as long as a connection is suspended. */
	if (event.data.ptr)
		(void)epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void on_connection(void *self, struct MHD_Connection *connection, void **item,
			  enum MHD_ConnectionNotificationCode code)
{
	struct listener *listener = self;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		on_started(listener, connection, item);
		return;
	}
	if (*item)
		connections_remove(&listener->connections, *item);
	*item = NULL;
	listener->has_closed = true;
}

static struct connection *item_of(struct MHD_Connection *connection)
{
	return info_of(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void *on_uri(void *self, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	(void)self;
	if (!exchange)
		return NULL;
	exchange->connection = connection;
	exchange->uri = strdup(uri);
	return exchange;
}

static void on_completed(void *self, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct listener *listener = self;
	struct exchange *exchange = *context;
	struct connection *item = item_of(connection);

	(void)code;
	*context = NULL;
	if (item)
		connections_rest(item, clock_mono_ns());
	if (!exchange)
		return;
	listener->setup.forget(listener->setup.self, exchange);
	free(exchange->uri);
	free(exchange);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result count_hosts(void *self, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	unsigned int *count = self;

	(void)kind;
	(void)value;
	*count += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
	return MHD_YES;
}

/* A second name may be the one that somebody before us has looked at. */
static bool has_two_hosts(struct MHD_Connection *connection)
{
	unsigned int count = 0;

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_hosts, &count);
	return count > 1;
}

/* Before a body is read: there is none that we want. */
static enum MHD_Result on_head(struct exchange *exchange, const char *method)
{
	struct MHD_Connection *connection = exchange->connection;
	const char *length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	exchange->is_head_read = true;
	exchange->wants_body = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
	if (!exchange->wants_body && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "only GET and HEAD are answered");
	if (header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
	    (length && strcmp(length, "0") != 0))
		return reply_error(connection, MHD_HTTP_BAD_REQUEST, "a body is not wanted");
	if (has_two_hosts(connection))
		return reply_error(connection, MHD_HTTP_BAD_REQUEST, "Host is given twice");
	return MHD_YES;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *body_len, void **context)
{
	struct listener *listener = self;
	struct exchange *exchange = *context;
	struct connection *item = item_of(connection);

	(void)url;
	(void)version;
	(void)body;
	listener->turns = 0;
	if (!exchange || !exchange->uri || !item)
		return MHD_NO;
	if (!exchange->is_head_read) {
		connections_begin(item, clock_mono_ns());
		return on_head(exchange, method);
	}
	if (*body_len) {
		*body_len = 0;
		return MHD_NO;
	}
	return listener->setup.answer(listener->setup.self, exchange);
}

#define OPTIONS_MAX 5
#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static void add_tls(const struct listener_setup *setup, struct MHD_OptionItem *options)
{
	struct {
		enum MHD_OPTION option;
		const char *text;
	} texts[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, setup->cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, setup->key },
		{ MHD_OPTION_HTTPS_MEM_TRUST, setup->client_ca },
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].text)
			options[count++] =
				(struct MHD_OptionItem){ texts[i].option, 0,
							 (void *)(uintptr_t)texts[i].text };
	if (count)
		options[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
							    (void *)(uintptr_t)TLS_VERSIONS };
	options[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static unsigned int flags_of(const struct listener_setup *setup)
{
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;

	if (setup->cert)
		flags |= MHD_USE_TLS;
	return flags;
}

static int start(struct listener *listener)
{
	const struct listener_setup *setup = &listener->setup;
	struct MHD_OptionItem tls[OPTIONS_MAX] = { { MHD_OPTION_END, 0, NULL } };
	/* It closes the one that it is given where it fails. */
	int fd = fcntl(setup->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	add_tls(setup, tls);
	errno = 0;
	/* The log comes first, or what is said before it goes to stderr. */
	listener->daemon = MHD_start_daemon(
		flags_of(setup), 0, NULL, NULL, on_request, listener, MHD_OPTION_EXTERNAL_LOGGER,
		on_log, listener, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, listener, MHD_OPTION_URI_LOG_CALLBACK, on_uri, listener,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (listener->daemon)
		return 0;
	return errno ? -errno : -EINVAL;
}

static int watch(struct listener *listener)
{
	int fd = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	/* Once for each: it is read to its end, and of one that is gone there is nothing more to know. */
	struct epoll_event other = { .events = EPOLLIN | EPOLLET, .data.ptr = NULL };

	if (epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	fd = listener->setup.other_fd;
	return fd >= 0 && epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &other) ? -errno : 0;
}

int listener_new(const struct listener_setup *setup, struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int r;

	if (!listener)
		return -ENOMEM;
	listener->setup = *setup;
	listener->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r = listener->epoll_fd < 0 ? -errno : start(listener);
	if (!r)
		r = watch(listener);
	if (r)
		listener_free(listener);
	else
		*ret_listener = listener;
	return r;
}

void listener_free(struct listener *listener)
{
	if (!listener)
		return;
	if (listener->daemon) {
		int fd = MHD_quiesce_daemon(listener->daemon);

		MHD_stop_daemon(listener->daemon);
		cleanup_fd(&fd);
	}
	cleanup_fd(&listener->epoll_fd);
	free(listener);
}

int listener_fd(const struct listener *listener)
{
	return listener->epoll_fd;
}

static uint64_t library_due_ns(const struct listener *listener)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	if (MHD_get_timeout(listener->daemon, &wait_ms) != MHD_YES)
		return UINT64_MAX;
	/* With half a greeting of TLS it asks to be called again at once, for as long as nothing comes. */
	if (!wait_ms && listener->turns > TURNS_MAX)
		return listener->ran_ns + TURN_NS;
	return clock_mono_ns() + wait_ms * NS_PER_MS;
}

uint64_t listener_due_ns(const struct listener *listener)
{
	uint64_t library_ns = library_due_ns(listener);
	uint64_t ours_ns = connections_due_ns(&listener->connections, listener->ran_ns);

	return library_ns < ours_ns ? library_ns : ours_ns;
}

static void take_events(struct listener *listener)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(listener->epoll_fd, events, EVENTS_MAX, 0);

	listener->turns = count > 0 ? 0 : listener->turns + 1;
	for (int i = 0; i < count; i++) {
		struct connection *item = events[i].data.ptr;

		if (item)
			item->is_gone = true;
	}
}

void listener_run(struct listener *listener)
{
	bool has_gone;

	listener->ran_ns = clock_mono_ns();
	take_events(listener);
	connections_sweep(&listener->connections, listener->ran_ns);
	/* What it has read before it sees an end. At the limit, of connections or of descriptors, it listens no
	 * more, and begins to again only at the start of a call. */
	for (int i = 0; i < RUNS_MAX; i++) {
		has_gone = connections_nudge(&listener->connections);
		listener->has_closed = false;
		(void)MHD_run(listener->daemon);
		if (!has_gone && !listener->has_closed)
			return;
	}
}
