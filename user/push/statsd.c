/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/statsd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expose/statsd.h"
#include "host/named.h"
#include "metrics/host_records.h"
#include "push/udp.h"
#include "util/clock.h"
#include "util/log.h"

struct statsd {
	struct expose_statsd how;
	struct udp *udp; /* owned, as those that follow */
	struct named *named; /* NULL where no process is asked for */
	struct buf name; /* for what is told */
	struct buf text;
};

static unsigned int details_of(const struct config_items *words)
{
	const char *const *items = words->items;
	unsigned int details = 0;

	for (size_t i = 0; i < words->count; i++)
		for (unsigned int k = 0; settings_details[k]; k++)
			if (strcmp(items[i], settings_details[k]) == 0)
				details |= 1u << k;
	return words->count ? details : ~0u;
}

static int open_named(struct statsd *statsd, const struct push_statsd *settings,
		      const char *proc_root)
{
	enum named_how how = NAMED_BY_NAME;

	if (!settings->processes.count)
		return 0;
	if (settings->pids)
		how = statsd->how.details & STATSD_THREADS ? NAMED_WITH_THREADS : NAMED_BY_PID;
	return named_new(proc_root, settings->processes.items, settings->processes.count, how,
			 &statsd->named);
}

int statsd_new(const struct push_statsd *settings, const char *host, const char *proc_root,
	       struct statsd **ret_statsd)
{
	struct statsd *statsd = calloc(1, sizeof(*statsd));
	int r;

	if (!statsd)
		return log_error(-ENOMEM, "cannot send to '%s'", settings->target);
	statsd->how = (struct expose_statsd){
		.host = host,
		.details = details_of(&settings->details),
		.tags = settings->tags,
		.memory_total = DENET_UNKNOWN,
	};
	buf_printf(&statsd->name, "statsd %s", settings->target);
	r = statsd->name.error;
	if (!r)
		r = udp_new(statsd->name.data, settings->target, (size_t)settings->mtu,
			    &statsd->udp);
	if (!r)
		r = open_named(statsd, settings, proc_root);
	if (r) {
		statsd_free(statsd);
		return log_error(r, "cannot send to '%s'", settings->target);
	}
	*ret_statsd = statsd;
	return 0;
}

void statsd_free(struct statsd *statsd)
{
	if (!statsd)
		return;
	udp_free(statsd->udp);
	named_free(statsd->named);
	buf_done(&statsd->name);
	buf_done(&statsd->text);
	free(statsd);
}

static void append_named(struct statsd *statsd)
{
	const struct named_thread *threads;
	const struct named_row *rows;
	size_t count;

	if (!statsd->named || named_look(statsd->named, clock_boot_ns()))
		return;
	rows = named_rows(statsd->named, &count);
	for (size_t i = 0; i < count; i++)
		expose_statsd_append_named(&statsd->text, &statsd->how, &rows[i]);
	threads = named_threads(statsd->named, &count);
	for (size_t i = 0; i < count; i++)
		expose_statsd_append_thread(&statsd->text, &statsd->how, &threads[i]);
}

void statsd_take(struct statsd *statsd, const struct view *view)
{
	const struct host_machine *machine = view->count ? view->rows[0].figures : NULL;

	buf_reset(&statsd->text);
	if (machine && view->rows[0].record == DENET_RECORD_MACHINE)
		statsd->how.memory_total = machine->memory_total;
	for (size_t i = 0; i < view->count; i++)
		expose_statsd_append(&statsd->text, &statsd->how, &view->rows[i]);
	append_named(statsd);
	if (!statsd->text.error)
		udp_send_lines(statsd->udp, &statsd->text);
}

const char *statsd_name(const struct statsd *statsd)
{
	return buf_text(&statsd->name);
}

uint64_t statsd_dropped(const struct statsd *statsd)
{
	return udp_counts(statsd->udp)->lines_dropped;
}
