/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/bodies.h"

#include <string.h>

#include "serve/reply.h"
#include "util/cleanup.h"
#include "util/gzip.h"

static void drop(struct body *body)
{
	if (body->plain)
		MHD_destroy_response(body->plain);
	if (body->packed)
		MHD_destroy_response(body->packed);
	*body = (struct body){ 0 };
}

void bodies_forget(struct bodies *bodies)
{
	for (size_t i = 0; i < BODIES_MAX; i++)
		drop(&bodies->items[i]);
	bodies->next = 0;
}

struct body *bodies_find(struct bodies *bodies, const char *key)
{
	for (size_t i = 0; i < BODIES_MAX && *key; i++)
		if (strcmp(bodies->items[i].key, key) == 0)
			return &bodies->items[i];
	return NULL;
}

struct body *bodies_add(struct bodies *bodies, const char *key, const char *type, struct buf *buf)
{
	struct body *body = &bodies->items[bodies->next];
	size_t len = strlen(key);

	drop(body);
	body->text = buf->data;
	body->len = buf->len;
	body->type = type;
	body->plain = reply_of(buf, type, false);
	if (!body->plain)
		return NULL;
	if (len < sizeof(body->key))
		memcpy(body->key, key, len + 1);
	bodies->next = (bodies->next + 1) % BODIES_MAX;
	return body;
}

static struct MHD_Response *pack(const struct body *body)
{
	AUTO(buf) struct buf packed = { 0 };
	struct gzip *gzip;
	int r;

	if (gzip_new_fast(&gzip))
		return NULL;
	r = gzip_pack(gzip, body->text, body->len, true, &packed);
	gzip_free(gzip);
	return r ? NULL : reply_of(&packed, body->type, true);
}

struct MHD_Response *bodies_response(struct body *body, bool is_packed)
{
	if (is_packed && !body->packed)
		body->packed = pack(body);
	return is_packed && body->packed ? body->packed : body->plain;
}
