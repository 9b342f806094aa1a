/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "http/call_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/url.h"
#include "util/cleanup.h"
#include "util/units.h"

#define CONNECT_NS (5 * NS_PER_S)
#define TOTAL_NS (10 * NS_PER_S)
#define STATUS_FIRST 100

/* Less than all that came ends the call. */
static size_t on_body(const char *data, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t len = size * count, room = HTTP_ANSWER_BYTES - call->body.len;

	if (len <= room) {
		buf_append(&call->body, data, len);
		return call->body.error ? 0 : len;
	}
	buf_append(&call->body, data, room);
	call->is_cut = true;
	return 0;
}

static size_t on_head(const char *data, size_t size, size_t count, void *context)
{
	struct http_call *call = context;

	(void)data;
	call->head_bytes += size * count;
	return call->head_bytes <= HTTP_ANSWER_BYTES ? size * count : 0;
}

/* Of no use to what is executed meanwhile. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)context;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool set_text(CURL *easy, CURLoption option, const char *text)
{
	return !text || !curl_easy_setopt(easy, option, text);
}

static bool set_time(CURL *easy, CURLoption option, uint64_t ns, uint64_t usual_ns)
{
	uint64_t ms = (ns ? ns : usual_ns) / NS_PER_MS;

	return !curl_easy_setopt(easy, option, (long)(ms ? ms : 1));
}

/* What holds for every request. */
static bool set_limits(CURL *easy)
{
	return !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) &&
	       /* A name server that is silent would be waited for when the time is over. */
	       !curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}

static bool set_answer(struct http_call *call)
{
	CURL *easy = call->easy;

	return !curl_easy_setopt(easy, CURLOPT_PRIVATE, call) &&
	       !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
}

static bool add_header(struct http_call *call, const char *header)
{
	struct curl_slist *headers = curl_slist_append(call->headers, header);

	if (headers)
		call->headers = headers;
	return headers;
}

static bool add_authorization(struct http_call *call, const char *authorization)
{
	AUTO(buf) struct buf header = { 0 };

	if (!authorization)
		return true;
	buf_printf(&header, "Authorization: %s", authorization);
	return !header.error && add_header(call, header.data);
}

static bool set_headers(struct http_call *call, const struct http_request *request)
{
	/* Else a body of a megabyte waits a second for a word that most servers never say. */
	bool is_set =
		add_header(call, "Expect:") && add_authorization(call, request->authorization);

	for (const char *const *header = request->headers; header && *header && is_set; header++)
		is_set = add_header(call, *header);
	return is_set && !curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static bool set_body(CURL *easy, const struct http_request *request)
{
	const char *method = request->method ? request->method : "POST";

	if (!request->body && strcmp(method, "POST") != 0)
		return !curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	return !curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_len) &&
	       !curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "") &&
	       !curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool set_request(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	return set_text(easy, CURLOPT_URL, request->url) &&
	       set_text(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_path) &&
	       set_text(easy, CURLOPT_CAINFO, request->ca_file) &&
	       set_text(easy, CURLOPT_USERPWD, request->user) &&
	       set_time(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ns, CONNECT_NS) &&
	       set_time(easy, CURLOPT_TIMEOUT_MS, request->total_ns, TOTAL_NS) &&
	       set_headers(call, request) && set_body(easy, request);
}

/* A line's end in one of these would begin another header, or another request. */
static bool is_one_line(const char *text)
{
	return !text || !text[strcspn(text, "\r\n")];
}

static bool may_be_sent(const struct http_request *request)
{
	if (url_check(request->url) || !is_one_line(request->authorization) ||
	    (request->method &&
	     (!*request->method ||
	      request->method[strspn(request->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])))
		return false;
	for (const char *const *header = request->headers; header && *header; header++)
		if (!is_one_line(*header))
			return false;
	return true;
}

int http_call_new(const struct http_request *request, struct http_call **ret_call)
{
	AUTO(http_call) struct http_call *call = NULL;

	if (!may_be_sent(request))
		return -EINVAL;
	call = calloc(1, sizeof(*call));
	if (!call)
		return -ENOMEM;
	call->easy = curl_easy_init();
	if (!call->easy || !set_limits(call->easy) || !set_answer(call) ||
	    !set_request(call, request))
		return -ENOMEM;
	*ret_call = TAKE(call);
	return 0;
}

void http_call_free(struct http_call *call)
{
	if (!call)
		return;
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	buf_done(&call->body);
	free(call);
}

static const char *words_of(const struct http_call *call, CURLcode result)
{
	if (call->body.error)
		return "no memory for the answer";
	if (call->head_bytes > HTTP_ANSWER_BYTES)
		return "the head of the answer has no end";
	return call->error[0] ? call->error : curl_easy_strerror(result);
}

void http_call_tell(struct http_call *call, CURLcode result)
{
	struct http_answer answer = {
		.body = buf_text(&call->body),
		.body_len = call->body.len,
		.is_cut = call->is_cut,
	};
	curl_off_t retry_after_s = 0;
	long status = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (result != CURLE_OK && !call->is_cut)
		answer.error = words_of(call, result);
	else if (status >= STATUS_FIRST)
		answer.status = (unsigned int)status;
	else
		answer.error = "the answer has no status";
	if (retry_after_s > 0)
		answer.retry_after_s = (uint64_t)retry_after_s;
	call->done(call->context, &answer);
}
