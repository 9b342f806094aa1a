/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/lives.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/units.h"

#define FIRST_ROOM 64

void lives_done(struct lives *lives)
{
	free(lives->items);
	free(lives->programs);
	buf_done(&lives->texts);
	*lives = (struct lives){ .count = 0 };
}

/* Room for more items; NULL for want of it, and items stay as they were. */
static void *reserve(void *items, size_t count, size_t more, size_t *room, size_t item_size)
{
	size_t wanted = *room ? *room : FIRST_ROOM;
	void *grown = items;

	while (wanted < count + more)
		wanted *= 2;
	if (wanted != *room)
		grown = array_resize(items, wanted, item_size);
	if (grown)
		*room = wanted;
	return grown;
}

static bool has_room(struct lives *lives, size_t programs)
{
	void *items = reserve(lives->items, lives->count, 1, &lives->room, sizeof(*lives->items));
	void *more;

	if (!items)
		return false;
	lives->items = items;
	more = reserve(lives->programs, lives->programs_count, programs, &lives->programs_room,
		       sizeof(*lives->programs));
	if (!more)
		return false;
	lives->programs = more;
	return true;
}

static size_t keep(struct lives *lives, const char *bytes, size_t len)
{
	size_t at = lives->texts.len;

	if (len)
		buf_append(&lives->texts, bytes, len);
	buf_append_char(&lives->texts, '\0');
	return at;
}

static size_t keep_text(struct lives *lives, const char *text)
{
	return keep(lives, text ? text : "?", text ? strlen(text) : 1);
}

static int64_t add_ns(int64_t start_ns, uint64_t ns)
{
	if (ns > (uint64_t)INT64_MAX || start_ns > INT64_MAX - (int64_t)ns)
		return INT64_MAX;
	return start_ns + (int64_t)ns;
}

/* In nanoseconds, or as older records have it; false when not known. */
static bool take_start(const struct denet_process *process, uint64_t t0_ms, int64_t *ret_ns)
{
	if (process->id || process->start_ns) {
		*ret_ns = process->start_ns;
		return true;
	}
	if (process->start_ms == DENET_UNKNOWN || t0_ms == DENET_UNKNOWN)
		return false;
	*ret_ns = (int64_t)((process->start_ms - t0_ms) * NS_PER_MS);
	return true;
}

static void take_times(struct life *life, const struct denet_process *process, uint64_t t0_ms)
{
	bool has_end = true;

	life->is_timed = take_start(process, t0_ms, &life->start_ns);
	if (process->is_running)
		life->end_ns = INT64_MAX;
	else if (process->end_ns <= (uint64_t)INT64_MAX)
		life->end_ns = (int64_t)process->end_ns;
	else if (process->wall_ns != DENET_UNKNOWN)
		life->end_ns = add_ns(life->start_ns, process->wall_ns);
	else
		has_end = false;
	life->is_timed = life->is_timed && has_end;
	if (life->end_ns < life->start_ns)
		life->end_ns = life->start_ns;
}

static void take_programs(struct lives *lives, struct life *life,
			  const struct denet_process *process)
{
	life->programs_at = lives->programs_count;
	life->programs_count = process->programs_count;
	for (size_t i = 0; i < process->programs_count; i++) {
		const struct denet_process_program *program = &process->programs[i];

		lives->programs[lives->programs_count++] = (struct life_program){
			.comm_at = keep_text(lives, program->comm),
			.start_ns = program->start_ns,
			.cpu_ns = program->used.cpu_time_ns,
		};
	}
}

void lives_add(struct lives *lives, const struct denet_process *process, uint64_t t0_ms)
{
	struct life *life;

	if (lives->error)
		return;
	if (!has_room(lives, process->programs_count)) {
		lives->error = -ENOMEM;
		return;
	}
	life = &lives->items[lives->count++];
	*life = (struct life){
		.id = process->id,
		.parent_id = process->parent_id,
		.cpu_ns = process->used.cpu_time_ns,
		.peak_rss_kb = process->peak_rss_kb,
		.end = process->end,
		.pid = process->pid,
		.ppid = process->ppid,
		.is_running = process->is_running,
		.was_oom_killed = process->end.known && process->oom_killed,
		.comm_at = keep_text(lives, process->comm),
		.args_at = keep(lives, process->command.args, process->command.args_len),
		.args_len = process->command.args_len,
	};
	take_times(life, process, t0_ms);
	take_programs(lives, life, process);
	lives->error = lives->texts.error;
}

/* A parent that begins with its child comes first: it lives longer, or was there before. */
static int by_start(const void *a, const void *b)
{
	const struct life *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	if (x->end_ns != y->end_ns)
		return x->end_ns > y->end_ns ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int64_t end_of_run(const struct lives *lives, uint64_t wall_ns)
{
	int64_t end_ns = wall_ns <= (uint64_t)INT64_MAX ? (int64_t)wall_ns : 0;

	for (size_t i = 0; i < lives->count; i++) {
		const struct life *life = &lives->items[i];
		int64_t seen_ns = life->is_running ? life->start_ns : life->end_ns;

		if (life->is_timed && seen_ns > end_ns)
			end_ns = seen_ns;
	}
	return end_ns;
}

void lives_finish(struct lives *lives, uint64_t wall_ns)
{
	int64_t end_ns = end_of_run(lives, wall_ns);

	for (size_t i = 0; i < lives->count; i++)
		if (lives->items[i].is_running)
			lives->items[i].end_ns = end_ns;
	if (lives->count)
		qsort(lives->items, lives->count, sizeof(*lives->items), by_start);
}
