/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Strangers at the listener: who goes, who takes his time, who comes in crowds. One process is both sides. */
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
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <cmocka.h>

#include "serve/address.h"
#include "serve/connections.h"
#include "serve/reply.h"
#include "util/cleanup.h"
#include "set_clock.h"

#define ANSWER "{}"
#define GET "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
#define CROWD 64 /* as many as wait to be accepted */
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

static enum MHD_Result answer(void *self, struct exchange *exchange)
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

static void forget(void *self, struct exchange *exchange)
{
	(void)self;
	(void)exchange;
}

static void begin(struct world *world, const char *cert, const char *key)
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

static void end(struct world *world)
{
	listener_free(world->listener);
	assert_int_equal(close(world->fd), 0);
}

static int come(const struct world *world)
{
	struct address address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(address_of(world->fd, &address), 0);
	assert_int_equal(connect(fd, (void *)&address.place, address.len), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* One turn of the service's loop, which waits for as long as it was told. */
static bool turn(struct world *world)
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

static void turn_a_while(struct world *world)
{
	struct pollfd poll_fd = { .fd = listener_fd(world->listener), .events = POLLIN };

	do {
		listener_run(world->listener);
	} while (poll(&poll_fd, 1, 20) > 0);
}

/* Until it is over or so many answers came. */
static unsigned int read_answers(struct world *world, int fd, unsigned int wanted)
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
static ssize_t last_read(int fd)
{
	char bytes[65536];
	ssize_t got;

	do {
		got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (got > 0);
	return got < 0 && errno == ECONNRESET ? 0 : got;
}

/* Of ours as many as of the other side, and the listener's own. */
static unsigned int count_fds(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void one_that_goes_in_the_middle_is_forgotten_at_once(void **state)
{
	struct world world;
	unsigned int before;

	(void)state;
	begin(&world, NULL, NULL);
	before = count_fds();
	for (int i = 0; i < 20; i++) {
		int fd = come(&world);

		turn_a_while(&world);
		say(fd, "GET /x HTTP/1.1\r\n");
		assert_int_equal(close(fd), 0);
		turn_a_while(&world);
	}
	assert_int_equal(count_fds(), before);
	end(&world);
}

static void one_that_has_said_all_gets_the_answer(void **state)
{
	struct world world;
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	assert_int_equal(close(fd), 0);
	end(&world);
}

static void after_a_crowd_it_listens_again(void **state)
{
	struct world world;
	int fds[CROWD];
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	for (int i = 0; i < CROWD; i++)
		fds[i] = come(&world);
	turn_a_while(&world);
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(close(fds[i]), 0);
	turn_a_while(&world);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	assert_int_equal(close(fd), 0);
	end(&world);
}

/* None of these can make room: they wait for us, and it is we who end them. */
static void after_as_many_as_it_takes_it_listens_again(void **state)
{
	struct world world;
	int fds[CONNECTIONS_MAX];
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	world.is_holding = true;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = come(&world);
		say(fds[i], "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		turn_a_while(&world);
	}
	assert_int_equal(world.held_count, CONNECTIONS_MAX);
	world.is_holding = false;
	for (size_t i = 0; i < world.held_count; i++)
		MHD_resume_connection(world.held[i]);
	turn_a_while(&world);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		assert_int_equal(close(fds[i]), 0);
	assert_int_equal(close(fd), 0);
	end(&world);
}

static void requests_behind_each_other_are_answered_without_a_wait(void **state)
{
	struct world world;
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	fd = come(&world);
	for (int i = 0; i < 20; i++)
		say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 20), 20);
	assert_int_equal(world.answers, 20);
	assert_int_equal(world.waited_ms, 0);
	assert_int_equal(close(fd), 0);
	end(&world);
}

static void who_idles_makes_room(void **state)
{
	struct world world;
	int fds[4 * CONNECTIONS_MAX];
	unsigned int before, open_count = 0;
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	before = count_fds();
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++) {
		clock_advance_ms(1);
		fds[i] = come(&world);
		turn_a_while(&world);
	}
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++) {
		open_count += last_read(fds[i]) < 0;
		/* The last ones stay. */
		assert_true(i < 4 * CONNECTIONS_MAX - 50 || last_read(fds[i]) < 0);
		assert_int_equal(close(fds[i]), 0);
	}
	assert_in_range(open_count, 50, CONNECTIONS_EVICT);
	assert_int_equal(close(fd), 0);
	turn_a_while(&world);
	assert_int_equal(count_fds(), before);
	end(&world);
}

static void who_takes_his_time_is_cut_off(void **state)
{
	static const char head[] = "GET /x HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaa";
	struct world world;
	int idle, slow;

	(void)state;
	begin(&world, NULL, NULL);
	idle = come(&world);
	slow = come(&world);
	turn_a_while(&world);
	for (size_t i = 0; i < 19; i++) {
		assert_int_equal(send(slow, head + i, 1, MSG_NOSIGNAL), 1);
		clock_advance_ms(500);
		turn_a_while(&world);
	}
	assert_int_equal(last_read(idle), -1);
	assert_int_equal(last_read(slow), -1);
	clock_advance_ms(1000);
	turn_a_while(&world);
	assert_int_equal(last_read(idle), 0);
	assert_int_equal(last_read(slow), 0);
	assert_int_equal(close(idle), 0);
	assert_int_equal(close(slow), 0);
	end(&world);
}

