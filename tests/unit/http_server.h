/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A server of a script, in a thread of its own: what it was sent, and what it does at each request. */
#ifndef UNIT_HTTP_SERVER_H
#define UNIT_HTTP_SERVER_H

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/buf.h"

#define HTTP_REQUESTS_MAX 16

enum http_after { HTTP_KEEP, HTTP_CLOSE, HTTP_HOLD, HTTP_REPEAT };

struct http_step {
	const char *answer;
	enum http_after after; /* HTTP_REPEAT: the same bytes for ever */
};

struct http_server {
	char url[64];
	int fd;
	int stop_fd;
	pthread_t thread;
	const struct http_step *steps; /* the last one holds for all that follow */
	size_t step_count;
	struct buf requests[HTTP_REQUESTS_MAX]; /* to be read after the stop */
	size_t count;
};

static bool http_server_waits(const struct http_server *server, int fd, short events)
{
	struct pollfd fds[] = { { .fd = fd, .events = events },
				{ .fd = server->stop_fd, .events = POLLIN } };

	return poll(fds, 2, -1) > 0 && !fds[1].revents;
}

static bool http_server_send(const struct http_server *server, int fd, const char *text)
{
	size_t len = strlen(text), at = 0;

	while (at < len) {
		ssize_t sent;

		if (!http_server_waits(server, fd, POLLOUT))
			return false;
		sent = send(fd, text + at, len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent <= 0)
			return false;
		at += (size_t)sent;
	}
	return true;
}

static size_t http_server_whole(const struct buf *request)
{
	const char *text = buf_text(request);
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length: ");

	if (!end)
		return SIZE_MAX;
	return (size_t)(end + 4 - text) +
	       (length && length < end ? strtoul(length + 18, NULL, 10) : 0);
}

static bool http_server_read(const struct http_server *server, int fd, struct buf *request)
{
	while (request->len < http_server_whole(request)) {
		char data[65536];
		ssize_t len;

		if (!http_server_waits(server, fd, POLLIN))
			return false;
		len = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		if (len <= 0)
			return false;
		buf_append(request, data, (size_t)len);
	}
	return true;
}

static void http_server_serve(struct http_server *server, int fd)
{
	while (server->count < HTTP_REQUESTS_MAX &&
	       http_server_read(server, fd, &server->requests[server->count])) {
		size_t at = server->count++;
		const struct http_step *step =
			&server->steps[at < server->step_count ? at : server->step_count - 1];
		char byte;

		if (!http_server_send(server, fd, step->answer) || step->after == HTTP_CLOSE)
			return;
		while (step->after == HTTP_REPEAT && http_server_send(server, fd, step->answer))
			;
		if (step->after == HTTP_HOLD && http_server_waits(server, fd, POLLIN))
			(void)recv(fd, &byte, 1, 0);
		if (step->after != HTTP_KEEP)
			return;
	}
}

static void *http_server_main(void *context)
{
	struct http_server *server = context;

	while (http_server_waits(server, server->fd, POLLIN)) {
		int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		http_server_serve(server, fd);
		(void)close(fd);
	}
	return NULL;
}

static void http_server_begin(struct http_server *server, const struct http_step *steps,
			      size_t step_count)
{
	server->steps = steps;
	server->step_count = step_count;
	server->stop_fd = eventfd(0, EFD_CLOEXEC);
	assert_true(server->stop_fd >= 0);
	assert_int_equal(listen(server->fd, 16), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, http_server_main, server), 0);
}

/* On a free port of the machine itself. */
static __attribute__((unused)) void
http_server_start(struct http_server *server, const struct http_step *steps, size_t step_count)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	*server = (struct http_server){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u",
		       ntohs(address.sin_port));
	http_server_begin(server, steps, step_count);
}

static __attribute__((unused)) void http_server_start_unix(struct http_server *server,
							   const char *path,
							   const struct http_step *steps,
							   size_t step_count)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*server = (struct http_server){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	http_server_begin(server, steps, step_count);
}

static void http_server_stop(struct http_server *server)
{
	assert_int_equal(eventfd_write(server->stop_fd, 1), 0);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	(void)close(server->fd);
	(void)close(server->stop_fd);
}

static void http_server_done(struct http_server *server)
{
	for (size_t i = 0; i < HTTP_REQUESTS_MAX; i++)
		buf_done(&server->requests[i]);
}

#endif
