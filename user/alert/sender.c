/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/sender.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"
#include "http/secret.h"
#include "http/url.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/units.h"

#define WAIT_MIN_NS NS_PER_S
#define WAIT_MAX_NS (60 * NS_PER_S)
#define RETRY_AFTER_MAX_S 300
#define STATUS_OK 200
#define STATUS_MULTIPLE 300
#define STATUS_TIMEOUT 408
#define STATUS_TOO_MANY 429
#define STATUS_SERVER 500
#define TOLD_BYTES 200

static int read_token(struct sender *sender, const char *file)
{
	AUTO(secret) char *token = NULL;
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (!file)
		return 0;
	r = secret_read(file, &token);
	if (r)
		return log_error(r, "cannot read the token of '%s'", file);
	buf_printf(&text, "Bearer %s", token);
	if (text.error)
		return text.error;
	sender->authorization = TAKE(text.data);
	return 0;
}

int sender_init(struct sender *sender, const struct settings_target *target, const char *path,
		struct http_client *client, sender_done_fn done, void *context)
{
	size_t len = strlen(target->url.text);
	AUTO(buf) struct buf url = { 0 };

	*sender = (struct sender){
		.client = client, .timeout_ns = target->timeout_ns, .done = done, .context = context
	};
	while (*path && len && target->url.text[len - 1] == '/')
		len--;
	buf_append(&url, target->url.text, len);
	buf_append_text(&url, path);
	if (target->ca_file)
		sender->ca_file = strdup(target->ca_file);
	if (url.error || (target->ca_file && !sender->ca_file))
		return log_error(-ENOMEM, "cannot send alerts");
	sender->url = TAKE(url.data);
	return read_token(sender, target->token_file);
}

void sender_done(struct sender *sender)
{
	if (sender->call)
		http_client_cancel(sender->client, sender->call);
	secret_free(sender->authorization);
	free(sender->ca_file);
	free(sender->url);
	*sender = (struct sender){ 0 };
}

bool sender_is_free(const struct sender *sender, uint64_t now_ns)
{
	return !sender->call && now_ns >= sender->next_ns;
}

uint64_t sender_due_ns(const struct sender *sender)
{
	return sender->call ? SENDER_NEVER : sender->next_ns;
}

static enum sender_result result_of(const struct http_answer *answer)
{
	unsigned int status = answer->status;

	if (!status || status >= STATUS_SERVER || status == STATUS_TIMEOUT ||
	    status == STATUS_TOO_MANY)
		return SENDER_AGAIN;
	return status >= STATUS_OK && status < STATUS_MULTIPLE ? SENDER_TAKEN : SENDER_REFUSED;
}

/* Twice as long each time, and not at the same time as others. */
static uint64_t wait_of(const struct sender *sender, uint64_t retry_after_s, uint64_t now_ns)
{
	uint64_t wait_ns = WAIT_MIN_NS;

	if (retry_after_s)
		return (retry_after_s < RETRY_AFTER_MAX_S ? retry_after_s : RETRY_AFTER_MAX_S) *
		       NS_PER_S;
	for (unsigned int i = 1; i < sender->failures && wait_ns < WAIT_MAX_NS; i++)
		wait_ns *= 2;
	if (wait_ns > WAIT_MAX_NS)
		wait_ns = WAIT_MAX_NS;
	return wait_ns - now_ns / NS_PER_US % (wait_ns / 4);
}

static void tell(struct sender *sender, enum sender_result result, const struct http_answer *answer)
{
	AUTO(buf) struct buf name = { 0 };
	size_t len = answer->body ? strcspn(answer->body, "\r\n") : 0;

	url_append_told(&name, sender->url);
	if (result == SENDER_AGAIN && !sender->is_out) {
		if (answer->error)
			log_warning("%s takes no alerts: %s", buf_text(&name), answer->error);
		else
			log_warning("%s takes no alerts: status %u", buf_text(&name),
				    answer->status);
	} else if (result == SENDER_REFUSED && !sender->is_refused) {
		log_warning("%s refuses alerts: status %u%s%.*s", buf_text(&name), answer->status,
			    len ? ": " : "", (int)(len < TOLD_BYTES ? len : TOLD_BYTES),
			    answer->body ? answer->body : "");
	} else if (result == SENDER_TAKEN && sender->is_out) {
		log_warning("%s takes alerts again", buf_text(&name));
	}
	sender->is_out = result == SENDER_AGAIN;
	sender->is_refused = result == SENDER_REFUSED;
}

static void on_done(void *context, const struct http_answer *answer)
{
	struct sender *sender = context;
	enum sender_result result = result_of(answer);
	uint64_t now_ns = clock_mono_ns();

	sender->call = NULL;
	sender->failures = result == SENDER_AGAIN ? sender->failures + 1 : 0;
	sender->next_ns = result == SENDER_AGAIN
				  ? now_ns + wait_of(sender, answer->retry_after_s, now_ns)
				  : 0;
	tell(sender, result, answer);
	sender->done(sender->context, result);
}

void sender_send(struct sender *sender, const struct buf *body)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	const struct http_request request = {
		.url = sender->url,
		.headers = headers,
		.body = body->data,
		.body_len = body->len,
		.total_ns = sender->timeout_ns,
		.ca_file = sender->ca_file,
		.authorization = sender->authorization,
	};
	int r = http_client_send(sender->client, &request, on_done, sender, &sender->call);
	struct http_answer none = { 0 };

	if (!r)
		return;
	none.error = strerror(-r);
	on_done(sender, &none);
}
