/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a monitor tells when it is asked, from any thread. */
#include <errno.h>
#include <stdlib.h>

#include "follow/monitor_internal.h"
#include "util/sized.h"
#include "util/journal.h"

const char *denet_version(void)
{
	return DENET_VERSION;
}

void denet_set_log(denet_log_fn log, void *context)
{
	journal_set(log, context);
}

void denet_free(void *memory)
{
	free(memory);
}

void denet_release(void)
{
	source_release();
}

int denet_monitor_take_records(struct denet_monitor *monitor, char **ret_text, size_t *ret_len)
{
	return records_take(monitor->records, ret_text, ret_len);
}

uint64_t denet_monitor_records_dropped(struct denet_monitor *monitor)
{
	return records_dropped(monitor->records);
}

int denet_monitor_metadata_json(struct denet_monitor *monitor, char **ret_text)
{
	int r = records_metadata(monitor->records, ret_text);

	if (r != -EAGAIN)
		return r;
	news_note_start(monitor);
	return records_metadata(monitor->records, ret_text);
}

int denet_monitor_summary(struct denet_monitor *monitor, struct denet_summary *ret_summary)
{
	const struct summary *summary = &monitor->summary;
	int r = -EBUSY;

	/* Once it is there it never changes. */
	control_lock(&monitor->control);
	if (monitor->control.has_ended)
		r = 0;
	control_unlock(&monitor->control);
	if (!r)
		sized_give(ret_summary, &summary->shown, sizeof(summary->shown));
	return r;
}

int denet_monitor_summary_json(struct denet_monitor *monitor, char **ret_text)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	int r = denet_monitor_summary(monitor, &summary);

	return r ? r : records_format_summary(&summary, ret_text);
}
