/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/show_connections.h"

#include <string.h>

#include "host/connections.h"
#include "metrics/table.h"
#include "output/human.h"
#include "util/cleanup.h"

#define LISTENERS_MAX 10

/* As the record calls it: "3 time wait". */
static void append_count(struct buf *buf, const char *key, uint64_t count)
{
	buf_printf(buf, "  %s ", human_count(count).text);
	for (; *key; key++)
		buf_append_char(buf, *key == '_' ? ' ' : *key);
}

static void append_counts(struct buf *buf, const struct host_connections *figures)
{
	const struct denet_metric *metric;
	uint64_t count;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_CONNECTIONS, i, &offset));
	     i++) {
		if (metric->type != DENET_METRIC_GAUGE)
			continue;
		memcpy(&count, (const char *)figures + offset, sizeof(count));
		if (count)
			append_count(buf, metric->key, count);
	}
}

static void append_listener(struct buf *buf, const struct host_connections *figures)
{
	buf_printf(buf, "      to %s", figures->listening);
	append_counts(buf, figures);
	buf_append_char(buf, '\n');
}

void show_connections_append(struct buf *buf, const struct connections *connections)
{
	size_t count = connections ? connections->count - 1 : 0;
	AUTO(buf) struct buf whole = { 0 };

	if (connections)
		append_counts(&whole, &connections->rows[0].figures);
	if (!whole.len)
		return;
	buf_printf(buf, "    connections%s\n", buf_text(&whole));
	for (size_t i = 0; i < count && i < LISTENERS_MAX; i++)
		append_listener(buf, &connections->rows[i + 1].figures);
	if (count > LISTENERS_MAX)
		buf_printf(buf, "      and %s more\n", human_count(count - LISTENERS_MAX).text);
}
