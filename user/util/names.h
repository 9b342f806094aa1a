/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Each text once, however many have it. */
#ifndef DENET_UTIL_NAMES_H
#define DENET_UTIL_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names_chunk;

struct names {
	struct names_chunk *chunks; /* owned; the newest first */
	const char **slots; /* owned; NULL: free */
	size_t room; /* a power of two, or 0 */
	size_t count;
};

/* A zeroed struct is empty. */
void names_done(struct names *names);

/*
 * The one copy of these bytes, which ends with a NUL of its own and stays as long as the names do. NULL
 * for want of memory. Equal bytes give equal pointers.
 */
const char *names_add(struct names *names, const char *bytes, size_t len);

/* Of a text that came from here: without that NUL. */
size_t names_len(const char *text);

#endif
