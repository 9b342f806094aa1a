/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_JSON_H
#define DENET_UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/*
 * Writes JSON into a buffer as it comes, with no memory of its own but the buffer's. Keys are
 * constants of the program and are not escaped; NULL inside arrays and for the outermost value.
 */
struct json {
	struct buf *buf; /* borrowed */
	unsigned int depth;
	bool is_pretty;
	bool needs_comma;
};

void json_init(struct json *json, struct buf *buf);
void json_init_pretty(struct json *json, struct buf *buf); /* two spaces a level */

void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);

void json_u64(struct json *json, const char *key, uint64_t value);
/* A comma, the quoted key and a colon as they stand: for those that write many, not pretty. */
void json_u64_of(struct json *json, const char *quoted, size_t len, uint64_t value);
void json_i64(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Shortest decimals that read back as the same value; null for NaN and infinities. */
void json_float(struct json *json, const char *key, float value);
void json_double(struct json *json, const char *key, double value);

/* Any bytes: made valid UTF-8; control characters and '<' come out escaped. */
void json_bytes(struct json *json, const char *key, const char *bytes, size_t len);
/* NULL comes out as null. */
void json_string(struct json *json, const char *key, const char *text);

/* A value that is JSON already. */
void json_raw(struct json *json, const char *key, const char *text, size_t len);

#endif
