/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Texts by number, each once, however many processes have it. */
#ifndef DENET_REPORT_HTML_NAMES_H
#define DENET_REPORT_HTML_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define HTML_NAMES_MAX UINT32_MAX

struct html_names {
	struct buf texts; /* one behind the other */
	size_t *ends; /* owned; where each ends */
	size_t count;
	size_t room;
	uint32_t *slots; /* owned; a number + 1, 0: free */
	size_t slots_count; /* a power of two, or 0 */
};

/* A zeroed struct is empty. */
void html_names_done(struct html_names *names);

/* The number of these bytes: 0 for the first text that came, and so on. -ENOMEM. */
int html_names_add(struct html_names *names, const char *bytes, size_t len, uint32_t *ret_number);

/* Valid until the next one is added; without NUL. */
const char *html_names_get(const struct html_names *names, uint32_t number, size_t *ret_len);

#endif
