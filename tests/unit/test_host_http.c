/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Requests to servers that do as they should, and to those that do not. */
#include <errno.h>
#include <netdb.h>
#include <time.h>

#include "http_server.h"

#include "http/client.h"
#include "http/secret.h"
#include "http/url.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define OK "HTTP/1.1 204 No Content\r\n\r\n"
#define STEPS(...) ((const struct http_step[]){ __VA_ARGS__ })
/* Longer than the name server of a test is silent, and no test waits for it. */
#define LONG_NS (600 * NS_PER_S)

struct outcome {
	int calls;
	unsigned int status;
	uint64_t retry_after_s;
	char error[300];
	char body[100];
	size_t body_len;
	bool is_cut;
};

static void note(void *context, const struct http_answer *answer)
{
	struct outcome *outcome = context;

	outcome->calls++;
	outcome->status = answer->status;
	outcome->retry_after_s = answer->retry_after_s;
	(void)snprintf(outcome->error, sizeof(outcome->error), "%s",
		       answer->error ? answer->error : "");
	(void)snprintf(outcome->body, sizeof(outcome->body), "%s", answer->body);
	outcome->body_len = answer->body_len;
	outcome->is_cut = answer->is_cut;
}

static void wait_for(struct http_client *client)
{
	uint64_t now_ns = clock_mono_ns(), due_ns = http_client_due_ns(client);
	uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
	struct pollfd fd = { .fd = http_client_fd(client), .events = POLLIN };

	(void)ppoll(&fd, 1, due_ns == HTTP_NEVER ? NULL : &left, NULL);
	http_client_run(client);
}

static void run_until(struct http_client *client, const struct outcome *outcome, int calls)
{
	while (outcome->calls < calls)
		wait_for(client);
}

static struct http_client *new_client(void)
{
	struct http_client *client;

	assert_int_equal(http_client_new(&client), 0);
	return client;
}

static struct outcome ask(const struct http_request *request)
{
	struct http_client *client = new_client();
	struct outcome outcome = { 0 };

	assert_int_equal(http_client_send(client, request, note, &outcome, NULL), 0);
	assert_int_equal(outcome.calls, 0);
	run_until(client, &outcome, 1);
	http_client_free(client);
	assert_int_equal(outcome.calls, 1);
	return outcome;
}

/* The server's answer to one request of nothing special. */
static struct outcome ask_once(const char *answer, enum http_after after)
{
	struct http_server server;
	struct outcome outcome;

	http_server_start(&server, STEPS({ answer, after }), 1);
	outcome = ask(&(struct http_request){ .url = server.url });
	http_server_stop(&server);
	http_server_done(&server);
	return outcome;
}

static void a_request_arrives_as_it_was_made(void **state)
{
	static const char *const headers[] = { "Content-Type: text/plain", NULL };
	struct http_server server;
	struct outcome outcome;
	const char *text;

	(void)state;
	http_server_start(&server,
			  STEPS({ "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood", HTTP_KEEP }),
			  1);
	outcome = ask(&(struct http_request){ .url = server.url,
					      .method = "PUT",
					      .headers = headers,
					      .body = "a\0b",
					      .body_len = 3,
					      .authorization = "Token x y" });
	http_server_stop(&server);
	assert_int_equal(outcome.status, 200);
	assert_string_equal(outcome.error, "");
	assert_string_equal(outcome.body, "good");
	assert_false(outcome.is_cut);
	text = buf_text(&server.requests[0]);
	assert_int_equal(strncmp(text, "PUT / HTTP/1.1\r\n", 16), 0);
	assert_non_null(strstr(text, "\r\nAuthorization: Token x y\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Length: 3\r\n"));
	assert_null(strstr(text, "Expect"));
	assert_memory_equal(text + server.requests[0].len - 7, "\r\n\r\na\0b", 7);
	http_server_done(&server);
}

static void a_connection_is_used_again(void **state)
{
	struct http_client *client = new_client();
	struct outcome outcome = { 0 };
	struct http_server server;

	(void)state;
	http_server_start(&server, STEPS({ OK, HTTP_KEEP }), 1);
	for (int i = 1; i <= 3; i++) {
		/* The server takes no second one while the first is open: a new one would have no answer. */
		assert_int_equal(http_client_send(client,
						  &(struct http_request){ .url = server.url,
									  .total_ns = LONG_NS },
						  note, &outcome, NULL),
				 0);
		run_until(client, &outcome, i);
		assert_int_equal(outcome.status, 204);
	}
	http_client_free(client);
	http_server_stop(&server);
	assert_int_equal(server.count, 3);
	http_server_done(&server);
}

