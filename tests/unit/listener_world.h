/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Both sides of a listener in one process, whose time is what a test says. */
#ifndef DENET_UNIT_LISTENER_WORLD_H
#define DENET_UNIT_LISTENER_WORLD_H

#include "serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "serve/address.h"
#include "serve/connections.h"
#include "serve/reply.h"
#include "util/cleanup.h"
#include "set_clock.h"

#define ANSWER "{}"
#define GET "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
#define LAST_GET "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define TURNS 2000
#define WAIT_MS 5000 /* nothing takes so long; who waits longer waits for what does not come */
#define GIVE_UP_S 300 /* where connecting itself waits for ever */

struct world {
	struct listener *listener;
	int fd;
	unsigned int answers;
	uint64_t waited_ms; /* for nothing */
	bool is_holding; /* who asks waits until he is let go */
	struct MHD_Connection *held[CONNECTIONS_MAX];
	size_t held_count;
};

static inline enum MHD_Result answer(void *self, struct exchange *exchange)
{
	struct world *world = self;
	struct MHD_Response *response;
	struct buf buf = { 0 };
	enum MHD_Result result;

	if (world->is_holding) {
		world->held[world->held_count++] = exchange->connection;
		MHD_suspend_connection(exchange->connection);
		return MHD_YES;
	}
	world->answers++;
	buf_append_text(&buf, ANSWER);
	response = reply_of(&buf, "application/json", false);
	result = MHD_queue_response(exchange->connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static inline void forget(void *self, struct exchange *exchange)
{
	(void)self;
	(void)exchange;
}

static inline void begin(struct world *world, const char *cert, const char *key)
{
	struct address address;
	struct listener_setup setup = { .other_fd = -1,
					.cert = cert,
					.key = key,
					.answer = answer,
					.forget = forget,
					.self = world };

	*world = (struct world){ 0 };
	assert_int_equal(address_parse("127.0.0.1:0", &address), 0);
	assert_int_equal(address_listen(&address, 0, &world->fd), 0);
	setup.fd = world->fd;
	assert_int_equal(listener_new(&setup, &world->listener), 0);
}

static inline void end(struct world *world)
{
	listener_free(world->listener);
	assert_int_equal(close(world->fd), 0);
}

static inline int come(const struct world *world)
{
	struct address address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(address_of(world->fd, &address), 0);
	assert_int_equal(connect(fd, (void *)&address.place, address.len), 0);
	return fd;
}

static inline void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* One turn of the service's loop, which waits for as long as it was told. */
static inline bool turn(struct world *world)
{
	uint64_t due_ns = listener_due_ns(world->listener);
	uint64_t wait_ms = due_ns > clock_now_ns ? (due_ns - clock_now_ns) / MS : 0;
	struct pollfd poll_fd = { .fd = listener_fd(world->listener), .events = POLLIN };
	bool is_long = wait_ms > WAIT_MS || due_ns == UINT64_MAX;
	int ready = poll(&poll_fd, 1, is_long ? WAIT_MS : (int)wait_ms);

	world->waited_ms += ready ? 0 : wait_ms;
	listener_run(world->listener);
	return ready || !is_long;
}

static inline void turn_a_while(struct world *world)
{
	struct pollfd poll_fd = { .fd = listener_fd(world->listener), .events = POLLIN };

	do {
		listener_run(world->listener);
	} while (poll(&poll_fd, 1, 20) > 0);
}

/* Until it is over or so many answers came. */
static inline unsigned int read_answers(struct world *world, int fd, unsigned int wanted)
{
	unsigned int found = 0;
	char text[65536];
	size_t len = 0;
	ssize_t got;

	for (int i = 0; i < TURNS && found < wanted; i++) {
		assert_true(turn(world));
		got = recv(fd, text + len, sizeof(text) - 1 - len, MSG_DONTWAIT);
		if (!got)
			break;
		len += got > 0 ? (size_t)got : 0;
		text[len] = '\0';
		found = 0;
		for (const char *at = text; (at = strstr(at, "\r\n\r\n" ANSWER)); at++)
			found++;
	}
	return found;
}

/* -1 as long as it is open; what it had to say before is read. */
static inline ssize_t last_read(int fd)
{
	char bytes[65536];
	ssize_t got;

	do {
		got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (got > 0);
	return got < 0 && errno == ECONNRESET ? 0 : got;
}

/* Of ours as many as of the other side, and the listener's own. */
static inline unsigned int count_fds(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif
