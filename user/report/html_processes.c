/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/tally.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/quote.h"
#include "util/units.h"

#define FIRST_ROOM 256
#define NS_MAX (INT64_MAX / 4) /* sums and differences of two stay numbers */

void html_processes_done(struct html_processes *processes)
{
	free(TAKE(processes->items));
	html_names_done(&processes->names);
	idmap_done(&processes->by_id);
}

static int make_room(struct html_processes *processes)
{
	size_t room = processes->room ? 2 * processes->room : FIRST_ROOM;
	struct html_process *items;

	if (processes->count < processes->room)
		return 0;
	if (processes->count >= HTML_NONE / 2)
		return -ENOMEM;
	items = array_resize(processes->items, room, sizeof(*items));
	if (!items)
		return -ENOMEM;
	processes->items = items;
	processes->room = room;
	return 0;
}

static uint32_t flags_of(const struct denet_process *process)
{
	uint32_t flags = 0;

	if (process->is_running)
		flags |= HTML_RUNNING;
	if (tally_is_failure(&process->end))
		flags |= HTML_FAILED;
	if (!process->is_exact)
		flags |= HTML_BOUND;
	if (!process->end.known && !process->is_running)
		flags |= HTML_UNSEEN;
	if (process->is_partial)
		flags |= HTML_OLDER;
	if (process->oom_killed)
		flags |= HTML_KILLED;
	return flags;
}

static int64_t clamp_ns(uint64_t ns)
{
	return ns < (uint64_t)NS_MAX ? (int64_t)ns : NS_MAX;
}

static void take_times(struct html_process *item, const struct denet_process *process,
		       uint64_t run_start_ms)
{
	uint64_t wall_ns = process->wall_ns == DENET_UNKNOWN ? 0 : process->wall_ns;

	item->start_ns = process->start_ns > -NS_MAX ? process->start_ns : -NS_MAX;
	if (process->end_ns != DENET_UNKNOWN) {
		item->end_ns = clamp_ns(process->end_ns);
	} else {
		/* Older files tell milliseconds of the wall clock. */
		if (!item->start_ns && process->start_ms >= run_start_ms)
			item->start_ns = clamp_ns((process->start_ms - run_start_ms) * NS_PER_MS);
		item->end_ns = item->start_ns + clamp_ns(wall_ns);
	}
	if (item->end_ns < item->start_ns)
		item->end_ns = item->start_ns;
}

/* Words as a shell would take them. */
static int take_command(struct html_processes *processes, const struct denet_process *process,
			uint32_t *ret_number)
{
	const struct denet_command *command = &process->command;
	AUTO(buf) struct buf text = { 0 };
	size_t at = 0;

	while (at < command->args_len) {
		if (at)
			buf_append_char(&text, ' ');
		quote_append(&text, command->args + at);
		at += strlen(command->args + at) + 1;
	}
	if (command->truncated)
		buf_append_text(&text, " ...");
	if (text.error)
		return text.error;
	return html_names_add(&processes->names, buf_text(&text), text.len, ret_number);
}

int html_processes_add(struct html_processes *processes, const struct denet_process *process,
		       uint64_t run_start_ms)
{
	const char *comm = process->comm ? process->comm : "";
	struct html_process item = {
		.id = process->id,
		.parent_id = process->parent_id,
		.cpu_ns =
			process->used.cpu_time_ns == DENET_UNKNOWN ? 0 : process->used.cpu_time_ns,
		.peak_kb = process->peak_rss_kb,
		.pid = process->pid,
		.ppid = process->ppid,
		.status = process->end.signal ? -process->end.signal : process->end.exit_code,
		.flags = flags_of(process),
	};
	int r = make_room(processes);

	if (!r)
		r = html_names_add(&processes->names, comm, strlen(comm), &item.comm);
	if (!r)
		r = take_command(processes, process, &item.command);
	if (r)
		return r;
	take_times(&item, process, run_start_ms);
	processes->items[processes->count++] = item;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct html_process *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_cpu(const void *a, const void *b)
{
	const struct html_process *x = *(struct html_process *const *)a;
	const struct html_process *y = *(struct html_process *const *)b;

	if (x->cpu_ns != y->cpu_ns)
		return x->cpu_ns < y->cpu_ns ? 1 : -1;
	return by_start(x, y);
}

static int index_ids(struct html_processes *processes)
{
	int r = 0;

	for (size_t i = 0; i < processes->count && !r; i++)
		if (processes->items[i].id)
			r = idmap_put(&processes->by_id, processes->items[i].id,
				      &processes->items[i]);
	return r;
}

/* With the parents: without them nobody sees whose it was. */
static void keep(struct html_processes *processes, struct html_process *item)
{
	while (item && !item->is_kept) {
		item->is_kept = true;
		item = item->parent_id ? idmap_get(&processes->by_id, item->parent_id) : NULL;
	}
}

static int keep_heaviest(struct html_processes *processes, size_t max)
{
	AUTO_FREE struct html_process **sorted =
		calloc(processes->count, sizeof(struct html_process *));
	size_t failed = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < processes->count; i++)
		sorted[i] = &processes->items[i];
	qsort(sorted, processes->count, sizeof(struct html_process *), by_cpu);
	for (size_t i = 0; i < processes->count; i++) {
		bool has_failed = sorted[i]->flags & HTML_FAILED;

		if (i < max || (has_failed && failed < max))
			keep(processes, sorted[i]);
		failed += has_failed;
	}
	return 0;
}

static void keep_all(struct html_processes *processes)
{
	for (size_t i = 0; i < processes->count; i++)
		processes->items[i].is_kept = true;
}

int html_processes_select(struct html_processes *processes, size_t all_max, size_t heaviest_max,
			  const uint64_t *ids, size_t ids_count)
{
	int r;

	if (processes->count)
		qsort(processes->items, processes->count, sizeof(*processes->items), by_start);
	r = index_ids(processes);
	if (r)
		return r;
	if (processes->count <= all_max)
		keep_all(processes);
	else
		r = keep_heaviest(processes, heaviest_max);
	for (size_t i = 0; i < ids_count && !r; i++)
		keep(processes, ids[i] ? idmap_get(&processes->by_id, ids[i]) : NULL);
	for (size_t i = 0; i < processes->count; i++)
		if (processes->items[i].is_kept)
			processes->items[i].place = (uint32_t)processes->kept++;
	return r;
}

uint32_t html_processes_find(const struct html_processes *processes, uint64_t id)
{
	const struct html_process *item = id ? idmap_get(&processes->by_id, id) : NULL;

	return item && item->is_kept ? item->place : HTML_NONE;
}