static void a_socket_with_a_path_is_asked(void **state)
{
	char path[] = "/tmp/denet-http-XXXXXX", socket_path[64];
	struct http_server server;
	struct outcome outcome;

	(void)state;
	assert_non_null(mkdtemp(path));
	(void)snprintf(socket_path, sizeof(socket_path), "%s/s", path);
	http_server_start_unix(&server, socket_path, STEPS({ OK, HTTP_KEEP }), 1);
	outcome = ask(&(struct http_request){
		.url = "http://name.invalid/x", .unix_path = socket_path, .user = "me:pass:word" });
	http_server_stop(&server);
	assert_int_equal(outcome.status, 204);
	assert_non_null(strstr(buf_text(&server.requests[0]), "Basic bWU6cGFzczp3b3Jk\r\n"));
	http_server_done(&server);
	(void)unlink(socket_path);
	(void)rmdir(path);
}

static void statuses_are_told_with_when_to_come_again(void **state)
{
	struct outcome outcome = ask_once(
		"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", HTTP_KEEP);

	(void)state;
	assert_int_equal(outcome.status, 429);
	assert_int_equal(outcome.retry_after_s, 7);
	outcome = ask_once("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", HTTP_KEEP);
	assert_int_equal(outcome.status, 500);
	assert_int_equal(outcome.retry_after_s, 0);
	assert_string_equal(outcome.body, "no");
}

static void no_redirect_is_followed(void **state)
{
	struct outcome outcome = ask_once(
		"HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
		HTTP_KEEP);

	(void)state;
	assert_int_equal(outcome.status, 301);
	assert_string_equal(outcome.body, "");
}

static void what_has_no_end_is_cut(void **state)
{
	struct outcome outcome = ask_once("HTTP/1.1 200 OK\r\n\r\nbody", HTTP_REPEAT);

	(void)state;
	assert_int_equal(outcome.status, 200);
	assert_true(outcome.is_cut);
	assert_int_equal(outcome.body_len, HTTP_ANSWER_BYTES);
	outcome = ask_once("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n", HTTP_REPEAT);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.error, "the head of the answer has no end");
}

static void what_is_no_answer_is_an_error(void **state)
{
	static const char *const wrong[] = { "",
					     "garbage\r\n\r\n",
					     "HTTP/1.1 2",
					     "\n\n\n",
					     "HTTP/9.9 200 OK\r\n\r\n",
					     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome = ask_once(wrong[i], HTTP_CLOSE);

		assert_int_equal(outcome.status, 0);
		assert_string_not_equal(outcome.error, "");
	}
}

/* By a clock that is asked for, not by ours: the time of the request is its own. */
static void who_is_silent_is_left(void **state)
{
	struct http_server server;
	struct outcome outcome;

	(void)state;
	http_server_start(&server, STEPS({ "", HTTP_HOLD }), 1);
	outcome = ask(&(struct http_request){ .url = server.url, .total_ns = 50 * NS_PER_MS });
	http_server_stop(&server);
	http_server_done(&server);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.error, "timed out"));
	outcome = ask(&(struct http_request){ .url = server.url });
	assert_non_null(strstr(outcome.error, "onnect"));
}

static void plain_text_is_no_tls(void **state)
{
	struct http_server server;
	struct outcome outcome;
	char url[64];

	(void)state;
	http_server_start(&server, STEPS({ "HTTP/1.1 200 OK\r\n\r\n", HTTP_CLOSE }), 1);
	(void)snprintf(url, sizeof(url), "https%s", server.url + 4);
	/* What it is sent has no end of a head: it waits for one, and the request ends by itself. */
	outcome = ask(&(struct http_request){ .url = url, .total_ns = 100 * NS_PER_MS });
	http_server_stop(&server);
	http_server_done(&server);
	assert_int_equal(outcome.status, 0);
	assert_string_not_equal(outcome.error, "");
}

/* libcurl asks here: who asks for this name waits until the test lets go. */
static int name_server[2];

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
						       const struct addrinfo *hints,
						       struct addrinfo **ret_list);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret_list)
{
	char byte;

	(void)node;
	(void)service;
	(void)hints;
	(void)ret_list;
	(void)!read(name_server[0], &byte, 1);
	return EAI_FAIL;
}

static void a_silent_name_server_is_not_waited_for(void **state)
{
	struct outcome outcome;

	(void)state;
	assert_int_equal(pipe(name_server), 0);
	outcome = ask(&(struct http_request){ .url = "http://slow.invalid/",
					      .connect_ns = 20 * NS_PER_MS });
	/* It would never have come back from there. */
	assert_int_equal(outcome.status, 0);
	assert_string_not_equal(outcome.error, "");
	(void)close(name_server[1]);
}

static void the_environment_names_no_proxy(void **state)
{
	struct http_server server;
	struct outcome outcome;

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	http_server_start(&server, STEPS({ OK, HTTP_KEEP }), 1);
	outcome = ask(&(struct http_request){ .url = server.url });
	http_server_stop(&server);
	http_server_done(&server);
	assert_int_equal(outcome.status, 204);
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
}

