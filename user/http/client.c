/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "http/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "http/call_internal.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define EVENTS_AT_ONCE 16
#define CONNECTIONS_KEPT 16

struct http_client {
	CURLM *multi; /* owned */
	int epoll_fd; /* owned */
	uint64_t due_ns;
	struct http_call *calls; /* owned, those under way */
};

static uint32_t events_of(int what)
{
	uint32_t events = 0;

	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	return events;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *of_socket)
{
	const struct http_client *client = context;
	struct epoll_event event = { .events = events_of(what), .data.fd = fd };

	(void)easy;
	(void)of_socket;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(client->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, fd, &event) && errno == ENOENT)
		return epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct http_client *client = context;

	(void)multi;
	client->due_ns =
		timeout_ms < 0 ? HTTP_NEVER : clock_mono_ns() + (uint64_t)timeout_ms * NS_PER_MS;
	return 0;
}

static bool set_up(struct http_client *client)
{
	CURLM *multi = client->multi;

	return !curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	       !curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) &&
	       !curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	       !curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) &&
	       !curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
}

int http_client_new(struct http_client **ret_client)
{
	struct http_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		free(client);
		return -ENOMEM;
	}
	client->due_ns = HTTP_NEVER;
	client->multi = curl_multi_init();
	client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (!client->multi || client->epoll_fd < 0 || !set_up(client)) {
		http_client_free(client);
		return -ENOMEM;
	}
	*ret_client = client;
	return 0;
}

static void forget(struct http_client *client, struct http_call *call)
{
	for (struct http_call **at = &client->calls; *at; at = &(*at)->next) {
		if (*at != call)
			continue;
		*at = call->next;
		break;
	}
	(void)curl_multi_remove_handle(client->multi, call->easy);
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	while (client->calls)
		http_client_cancel(client, client->calls);
	if (client->multi)
		(void)curl_multi_cleanup(client->multi);
	if (client->epoll_fd >= 0)
		(void)close(client->epoll_fd);
	free(client);
	curl_global_cleanup();
}

int http_client_fd(const struct http_client *client)
{
	return client->epoll_fd;
}

uint64_t http_client_due_ns(const struct http_client *client)
{
	return client->due_ns;
}

static int happened(uint32_t events)
{
	int what = 0;

	if (events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	return what;
}

static void finish_done(struct http_client *client)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		CURLcode result = message->data.result;
		struct http_call *call = NULL;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call) ||
		    !call)
			continue;
		forget(client, call);
		http_call_tell(call, result);
		http_call_free(call);
	}
}

void http_client_run(struct http_client *client)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count = epoll_wait(client->epoll_fd, events, EVENTS_AT_ONCE, 0);
	int running;

	for (int i = 0; i < count; i++)
		(void)curl_multi_socket_action(client->multi, events[i].data.fd,
					       happened(events[i].events), &running);
	if (client->due_ns <= clock_mono_ns()) {
		/* A timer that is not set anew is over. */
		client->due_ns = HTTP_NEVER;
		(void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	finish_done(client);
}

int http_client_send(struct http_client *client, const struct http_request *request,
		     http_done_fn done, void *context, struct http_call **ret_call)
{
	AUTO(http_call) struct http_call *call = NULL;
	int r = http_call_new(request, &call);

	if (r)
		return r;
	call->done = done;
	call->context = context;
	if (curl_multi_add_handle(client->multi, call->easy))
		return -ENOMEM;
	call->next = client->calls;
	client->calls = call;
	if (ret_call)
		*ret_call = call;
	call = NULL;
	return 0;
}

void http_client_cancel(struct http_client *client, struct http_call *call)
{
	forget(client, call);
	http_call_free(call);
}