static void who_reads_slowly_is_cut_off(void **state)
{
	struct world world;
	int fd, other;

	(void)state;
	begin(&world, NULL, NULL);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	/* Between two requests there is time: Prometheus asks once a minute. */
	clock_advance_ms(60000);
	turn_a_while(&world);
	assert_int_equal(last_read(fd), -1);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	/* But not for a byte now and then. */
	other = come(&world);
	turn_a_while(&world);
	for (int i = 0; i < 12; i++) {
		say(fd, "G");
		clock_advance_ms(11000);
		turn_a_while(&world);
	}
	assert_int_equal(last_read(fd), 0);
	assert_int_equal(last_read(other), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(other), 0);
	end(&world);
}

static void what_is_not_wanted_is_refused(void **state)
{
	static const struct {
		const char *request;
		const char *says;
	} cases[] = {
		{ "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "405" },
		{ "DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n", "405" },
		{ "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "400" },
		{ "GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		  "400" },
		{ "GET /x HTTP/1.1\r\n\r\n", "400" },
		{ "GET /x HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "400" },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505" },
		{ "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400" },
		{ "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200" },
	};
	struct world world;

	(void)state;
	begin(&world, NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4096] = "";
		int fd = come(&world);

		print_message("%s\n", cases[i].request);
		say(fd, cases[i].request);
		turn_a_while(&world);
		assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 12);
		assert_memory_equal(text + strlen("HTTP/1.1 "), cases[i].says, 3);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(world.answers, 1);
	end(&world);
}

static void garbage_leaves_nothing_behind(void **state)
{
	struct world world;
	unsigned int before, seed = 1;

	(void)state;
	begin(&world, NULL, NULL);
	before = count_fds();
	for (int i = 0; i < 300; i++) {
		char bytes[600];
		int fd = come(&world);

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (char)((seed = seed * 1103515245 + 12345) >> 16);
		if (i % 3 == 0)
			memcpy(bytes, "GET /", 5);
		assert_int_equal(send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL), sizeof(bytes));
		assert_int_equal(close(fd), 0);
		listener_run(world.listener);
	}
	turn_a_while(&world);
	assert_int_equal(count_fds(), before);
	end(&world);
}

static void make_certificate(char *ret_cert, char *ret_key, size_t size)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
	size_t cert_len = size, key_len = size;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	assert_int_equal(gnutls_x509_crt_init(&cert), 0);
	assert_int_equal(gnutls_x509_crt_set_version(cert, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(cert, "\1", 1), 0);
	assert_int_equal(gnutls_x509_crt_set_activation_time(cert, 0), 0);
	assert_int_equal(gnutls_x509_crt_set_expiration_time(cert, INT32_MAX), 0);
	assert_int_equal(gnutls_x509_crt_set_key(cert, key), 0);
	assert_int_equal(gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(gnutls_x509_crt_export(cert, GNUTLS_X509_FMT_PEM, ret_cert, &cert_len), 0);
	assert_int_equal(gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, ret_key, &key_len),
			 0);
	gnutls_x509_crt_deinit(cert);
	gnutls_x509_privkey_deinit(key);
}

/* The library asks to be called again at once, for as long as the rest does not come. */
static void half_a_greeting_of_tls_costs_nothing(void **state)
{
	char cert[4096], key[4096];
	struct world world;
	int fd;

	(void)state;
	make_certificate(cert, key, sizeof(cert));
	begin(&world, cert, key);
	fd = come(&world);
	say(fd, "\x16\x03\x01\x02");
	turn_a_while(&world);
	for (int i = 0; i < 20; i++)
		listener_run(world.listener);
	assert_true(listener_due_ns(world.listener) >= clock_now_ns + 10 * MS);
	assert_int_equal(close(fd), 0);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_goes_in_the_middle_is_forgotten_at_once),
		cmocka_unit_test(one_that_has_said_all_gets_the_answer),
		cmocka_unit_test(after_a_crowd_it_listens_again),
		cmocka_unit_test(after_as_many_as_it_takes_it_listens_again),
		cmocka_unit_test(requests_behind_each_other_are_answered_without_a_wait),
		cmocka_unit_test(who_idles_makes_room),
		cmocka_unit_test(who_takes_his_time_is_cut_off),
		cmocka_unit_test(who_reads_slowly_is_cut_off),
		cmocka_unit_test(what_is_not_wanted_is_refused),
		cmocka_unit_test(garbage_leaves_nothing_behind),
		cmocka_unit_test(half_a_greeting_of_tls_costs_nothing),
	};

	(void)alarm(GIVE_UP_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