static void what_is_cancelled_is_not_told(void **state)
{
	struct http_client *client = new_client();
	struct outcome first = { 0 }, second = { 0 };
	struct http_call *call;
	struct http_server server;

	(void)state;
	http_server_start(&server, STEPS({ OK, HTTP_CLOSE }), 1);
	assert_int_equal(http_client_send(client, &(struct http_request){ .url = server.url }, note,
					  &first, &call),
			 0);
	http_client_run(client);
	http_client_cancel(client, call);
	assert_int_equal(http_client_send(client, &(struct http_request){ .url = server.url }, note,
					  &second, NULL),
			 0);
	run_until(client, &second, 1);
	assert_int_equal(first.calls, 0);
	/* And one under way is freed with all. */
	assert_int_equal(http_client_send(client, &(struct http_request){ .url = server.url }, note,
					  &first, NULL),
			 0);
	http_client_free(client);
	assert_int_equal(first.calls, 0);
	http_server_stop(&server);
	http_server_done(&server);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	static const char *const split[] = { "A: b\r\nC: d", NULL };
	static const struct http_request wrong[] = {
		{ .url = "file:///etc/passwd" },
		{ .url = "http://me:pw@127.0.0.1/" },
		{ .url = "http://127.0.0.1/", .authorization = "x\r\nHost: y" },
		{ .url = "http://127.0.0.1/", .method = "GET / HTTP/1.1\r\n" },
		{ .url = "http://127.0.0.1/", .method = "" },
		{ .url = "http://127.0.0.1/", .headers = split },
	};
	struct http_client *client = new_client();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(http_client_send(client, &wrong[i], note, NULL, NULL), -EINVAL);
	http_client_free(client);
}

static void urls_are_checked(void **state)
{
	static const char *const right[] = { "http://h", "https://h:1/p?q=1", "http://[::1]:80/",
					     "HTTP://h/" };
	static const char *const wrong[] = {
		NULL,
		"",
		"h:80",
		"ftp://h/",
		"http://",
		"http://a:b@h/",
		"http://h:x/",
		"http://h:99999",
		"http://h/ x",
		"http://h/#x",
		"http://h/\r\nX:",
		"unix:/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_null(url_check(right[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(url_check(wrong[i]));
}

static int read_secret_of(const char *text, size_t len, char **ret_secret)
{
	char path[] = "/tmp/denet-secret-XXXXXX";
	AUTO_FD int fd = mkstemp(path);
	int r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	r = secret_read(path, ret_secret);
	/* And as one of the service's credentials, by its name alone. */
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/tmp", 1), 0);
	if (!r) {
		secret_free(*ret_secret);
		assert_int_equal(secret_read(strrchr(path, '/') + 1, ret_secret), 0);
	}
	assert_int_equal(secret_read("none", ret_secret), -ENOENT);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	(void)unlink(path);
	return r;
}

static void a_secret_is_one_line_of_a_file(void **state)
{
	static char large[5000];
	char *secret = NULL;

	(void)state;
	assert_int_equal(read_secret_of("to ken==\r\n", 10, &secret), 0);
	assert_string_equal(secret, "to ken==");
	secret_free(secret);
	secret = NULL;
	assert_int_equal(read_secret_of("", 0, &secret), -EINVAL);
	assert_int_equal(read_secret_of("\n", 1, &secret), -EINVAL);
	assert_int_equal(read_secret_of("a\nb\n", 4, &secret), -EINVAL);
	assert_int_equal(read_secret_of("a\0b", 3, &secret), -EINVAL);
	memset(large, 'x', sizeof(large));
	assert_int_equal(read_secret_of(large, sizeof(large), &secret), -E2BIG);
	assert_int_equal(secret_read("/tmp", &secret), -EISDIR);
	assert_null(secret);
}

static void a_part_of_a_url_stays_one(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	url_append_part(&buf, "a b/c?d&e=%\xff\n~.-_");
	assert_string_equal(buf_text(&buf), "a%20b%2Fc%3Fd%26e%3D%25%FF%0A~.-_");
	buf_reset(&buf);
	url_append_told(&buf, "http://h/write?p=secret");
	assert_string_equal(buf_text(&buf), "http://h/write");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_arrives_as_it_was_made),
		cmocka_unit_test(a_connection_is_used_again),
		cmocka_unit_test(a_socket_with_a_path_is_asked),
		cmocka_unit_test(statuses_are_told_with_when_to_come_again),
		cmocka_unit_test(no_redirect_is_followed),
		cmocka_unit_test(what_has_no_end_is_cut),
		cmocka_unit_test(what_is_no_answer_is_an_error),
		cmocka_unit_test(who_is_silent_is_left),
		cmocka_unit_test(plain_text_is_no_tls),
		cmocka_unit_test(a_silent_name_server_is_not_waited_for),
		cmocka_unit_test(the_environment_names_no_proxy),
		cmocka_unit_test(what_is_cancelled_is_not_told),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
		cmocka_unit_test(urls_are_checked),
		cmocka_unit_test(a_secret_is_one_line_of_a_file),
		cmocka_unit_test(a_part_of_a_url_stays_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
