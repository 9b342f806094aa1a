/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* JSON that is packed while it is written, so that it never stands in memory as text. */
#ifndef DENET_REPORT_HTML_OUT_H
#define DENET_REPORT_HTML_OUT_H

#include "util/buf.h"
#include "util/gzip.h"
#include "util/json.h"

struct html_out {
	struct json json; /* writes to text */
	struct buf text;
	struct gzip *gzip; /* owned */
	struct buf packed;
	int error; /* 0 or -errno of the first failure */
};

/* In its place: json points into it. */
int html_out_init(struct html_out *out);
void html_out_done(struct html_out *out);
static inline void html_out_freep(struct html_out *out)
{
	html_out_done(out);
}

/* Packs what has come together; to be called within long lists. */
void html_out_pass(struct html_out *out);

/* All of it is in packed. Returns the error. */
int html_out_finish(struct html_out *out);

#endif
