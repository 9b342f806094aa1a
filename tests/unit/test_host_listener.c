/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Strangers at the listener: who goes, who takes his time, who asks for what there is not. */
#include "listener_world.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

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
		cmocka_unit_test(requests_behind_each_other_are_answered_without_a_wait),
		cmocka_unit_test(who_takes_his_time_is_cut_off),
		cmocka_unit_test(who_reads_slowly_is_cut_off),
		cmocka_unit_test(what_is_not_wanted_is_refused),
		cmocka_unit_test(garbage_leaves_nothing_behind),
		cmocka_unit_test(half_a_greeting_of_tls_costs_nothing),
	};

	(void)alarm(GIVE_UP_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
