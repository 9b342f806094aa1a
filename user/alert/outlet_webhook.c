/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A request for each, in the shape that Alertmanager sends to webhooks. */
#include "alert/outlet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "alert/sender.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#define WAITING_MAX 64
#define TRIES_MAX 30
#define NEVER "0001-01-01T00:00:00Z"
#define RECEIVER "denet-bpf-host"

struct webhook {
	struct sender sender; /* owned */
	struct buf waiting[WAITING_MAX]; /* owned: a ring; the first may be under way */
	size_t first;
	size_t count;
	unsigned int tries; /* of the first */
	bool is_losing; /* which was told */
};

static void write_alert(struct json *json, const struct alert *alert, const char *fingerprint)
{
	json_object_begin(json, NULL);
	json_string(json, "status", alert->state == ALERT_RESOLVED ? "resolved" : "firing");
	alert_write_labels(json, "labels", alert);
	alert_write_annotations(json, "annotations", alert);
	alert_write_time(json, "startsAt", alert->starts_ms);
	if (alert->state == ALERT_RESOLVED)
		alert_write_time(json, "endsAt", alert->ends_ms);
	else
		json_string(json, "endsAt", NEVER);
	json_string(json, "generatorURL", "");
	json_string(json, "fingerprint", fingerprint);
	json_object_end(json);
}

/* A group of one. */
static void append_body(struct buf *body, const struct alert *alert)
{
	AUTO(buf) struct buf fingerprint = { 0 };
	struct json json;

	buf_printf(&fingerprint, "%016" PRIx64, alert_fingerprint(alert));
	json_init(&json, body);
	json_object_begin(&json, NULL);
	json_string(&json, "version", "4");
	json_string(&json, "groupKey", buf_text(&fingerprint));
	json_u64(&json, "truncatedAlerts", 0);
	json_string(&json, "status", alert->state == ALERT_RESOLVED ? "resolved" : "firing");
	json_string(&json, "receiver", RECEIVER);
	alert_write_labels(&json, "groupLabels", alert);
	alert_write_labels(&json, "commonLabels", alert);
	alert_write_annotations(&json, "commonAnnotations", alert);
	json_string(&json, "externalURL", "");
	json_array_begin(&json, "alerts");
	write_alert(&json, alert, buf_text(&fingerprint));
	json_array_end(&json);
	json_object_end(&json);
}

static void drop_first(struct webhook *webhook)
{
	buf_done(&webhook->waiting[webhook->first]);
	webhook->first = (webhook->first + 1) % WAITING_MAX;
	webhook->count--;
	webhook->tries = 0;
}

static void on_done(void *context, enum sender_result result)
{
	struct webhook *webhook = context;

	if (result != SENDER_AGAIN || ++webhook->tries == TRIES_MAX)
		drop_first(webhook);
}

static void run(void *self)
{
	struct webhook *webhook = self;

	if (webhook->count && sender_is_free(&webhook->sender, clock_mono_ns()))
		sender_send(&webhook->sender, &webhook->waiting[webhook->first]);
}

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	struct webhook *webhook = self;
	struct buf *body = &webhook->waiting[(webhook->first + webhook->count) % WAITING_MAX];
	bool has_room = webhook->count < WAITING_MAX;

	(void)ts_ms;
	if (!has_room && !webhook->is_losing)
		log_warning("more alerts than a webhook takes: some are left out");
	webhook->is_losing = !has_room;
	if (!has_room)
		return;
	*body = (struct buf){ 0 };
	append_body(body, alert);
	if (body->error)
		buf_done(body);
	else
		webhook->count++;
	run(webhook);
}

static uint64_t due_ns(const void *self)
{
	const struct webhook *webhook = self;

	return webhook->count ? sender_due_ns(&webhook->sender) : SENDER_NEVER;
}

/* One that is not there is not waited for. */
static bool is_done(const void *self)
{
	const struct webhook *webhook = self;

	return !webhook->count || webhook->sender.failures;
}

static void close_webhook(void *self)
{
	struct webhook *webhook = self;

	sender_done(&webhook->sender);
	while (webhook->count)
		drop_first(webhook);
	free(webhook);
}

int outlet_open_webhook(const struct settings_target *target, struct http_client *client,
			struct outlet *ret_outlet)
{
	static const struct outlet_ops ops = {
		.tell = tell,
		.due_ns = due_ns,
		.run = run,
		.is_done = is_done,
		.close = close_webhook,
	};
	struct webhook *webhook = calloc(1, sizeof(*webhook));
	int r;

	if (!webhook)
		return log_error(-ENOMEM, "cannot tell a webhook of alerts");
	r = sender_init(&webhook->sender, target, "", client, on_done, webhook);
	if (r) {
		close_webhook(webhook);
		return r;
	}
	*ret_outlet = (struct outlet){ &ops, webhook };
	return 0;
}
