/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/influx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "expose/influx.h"
#include "http/secret.h"
#include "http/url.h"
#include "metrics/host_records.h"
#include "push/target.h"
#include "push/udp.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/units.h"

#define BATCH_LINES 5000
#define BATCH_BYTES (512u << 10) /* as text: a server takes 25 MB, and we have less */
#define BATCH_NS NS_PER_S /* what comes within is one */
#define DATAGRAM_BYTES 1432 /* of Ethernet, without heads */

struct influx {
	const struct push_influx *settings; /* borrowed */
	struct buf name; /* owned, as all that follow */
	struct buf url;
	char *token; /* "Token ..." */
	char *user;
	struct expose_influx_tag *tags;
	size_t tag_count;
	struct target *target; /* NULL by UDP */
	struct udp *udp; /* NULL by HTTP */
	struct buf text; /* the batch in the making */
	size_t lines;
	uint64_t began_ns;
	uint64_t dropped; /* that never came to wait */
};

static const char *const headers[] = { "Content-Type: text/plain; charset=utf-8", NULL };

static void append_query(struct buf *buf, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(buf, "%s=", key);
	url_append_part(buf, value);
	buf_append_char(buf, '&');
}

/* A path of the URL's is kept: a proxy may have one before. */
static void make_url(struct influx *influx)
{
	const struct push_influx *settings = influx->settings;
	size_t len = strlen(settings->url);

	while (len && settings->url[len - 1] == '/')
		len--;
	buf_append(&influx->url, settings->url, len);
	if (settings->bucket) {
		buf_append_text(&influx->url, "/api/v2/write?");
		append_query(&influx->url, "bucket", settings->bucket);
		append_query(&influx->url, "org", settings->org);
	} else {
		buf_append_text(&influx->url, "/write?");
		append_query(&influx->url, "db", settings->database);
		append_query(&influx->url, "rp", settings->retention);
	}
	buf_append_text(&influx->url, "precision=ns");
}

static int read_secrets(struct influx *influx)
{
	const struct push_influx *settings = influx->settings;
	AUTO(secret) char *token = NULL;
	AUTO(buf) struct buf whole = { 0 };
	int r = 0;

	if (settings->user_file)
		r = secret_read(settings->user_file, &influx->user);
	if (r)
		return log_error(r, "cannot read '%s'", settings->user_file);
	if (!settings->token_file)
		return 0;
	r = secret_read(settings->token_file, &token);
	if (r)
		return log_error(r, "cannot read '%s'", settings->token_file);
	buf_printf(&whole, "Token %s", token);
	influx->token = TAKE(whole.data);
	return whole.error;
}

static int set_tags(struct influx *influx, const char *host)
{
	const struct config_items *pairs = &influx->settings->tags;
	const struct config_pair *items = pairs->items;

	influx->tags = calloc(pairs->count + 1, sizeof(*influx->tags));
	if (!influx->tags)
		return -ENOMEM;
	for (size_t i = 0; i < pairs->count; i++) {
		if (!expose_influx_is_key(items[i].key))
			return log_error(0, "%s:%zu: InfluxDB takes no tag '%s'",
					 items[i].place.name, items[i].place.line, items[i].key),
			       -EINVAL;
		influx->tags[influx->tag_count++] =
			(struct expose_influx_tag){ items[i].key, items[i].value };
	}
	/* Last: one of the configuration comes first. */
	influx->tags[influx->tag_count++] = (struct expose_influx_tag){ "host", host };
	return 0;
}

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	return seed;
}

static int open_target(struct influx *influx, const struct influx_shared *shared)
{
	const struct push_influx *settings = influx->settings;
	struct target_options options = {
		.name = buf_text(&influx->name),
		.gzip = settings->gzip,
		.limit_bytes = settings->queue_bytes,
		.age_ns = settings->age_ns,
		.seed = random_seed(),
	};
	int r;

	make_url(influx);
	r = read_secrets(influx);
	if (r || influx->url.error)
		return r ? r : influx->url.error;
	options.request = (struct http_request){
		.url = influx->url.data,
		.headers = headers,
		.total_ns = settings->timeout_ns,
		.unix_path = settings->socket,
		.ca_file = settings->ca_file,
		.authorization = influx->token,
		.user = influx->user,
	};
	return target_new(&options, shared->client, shared->pool, &influx->target);
}

