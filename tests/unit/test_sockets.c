/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Sockets of a namespace: their states, for each address that is listened at. */
#include "procfs/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"

#define REST " 00000000:00000000 00:00000000 00000000     0        0 0 1 0 100 0 0 10 0"
#define V6_ANY "00000000000000000000000000000000"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void add(struct sockets *sockets, bool is_v6, const char *local, const char *state)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "   0: %s 00000000:0000 %s" REST, local, state);
	sockets_add_line(sockets, parse_span_of(line), is_v6);
}

static const char *text_of(const struct socket_address *address)
{
	static char text[SOCKETS_ADDRESS_BYTES];

	sockets_format(address, text);
	return text;
}

static void each_belongs_to_the_address_that_it_came_to(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	add(&sockets, false, "00000000:0050", "0A"); /* all, port 80 */
	add(&sockets, false, "00000000:0050", "0A"); /* a second one there */
	add(&sockets, false, "0100007F:0050", "0A"); /* of port 80 this address apart */
	add(&sockets, false, "0100007F:0050", "01");
	add(&sockets, false, "0200000A:0050", "01");
	add(&sockets, false, "0200000A:0050", "06");
	add(&sockets, false, "0200000A:0051", "01"); /* nobody listens there: from here */
	assert_int_equal(sockets.count, 2);
	assert_string_equal(text_of(&sockets.listeners[0].address), "0.0.0.0:80");
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_LISTEN], 2);
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_ESTABLISHED], 1);
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_TIME_WAIT], 1);
	assert_string_equal(text_of(&sockets.listeners[1].address), "127.0.0.1:80");
	assert_int_equal(sockets.listeners[1].counts.of[SOCKET_ESTABLISHED], 1);
	assert_int_equal(sockets.all.of[SOCKET_ESTABLISHED], 3);
	assert_int_equal(sockets.all.of[SOCKET_LISTEN], 3);
}

/* Whoever listens with version 6 hears version 4 as well, unless somebody does with that. */
static void version_six_hears_four(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	add(&sockets, true, V6_ANY ":0050", "0A");
	add(&sockets, true, "B80D0120000000000000000001000000:0051", "0A");
	add(&sockets, true, "0000000000000000FFFF00000200000A:0050", "01");
	add(&sockets, false, "0200000A:0050", "03");
	add(&sockets, false, "0200000A:0051", "03");
	assert_string_equal(text_of(&sockets.listeners[0].address), "[::]:80");
	assert_string_equal(text_of(&sockets.listeners[1].address), "[2001:db8::1]:81");
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_ESTABLISHED], 1);
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_SYN_RECV], 1);
	assert_int_equal(sockets.listeners[1].counts.of[SOCKET_SYN_RECV], 0);
	add(&sockets, false, "00000000:0050", "0A");
	add(&sockets, false, "0200000A:0050", "01");
	assert_int_equal(sockets.listeners[2].counts.of[SOCKET_ESTABLISHED], 1);
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_ESTABLISHED], 1);
}

static void what_is_no_socket_counts_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"  sl  local_address rem_address   st tx_queue rx_queue",
		"0: 0100007F:0050 00000000:0000",
		"0: 0100007F:0050 00000000:0000 1",
		"0: 0100007F:0050 00000000:0000 00",
		"0: 0100007F:0050 00000000:0000 0D",
		"0: 0100007F:0050 00000000:0000 FF",
		"0: 0100007F:0050 00000000:0000 011",
		"0: 0100007F:005 00000000:0000 01",
		"0: 0100007F:00500 00000000:0000 01",
		"0: 0100007F0050 00000000:0000 01",
		"0: 0100007:0050 00000000:0000 01",
		"0: 0100007g:0050 00000000:0000 01",
		"0: \xff\xff\xff\xff\xff\xff\xff\xff:0050 00000000:0000 01",
		"0: 00000000000000000000000001000000:0050 00000000:0000 01",
	};
	struct sockets sockets = { 0 };
	static const struct sockets none;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		sockets_add_line(&sockets, parse_span_of(bad[i]), false);
	sockets_add_line(&sockets, parse_span_of("0: 0100007F:0050 00000000:0000 01"), true);
	assert_memory_equal(&sockets, &none, sizeof(none));
}

static void listeners_are_bounded_and_the_others_counted(void **state)
{
	struct sockets sockets = { 0 };
	char local[32];

	(void)state;
	for (unsigned int port = 1; port <= SOCKETS_LISTENERS_MAX + 5; port++) {
		(void)snprintf(local, sizeof(local), "00000000:%04X", port);
		add(&sockets, false, local, "0A");
	}
	add(&sockets, false, local, "01");
	assert_int_equal(sockets.count, SOCKETS_LISTENERS_MAX);
	assert_int_equal(sockets.omitted, 5);
	assert_int_equal(sockets.all.of[SOCKET_LISTEN], SOCKETS_LISTENERS_MAX + 5);
	assert_int_equal(sockets.all.of[SOCKET_ESTABLISHED], 1);
}

static void files_of_a_process_are_read_where_it_has_sockets(void **state)
{
	struct sockets sockets;

	(void)state;
	/* 100 has lines of garbage and of 5,000 bytes among the others. */
	assert_int_equal(sockets_read(&fixture, 100, &sockets), 0);
	assert_int_equal(sockets.count, 2);
	assert_string_equal(text_of(&sockets.listeners[0].address), "[::]:8080");
	assert_string_equal(text_of(&sockets.listeners[1].address), "127.0.0.1:5432");
	assert_int_equal(sockets.listeners[0].counts.of[SOCKET_CLOSE_WAIT], 1);
	assert_int_equal(sockets.listeners[1].counts.of[SOCKET_ESTABLISHED], 2);
	assert_int_equal(sockets.all.of[SOCKET_ESTABLISHED], 3);
	assert_false(sockets.is_cut);
	/* 108 has a line too, and a count that says it has none: the file is not even looked at. */
	assert_int_equal(sockets_read(&fixture, 108, &sockets), 0);
	assert_int_equal(sockets.all.of[SOCKET_ESTABLISHED], 0);
	assert_int_equal(sockets_read(&fixture, 999, &sockets), -ESRCH);
}

/* Of the kernel itself: who listens here is heard of, and who came. */
static void our_own_are_found(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	AUTO_FD int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_FD int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_FD int in = -1;
	static const struct socket_listener none;
	const struct socket_listener *found = &none;
	struct sockets sockets;

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listening, 5), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(connect(out, (struct sockaddr *)&address, len), 0);
	in = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(in >= 0);
	assert_int_equal(sockets_read(procfs_host(), 0, &sockets), 0);
	for (size_t i = 0; i < sockets.count; i++)
		if (sockets.listeners[i].address.port == ntohs(address.sin_port) &&
		    !sockets.listeners[i].address.is_v6)
			found = &sockets.listeners[i];
	/* A machine with more listeners than are told may leave ours out. */
	if (sockets.omitted)
		skip();
	assert_int_equal(found->counts.of[SOCKET_LISTEN], 1);
	assert_int_equal(found->counts.of[SOCKET_ESTABLISHED], 1);
	assert_true(sockets.all.of[SOCKET_ESTABLISHED] >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_belongs_to_the_address_that_it_came_to),
		cmocka_unit_test(version_six_hears_four),
		cmocka_unit_test(what_is_no_socket_counts_nothing),
		cmocka_unit_test(listeners_are_bounded_and_the_others_counted),
		cmocka_unit_test(files_of_a_process_are_read_where_it_has_sockets),
		cmocka_unit_test(our_own_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
