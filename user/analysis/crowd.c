/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/crowd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/tally.h"
#include "util/array.h"

#define FIRST_ROOM 64

void crowd_done(struct crowd *crowd)
{
	free(crowd->members);
	free(crowd->programs);
	free(crowd->told);
	names_done(&crowd->names);
	*crowd = (struct crowd){ 0 };
}

/* Room for so many more. */
static int reserve(void **items, size_t count, size_t more, size_t *room, size_t item_size)
{
	size_t wanted = *room ? *room : FIRST_ROOM;
	void *grown;

	while (wanted < count + more)
		wanted *= 2;
	if (wanted == *room)
		return 0;
	grown = array_resize(*items, wanted, item_size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*room = wanted;
	return 0;
}

static int reserve_all(struct crowd *crowd, size_t programs)
{
	void *items = crowd->members;
	int r = reserve(&items, crowd->count, 1, &crowd->room, sizeof(*crowd->members));

	crowd->members = items;
	items = crowd->programs;
	if (!r)
		r = reserve(&items, crowd->programs_count, programs, &crowd->programs_room,
			    sizeof(*crowd->programs));
	crowd->programs = items;
	items = crowd->told;
	if (!r)
		r = reserve(&items, crowd->told_count, 1, &crowd->told_room, sizeof(*crowd->told));
	crowd->told = items;
	return r;
}

static uint64_t known_or_0(uint64_t value)
{
	return value == DENET_UNKNOWN ? 0 : value;
}

/* NULL comes out as NULL; what finds no room is told by is_short. */
static const char *name_of(struct crowd *crowd, const char *text, size_t len, bool *is_short)
{
	const char *kept = text ? names_add(&crowd->names, text, len) : NULL;

	*is_short |= text && !kept;
	return kept;
}

static const char *args_of(struct crowd *crowd, const struct denet_command *command, bool *is_short)
{
	return command->args_len ? name_of(crowd, command->args, command->args_len, is_short)
				 : NULL;
}

static const char *text_of(struct crowd *crowd, const char *text, bool *is_short)
{
	return name_of(crowd, text, text ? strlen(text) : 0, is_short);
}

/* Terabytes of memory, and any uid, are less. */
static uint32_t narrow(uint64_t value)
{
	if (value == DENET_UNKNOWN)
		return CROWD_NONE;
	return value < CROWD_NONE ? (uint32_t)value : CROWD_NONE - 1;
}

static struct crowd_program program_of(struct crowd *crowd,
				       const struct denet_process_program *program, bool *is_short)
{
	return (struct crowd_program){
		.comm = text_of(crowd, program->comm ? program->comm : "", is_short),
		.args = args_of(crowd, &program->command, is_short),
		.cpu_ns = known_or_0(program->used.cpu_time_ns),
		.peak_kb = narrow(program->peak_rss_kb),
		.start_ns = program->start_ns,
		.is_cut = program->command.truncated,
		.is_forked = program->is_forked,
	};
}

/* What a process runs alone, or at last: with the process's own command. */
static void add_programs(struct crowd *crowd, const struct denet_process *process, bool *is_short)
{
	const struct denet_process_program alone = {
		.comm = process->comm,
		.command = process->command,
		.start_ns = process->start_ns,
		.used = process->used,
		.peak_rss_kb = process->peak_rss_kb,
	};
	size_t count = process->programs_count;
	struct crowd_program *last;

	for (size_t i = 0; i < count; i++)
		crowd->programs[crowd->programs_count++] =
			program_of(crowd, &process->programs[i], is_short);
	if (!count)
		crowd->programs[crowd->programs_count++] = program_of(crowd, &alone, is_short);
	last = &crowd->programs[crowd->programs_count - 1];
	last->args = args_of(crowd, &process->command, is_short);
	last->is_cut = process->command.truncated;
}

static struct crowd_member member_of(struct crowd *crowd, const struct denet_process *process,
				     bool *is_short)
{
	bool is_ended = !process->is_running && process->end_ns != DENET_UNKNOWN;

	return (struct crowd_member){
		.id = process->id,
		.parent_id = process->parent_id,
		.start_ns = process->start_ns,
		.end_ns = is_ended ? (int64_t)process->end_ns : CROWD_RUNNING,
		.cpu_ns = known_or_0(process->used.cpu_time_ns),
		.delay_ns = known_or_0(process->used.run_delay_ns),
		.uid = narrow(process->uid),
		.told = CROWD_NONE,
		.exe = text_of(crowd, process->command.exe, is_short),
		.cgroup = text_of(crowd, process->cgroup, is_short),
		.programs_at = (uint32_t)crowd->programs_count,
		.programs_count = process->programs_count ? (uint32_t)process->programs_count : 1,
		.pid = process->pid,
		.has_failed = tally_is_failure(&process->end),
	};
}

static int by_weight(const void *a, const void *b)
{
	const struct crowd_member *x = a, *y = b;

	if (x->cpu_ns != y->cpu_ns)
		return x->cpu_ns < y->cpu_ns ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static const char *moved(struct names *names, const char *text, bool *is_short)
{
	const char *kept = text ? names_add(names, text, names_len(text)) : NULL;

	*is_short |= text && !kept;
	return kept;
}

static void move_programs(struct crowd *crowd, struct crowd_program *to, size_t *to_count,
			  struct names *names, struct crowd_member *member, bool *is_short)
{
	uint32_t from = member->programs_at;

	member->programs_at = (uint32_t)*to_count;
	for (uint32_t i = 0; i < member->programs_count; i++) {
		struct crowd_program program = crowd->programs[from + i];

		program.comm = moved(names, program.comm, is_short);
		program.args = moved(names, program.args, is_short);
		to[(*to_count)++] = program;
	}
	/* Who was told what is asked only where all are there. */
	member->told = CROWD_NONE;
	member->exe = moved(names, member->exe, is_short);
	member->cgroup = moved(names, member->cgroup, is_short);
}

/* Keeps the heavier half, and no text that only the others had. */
static int drop_light(struct crowd *crowd)
{
	size_t room = crowd->programs_room, count = 0;
	struct crowd_program *programs = calloc(room, sizeof(*programs));
	struct names names = { 0 };
	bool is_short = false;

	if (!programs)
		return -ENOMEM;
	qsort(crowd->members, crowd->count, sizeof(*crowd->members), by_weight);
	crowd->count = crowd->max;
	crowd->told_count = 0;
	for (size_t i = 0; i < crowd->count; i++)
		move_programs(crowd, programs, &count, &names, &crowd->members[i], &is_short);
	names_done(&crowd->names);
	free(crowd->programs);
	crowd->names = names;
	crowd->programs = programs;
	crowd->programs_count = count;
	return is_short ? -ENOMEM : 0;
}

int crowd_add(struct crowd *crowd, const struct denet_process *process)
{
	size_t programs;
	struct crowd_member member;
	bool is_short = false;
	int r = 0;

	if (crowd->max && crowd->count >= 2 * crowd->max)
		r = drop_light(crowd);
	if (!r && crowd->programs_count + process->programs_count + 1 > CROWD_MAX)
		r = -EFBIG;
	if (!r)
		r = reserve_all(crowd, process->programs_count + 1);
	if (r)
		return r;
	programs = crowd->programs_count;
	member = member_of(crowd, process, &is_short);
	add_programs(crowd, process, &is_short);
	if (is_short) {
		crowd->programs_count = programs;
		return -ENOMEM;
	}
	if (process->told_signal && process->told_by_id) {
		member.told = (uint32_t)crowd->told_count;
		crowd->told[crowd->told_count++] = (struct crowd_told){
			.by_id = process->told_by_id,
			.at_ns = process->told_ns,
		};
	}
	crowd->members[crowd->count++] = member;
	crowd->seen++;
	crowd->untimed += !process->is_running && process->end_ns == DENET_UNKNOWN;
	return 0;
}
