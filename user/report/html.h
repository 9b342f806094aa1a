/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One page of recorded runs that opens without a network: what 'denet-bpf report' writes. */
#ifndef DENET_REPORT_HTML_H
#define DENET_REPORT_HTML_H

#include <stdbool.h>

#include "denet/denet.h"
#include "util/buf.h"

/* The Debian package without which a build makes no pages. */
#define HTML_PACKAGE "libjs-dygraphs"

struct html;

/* False where the build had no library for charts. */
bool html_is_there(void);

int html_new(struct html **ret_html);

/* Accepts NULL. */
void html_free(struct html *html);
static inline void html_freep(struct html **html)
{
	html_free(*html);
}

/* Says what of a file could not be read. */
typedef void (*html_gaps_fn)(const char *path, const struct denet_stats *stats);

/* Reads a file of records, "-" being stdin; of it what is shown stays in memory, packed. error says why not. */
int html_add(struct html *html, const char *path, html_gaps_fn tell, struct denet_error *error);

/* The whole page of all files so far; nothing can be added then. */
int html_append(struct html *html, struct buf *page);

#endif