static int open_influx(struct influx *influx, size_t number, const struct influx_shared *shared)
{
	const char *url = influx->settings->url;
	int r = set_tags(influx, shared->host);

	buf_printf(&influx->name, "%s", url);
	if (number > 1)
		buf_printf(&influx->name, " (%zu)", number);
	if (r || influx->name.error)
		return r ? r : influx->name.error;
	if (strncmp(url, SETTINGS_UDP, strlen(SETTINGS_UDP)) == 0)
		return udp_new(influx->name.data, url + strlen(SETTINGS_UDP), DATAGRAM_BYTES,
			       &influx->udp);
	return open_target(influx, shared);
}

int influx_new(const struct push_influx *settings, size_t number,
	       const struct influx_shared *shared, struct influx **ret_influx)
{
	struct influx *influx = calloc(1, sizeof(*influx));
	int r;

	if (!influx)
		return log_error(-ENOMEM, "cannot send to '%s'", settings->url);
	influx->settings = settings;
	r = open_influx(influx, number, shared);
	if (r) {
		influx_free(influx);
		return r;
	}
	*ret_influx = influx;
	return 0;
}

void influx_free(struct influx *influx)
{
	if (!influx)
		return;
	target_free(influx->target);
	udp_free(influx->udp);
	buf_done(&influx->name);
	buf_done(&influx->url);
	buf_done(&influx->text);
	secret_free(influx->token);
	secret_free(influx->user);
	free(influx->tags);
	free(influx);
}

static bool is_wanted(const struct influx *influx, const struct view *view,
		      const struct view_row *row)
{
	const struct config_items *wanted = &influx->settings->measurements;
	const char *const *names = wanted->items;
	const char *name = expose_influx_measurement(row);

	/* Those of a look before were sent then. */
	if (!name || (row->record == DENET_RECORD_HEAVY && !view->has_fresh_heavy))
		return false;
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return !wanted->count;
}

/*
 * One that has ended may be there again under the same name, in the same look; and sockets may have been counted
 * before: the same point again is one.
 */
static uint64_t time_of(const struct view *view, const struct view_row *row)
{
	const struct host_group *group = row->figures;
	const struct host_connections *connections = row->figures;

	if (row->record == DENET_RECORD_CONNECTIONS)
		return connections->ts_ms;
	return row->record == DENET_RECORD_CONTAINER && group->ended_ms != DENET_UNKNOWN
		       ? group->ended_ms
		       : view->ts_ms;
}

static void flush(struct influx *influx, uint64_t now_ns)
{
	if (influx->text.error)
		influx->dropped += influx->lines;
	else if (influx->udp)
		udp_send_lines(influx->udp, &influx->text);
	else
		target_add(influx->target, &influx->text, influx->lines, now_ns);
	buf_reset(&influx->text);
	influx->lines = 0;
}

void influx_take(struct influx *influx, const struct view *view, uint64_t now_ns)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct view_row *row = &view->rows[i];
		size_t before = influx->text.len;

		if (!is_wanted(influx, view, row))
			continue;
		if (!influx->lines)
			influx->began_ns = now_ns;
		expose_influx_append(&influx->text, row, influx->tags, influx->tag_count,
				     time_of(view, row));
		influx->lines += influx->text.len != before;
		if (influx->lines == BATCH_LINES || influx->text.len >= BATCH_BYTES)
			flush(influx, now_ns);
	}
	influx_run(influx, now_ns);
}

void influx_run(struct influx *influx, uint64_t now_ns)
{
	if (influx->lines && (influx->udp || now_ns - influx->began_ns >= BATCH_NS))
		flush(influx, now_ns);
	if (influx->target)
		target_run(influx->target, now_ns);
}

uint64_t influx_due_ns(const struct influx *influx)
{
	uint64_t batch_ns = influx->lines ? influx->began_ns + BATCH_NS : OBSERVER_NEVER;
	uint64_t target_ns = influx->target ? target_due_ns(influx->target) : OBSERVER_NEVER;

	return batch_ns < target_ns ? batch_ns : target_ns;
}

bool influx_is_done(struct influx *influx, uint64_t now_ns)
{
	if (influx->lines)
		flush(influx, now_ns);
	if (!influx->target)
		return true;
	target_hurry(influx->target);
	target_run(influx->target, now_ns);
	return target_is_done(influx->target);
}

const char *influx_name(const struct influx *influx)
{
	return buf_text(&influx->name);
}

uint64_t influx_dropped(const struct influx *influx)
{
	return influx->dropped + (influx->target ? target_dropped(influx->target)
						 : udp_counts(influx->udp)->lines_dropped);
}
