/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/reply.h"

#include <string.h>

#include "util/cleanup.h"
#include "util/json.h"
#include "util/parse.h"

static void add_headers(struct MHD_Response *response, const char *type, bool is_packed)
{
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	(void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (is_packed)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

struct MHD_Response *reply_of(struct buf *buf, const char *type, bool is_packed)
{
	struct MHD_Response *response;

	if (buf->error || !buf->data)
		return NULL;
	response = MHD_create_response_from_buffer(buf->len, buf->data, MHD_RESPMEM_MUST_FREE);
	if (!response)
		return NULL;
	*buf = (struct buf){ 0 };
	add_headers(response, type, is_packed);
	return response;
}

static void add_header_of(struct MHD_Response *response, unsigned int status)
{
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					      "Basic realm=\"denet\", charset=\"UTF-8\"");
}

enum MHD_Result reply_error(struct MHD_Connection *connection, unsigned int status,
			    const char *text)
{
	AUTO(buf) struct buf buf = { 0 };
	struct MHD_Response *response;
	enum MHD_Result result;
	struct json json;

	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_string(&json, "error", text);
	json_object_end(&json);
	buf_append_char(&buf, '\n');
	response = reply_of(&buf, "application/json", false);
	if (!response)
		return MHD_NO;
	add_header_of(response, status);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* "gzip;q=0" is a no. */
static bool is_wanted(struct parse_span item, const char *word)
{
	struct parse_span name;

	/* Nothing stands between two commas. */
	if (!parse_take_until(&item, ';', &name))
		return false;
	if (!parse_span_equals(parse_span_trim(name), word))
		return false;
	item = parse_span_trim(item);
	if (!parse_take_literal(&item, "q=0"))
		return true;
	/* As much as there may be: 0.000 */
	while (item.len && (*item.at == '.' || *item.at == '0')) {
		item.at++;
		item.len--;
	}
	return item.len && *item.at != ';';
}

bool reply_accepts(const char *header, const char *word)
{
	struct parse_span rest = parse_span_of(header ? header : ""), item;

	while (parse_take_until(&rest, ',', &item))
		if (is_wanted(item, word))
			return true;
	return false;
}
