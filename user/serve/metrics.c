/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "serve/reply.h"

/* The formats themselves are those of expose/. */
static int append_text(const struct api *api, const struct query *query, struct buf *buf,
		       char *error)
{
	(void)query;
	(void)error;
	buf_printf(buf,
		   "# HELP denet_looks_total Looks at the machine since the start.\n"
		   "# TYPE denet_looks_total counter\n"
		   "denet_looks_total %" PRIu64 "\n",
		   api->view.looks);
	return buf->error;
}

static const char *const no_params[] = { NULL };

static const struct api_route text = { "/metrics",
				       "text/plain; version=0.0.4; charset=utf-8",
				       no_params,
				       append_text,
				       "Metrics for Prometheus.",
				       "" };

const struct api_route *metrics_find(const char *path, const char *accepted)
{
	(void)accepted;
	return strcmp(path, text.path) == 0 ? &text : NULL;
}
