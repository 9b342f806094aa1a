/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Walks through JSON text in place: no tree, no allocation, and numbers keep all their digits.
 * Containers may be nested SCAN_DEPTH_MAX deep.
 */
#ifndef DENET_UTIL_SCAN_H
#define DENET_UTIL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define SCAN_DEPTH_MAX 60

enum scan_type {
	SCAN_NULL,
	SCAN_BOOL,
	SCAN_NUMBER,
	SCAN_STRING,
	SCAN_ARRAY,
	SCAN_OBJECT,
};

/* A value as it stands in the text, strings with their quotes. */
struct scan_value {
	enum scan_type type;
	const char *text;
	size_t len;
};

struct scan {
	const char *at;
	const char *end;
	bool is_object;
	bool is_first;
};

/* The text must be one whole value and nothing else. */
int scan_document(const char *text, size_t len, struct scan_value *ret_value);

/* Goes into an array or object that came from this module. */
void scan_enter(const struct scan_value *container, struct scan *ret_scan);

/* The next element; false at the end, and not to be called again. ret_key is for objects only. */
bool scan_next(struct scan *scan, struct scan_value *ret_key, struct scan_value *ret_value);

/* By the bytes between the quotes: a key written with escapes equals no name. */
bool scan_is(const struct scan_value *string, const char *name);

int scan_u64(const struct scan_value *value, uint64_t *ret_number);
int scan_i64(const struct scan_value *value, int64_t *ret_number);
int scan_double(const struct scan_value *value, double *ret_number);

/* Appends the string without quotes and escapes; NUL and lone surrogates become U+FFFD. */
void scan_append_string(const struct scan_value *string, struct buf *buf);

#endif
