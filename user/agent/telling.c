/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/telling.h"

#include <errno.h>

#include "agent/choice.h"
#include "agent/records.h"

static struct buf *begin(const struct telling *telling)
{
	buf_reset(telling->text);
	return telling->text;
}

static int end(const struct telling *telling)
{
	int r = telling->text->error;

	return r ? r : sink_add(telling->sink, telling->text->data, telling->text->len);
}

int telling_devices(const struct telling *telling, const struct devices *devices)
{
	int r = 0;

	for (size_t i = 0; i < devices->disks_count && !r; i++) {
		records_append_disk(begin(telling), &devices->disks[i]);
		r = end(telling);
	}
	for (size_t i = 0; i < devices->interfaces_count && !r; i++) {
		records_append_interface(begin(telling), &devices->interfaces[i]);
		r = end(telling);
	}
	for (size_t i = 0; i < devices->filesystems_count && !r; i++) {
		records_append_filesystem(begin(telling), &devices->filesystems[i]);
		r = end(telling);
	}
	return r;
}

int telling_survey(const struct telling *telling, const struct survey *survey,
		   const struct agent_options *options)
{
	const struct families *families = &survey->families;
	const struct heavy *heavy = &survey->heavy;
	int r = 0;

	for (size_t i = 0; i < families->count && !r; i++) {
		if (!choice_has_family(options, &families->items[i]))
			continue;
		records_append_processes(begin(telling), &families->items[i].figures);
		r = end(telling);
	}
	for (size_t i = 0; heavy->is_fresh && i < heavy->found_count && !r; i++) {
		records_append_heavy(begin(telling), &heavy->found[i].figures);
		r = end(telling);
	}
	return r;
}

int telling_history(const struct telling *telling, const struct history *history,
		    uint64_t window_ns)
{
	int r = 0;

	for (size_t i = 0; i < history_count(history) && !r; i++) {
		struct host_history figures;

		r = history_tell(history, i, window_ns, &figures);
		if (!r) {
			records_append_history(begin(telling), &figures);
			r = end(telling);
		}
		r = r == -ENODATA ? 0 : r;
	}
	return r ? r : sink_flush(telling->sink);
}
