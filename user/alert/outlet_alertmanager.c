/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * All that fires, again and again, as Alertmanager wants to hear it: what it hears no more of is over for it. What
 * is over is told until it has heard it.
 */
#include "alert/outlet.h"

#include <errno.h>
#include <stdlib.h>

#include "alert/evaluator.h"
#include "alert/sender.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/units.h"

#define PATH "/api/v2/alerts"
#define RESOLVED_MAX 256
#define KEEPS 4 /* resends that it may miss */
#define BODY_BYTES_MAX (4u << 20)

struct alertmanager {
	struct sender sender; /* owned */
	const struct evaluator *evaluator; /* borrowed; NULL before the first look */
	uint64_t resend_ns;
	uint64_t next_ns; /* when all is sent again */
	struct buf body; /* owned: under way */
	struct buf resolved[RESOLVED_MAX]; /* owned: objects that it has not heard yet */
	size_t resolved_count;
	size_t under_way; /* of these */
};

/* It believes no begin that is to come, and an end that is to come is none. */
static void append_alert(struct buf *buf, const struct alert *alert, uint64_t now_ms,
			 uint64_t ends_ms)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	alert_write_labels(&json, "labels", alert);
	alert_write_annotations(&json, "annotations", alert);
	alert_write_time(&json, "startsAt", alert_starts_ms(alert, now_ms));
	alert_write_time(&json, "endsAt", ends_ms);
	json_object_end(&json);
}

static void append_separator(struct buf *buf)
{
	buf_append_char(buf, buf->len ? ',' : '[');
}

/* The later one of what is over and fires again goes last. */
static void make_body(struct alertmanager *manager)
{
	uint64_t now_ms = clock_wall_ms();
	uint64_t ends_ms = now_ms + KEEPS * manager->resend_ns / NS_PER_MS;
	struct buf *body = &manager->body;

	buf_reset(body);
	for (size_t i = 0; i < manager->resolved_count; i++) {
		append_separator(body);
		buf_append(body, manager->resolved[i].data, manager->resolved[i].len);
	}
	manager->under_way = manager->resolved_count;
	for (size_t i = 0; i < evaluator_count(manager->evaluator); i++) {
		const struct alert *alert = evaluator_get(manager->evaluator, i);

		if (alert->state != ALERT_FIRING || body->len > BODY_BYTES_MAX)
			continue;
		append_separator(body);
		append_alert(body, alert, now_ms, ends_ms);
	}
	if (body->len)
		buf_append_char(body, ']');
}

static void forget_resolved(struct alertmanager *manager, size_t count)
{
	for (size_t i = 0; i < manager->resolved_count; i++) {
		if (i < count)
			buf_done(&manager->resolved[i]);
		else
			manager->resolved[i - count] = manager->resolved[i];
	}
	manager->resolved_count -= count;
}

static void on_done(void *context, enum sender_result result)
{
	struct alertmanager *manager = context;

	if (result == SENDER_AGAIN)
		manager->next_ns = 0;
	else
		forget_resolved(manager, manager->under_way);
	manager->under_way = 0;
}

static void run(void *self)
{
	struct alertmanager *manager = self;
	uint64_t now_ns = clock_mono_ns();

	if (!manager->evaluator || now_ns < manager->next_ns ||
	    !sender_is_free(&manager->sender, now_ns))
		return;
	manager->next_ns = now_ns + manager->resend_ns;
	make_body(manager);
	if (manager->body.len && !manager->body.error)
		sender_send(&manager->sender, &manager->body);
}

/* The oldest goes: Alertmanager finds by itself that it is over. */
static void add_resolved(struct alertmanager *manager, const struct alert *alert)
{
	uint64_t now_ms = clock_wall_ms();
	struct buf text = { 0 };

	if (manager->resolved_count == RESOLVED_MAX) {
		if (manager->under_way || manager->sender.call)
			return;
		forget_resolved(manager, 1);
	}
	append_alert(&text, alert, now_ms, now_ms < alert->ends_ms ? now_ms : alert->ends_ms);
	if (text.error)
		buf_done(&text);
	else
		manager->resolved[manager->resolved_count++] = text;
}

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	struct alertmanager *manager = self;

	(void)ts_ms;
	if (alert->state == ALERT_RESOLVED)
		add_resolved(manager, alert);
	manager->next_ns = 0;
}

static void look(void *self, const struct evaluator *evaluator, uint64_t ts_ms)
{
	struct alertmanager *manager = self;

	(void)ts_ms;
	manager->evaluator = evaluator;
	run(manager);
}

static bool has_any(const struct alertmanager *manager)
{
	return manager->resolved_count ||
	       (manager->evaluator && evaluator_count(manager->evaluator));
}

static uint64_t due_ns(const void *self)
{
	const struct alertmanager *manager = self;
	uint64_t due_ns = sender_due_ns(&manager->sender);

	if (!has_any(manager))
		return SENDER_NEVER;
	return due_ns > manager->next_ns ? due_ns : manager->next_ns;
}

/* One that is not there is not waited for. */
static bool is_done(const void *self)
{
	const struct alertmanager *manager = self;

	return manager->sender.failures ||
	       (!manager->sender.call && (manager->next_ns || !has_any(manager)));
}

static void close_alertmanager(void *self)
{
	struct alertmanager *manager = self;

	sender_done(&manager->sender);
	manager->under_way = 0;
	forget_resolved(manager, manager->resolved_count);
	buf_done(&manager->body);
	free(manager);
}

int outlet_open_alertmanager(const struct settings_target *target, struct http_client *client,
			     struct outlet *ret_outlet)
{
	static const struct outlet_ops ops = {
		.tell = tell,
		.look = look,
		.due_ns = due_ns,
		.run = run,
		.is_done = is_done,
		.close = close_alertmanager,
	};
	struct alertmanager *manager = calloc(1, sizeof(*manager));
	int r;

	if (!manager)
		return log_error(-ENOMEM, "cannot tell Alertmanager of alerts");
	r = sender_init(&manager->sender, target, PATH, client, on_done, manager);
	if (r) {
		close_alertmanager(manager);
		return r;
	}
	manager->resend_ns = target->resend_ns;
	*ret_outlet = (struct outlet){ &ops, manager };
	return 0;
}
