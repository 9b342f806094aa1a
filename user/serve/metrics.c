/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/metrics.h"

#include <string.h>

#include "expose/exposition.h"
#include "serve/reply.h"

#define PATH "/metrics"
#define HELP "Metrics for Prometheus, as OpenMetrics where that is accepted."

static int append_text(const struct api *api, const struct query *query, struct buf *buf,
		       char *error)
{
	(void)query;
	error[0] = '\0';
	exposition_append(api->exposition, buf, EXPOSITION_TEXT);
	return buf->error;
}

static int append_openmetrics(const struct api *api, const struct query *query, struct buf *buf,
			      char *error)
{
	(void)query;
	error[0] = '\0';
	exposition_append(api->exposition, buf, EXPOSITION_OPENMETRICS);
	return buf->error;
}

static const char *const no_params[] = { NULL };

static const struct api_route text = { .path = PATH,
				       .type = EXPOSITION_TEXT_TYPE,
				       .params = no_params,
				       .append = append_text,
				       .is_told_of = true,
				       .help = HELP };

static const struct api_route openmetrics = { .path = PATH,
					      .type = EXPOSITION_OPENMETRICS_TYPE,
					      .params = no_params,
					      .append = append_openmetrics,
					      .is_told_of = true,
					      .help = HELP };

const struct api_route *metrics_find(const char *path, const char *accepted)
{
	if (strcmp(path, PATH) != 0)
		return NULL;
	return reply_accepts(accepted, "application/openmetrics-text") ? &openmetrics : &text;
}
