/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_out.h"

#include <stdlib.h>

#include "util/cleanup.h"

#define TEXT_BYTES 65536

int html_out_init(struct html_out *out)
{
	*out = (struct html_out){ 0 };
	json_init(&out->json, &out->text);
	return gzip_new(&out->gzip);
}

void html_out_done(struct html_out *out)
{
	gzip_free(TAKE(out->gzip));
	buf_done(&out->text);
	buf_done(&out->packed);
}

static void pack(struct html_out *out, bool is_last)
{
	if (out->text.error && !out->error)
		out->error = out->text.error;
	if (!out->error)
		out->error = gzip_pack(out->gzip, buf_text(&out->text), out->text.len, is_last,
				       &out->packed);
	buf_reset(&out->text);
}

void html_out_pass(struct html_out *out)
{
	if (out->text.len > TEXT_BYTES || out->text.error)
		pack(out, false);
}

int html_out_finish(struct html_out *out)
{
	pack(out, true);
	return out->error;
}
