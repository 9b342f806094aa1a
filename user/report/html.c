/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/html_out.h"
#include "report/html_page.h"
#include "report/html_run.h"
#include "report/html_write.h"
#include "util/base64.h"
#include "util/cleanup.h"
#include "util/error.h"

struct html {
	struct html_out out;
};

bool html_is_there(void)
{
	return html_page_head_len > 0;
}

int html_new(struct html **ret_html)
{
	AUTO(html) struct html *html = calloc(1, sizeof(*html));
	int r;

	if (!html)
		return -ENOMEM;
	r = html_out_init(&html->out);
	if (r)
		return r;
	json_object_begin(&html->out.json, NULL);
	json_string(&html->out.json, "version", denet_version());
	json_array_begin(&html->out.json, "runs");
	*ret_html = TAKE(html);
	return 0;
}

void html_free(struct html *html)
{
	if (!html)
		return;
	html_out_done(&html->out);
	free(html);
}

int html_add(struct html *html, const char *path, html_gaps_fn tell, struct denet_error *error)
{
	AUTO(html_run) struct html_run *run = NULL;
	int r = html_run_read(path, &run, error);

	if (r)
		return r;
	tell(path, run->stats);
	r = html_write_run(&html->out, run);
	return r ? error_set(error, r, "%s", strerror(-r)) : 0;
}

int html_append(struct html *html, struct buf *page)
{
	int r;

	json_array_end(&html->out.json);
	json_object_end(&html->out.json);
	r = html_out_finish(&html->out);
	if (r)
		return r;
	buf_append(page, html_page_head, html_page_head_len);
	base64_append(page, html->out.packed.data, html->out.packed.len);
	buf_append(page, html_page_tail, html_page_tail_len);
	return page->error;
}
