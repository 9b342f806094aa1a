/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a monitor tells when it is asked, from any thread. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "follow/monitor_internal.h"
#include "util/sized.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
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

int denet_monitor_take_records(struct denet_monitor *monitor, char **ret_text, size_t *ret_len)
{
	return records_take(monitor->records, ret_text, ret_len);
}

uint64_t denet_monitor_records_dropped(struct denet_monitor *monitor)
{
	return records_dropped(monitor->records);
}

/* What news_start() will show. */
void monitor_note_metadata(struct denet_monitor *monitor)
{
	char path[PATH_MAX];
	struct denet_start start = {
		.size = sizeof(start),
		.pid = (uint32_t)monitor->root_pid,
		.t0_ms = monitor->t0_ms,
		.command = { .args = monitor->args, .args_len = monitor->args_len },
		.accounting = monitor->accounting,
		.interval_ms = monitor->options.interval_ms,
		.max_interval_ms = monitor->options.max_interval_ms,
	};

	if (monitor->has_started)
		return;
	if (!monitor->exe &&
	    !process_read_exe(procfs_host(), monitor->root_pid, sizeof(path), path))
		monitor->exe = strdup(path);
	start.command.exe = monitor->exe;
	records_note_start(monitor->records, &start);
}

int denet_monitor_metadata_json(struct denet_monitor *monitor, char **ret_text)
{
	int r = records_metadata(monitor->records, ret_text);

	if (r != -EAGAIN)
		return r;
	monitor_note_metadata(monitor);
	return records_metadata(monitor->records, ret_text);
}

int denet_monitor_summary(struct denet_monitor *monitor, struct denet_summary *ret_summary)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	struct control *control = &monitor->control;
	int r = -EBUSY;

	/* The lock is for several that ask at once, too. */
	(void)pthread_mutex_lock(&control->lock);
	if (control->has_ended)
		r = monitor_summary(monitor, &summary);
	(void)pthread_mutex_unlock(&control->lock);
	if (!r)
		sized_give(ret_summary, &summary, sizeof(summary));
	return r;
}

int denet_monitor_summary_json(struct denet_monitor *monitor, char **ret_text)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	int r = denet_monitor_summary(monitor, &summary);

	return r ? r : records_format_summary(monitor->records, &summary, ret_text);
}
