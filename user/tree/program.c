/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree/counters.h"
#include "util/array.h"

void programs_done(struct programs *programs, struct command_table *commands)
{
	size_t i;

	for (i = 0; i < programs->count; i++)
		command_drop(commands, programs->left[i].command);
	free(programs->left);
	*programs = (struct programs){ 0 };
}

void programs_begin(struct programs *programs, uint64_t boot_ns, const struct task_counters *used)
{
	programs->start_boot_ns = boot_ns;
	programs->before = *used;
}

static int reserve(struct programs *programs)
{
	size_t room = programs->room ? programs->room * 2 : 2;
	struct program *grown;

	if (programs->count < programs->room)
		return 0;
	grown = array_resize(programs->left, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	programs->left = grown;
	programs->room = room;
	return 0;
}

/* The last of that name, or else the last: a script that execs itself for ever has one name. */
static struct program *find_like(const struct programs *programs, const struct program *program)
{
	size_t i;

	for (i = programs->count; i-- > 0;)
		if (!strcmp(programs->left[i].comm, program->comm))
			return &programs->left[i];
	return &programs->left[programs->count - 1];
}

static void fold(struct programs *programs, const struct program *program)
{
	struct program *like = find_like(programs, program);

	programs->omitted++;
	counters_add(&like->used, &program->used);
	if (program->peak_kb > like->peak_kb) {
		like->peak_kb = program->peak_kb;
		like->peak_is_bound = program->peak_is_bound;
	}
}

int programs_leave(struct programs *programs, struct command_table *commands,
		   struct program *program, uint64_t boot_ns, const struct task_counters *used)
{
	struct task_counters until = *used;

	if (programs->count == PROGRAMS_MAX ? 0 : reserve(programs)) {
		command_drop(commands, program->command);
		programs->start_boot_ns = boot_ns;
		return -ENOMEM;
	}
	/* An estimate may have been higher than this. */
	counters_raise(&until, &programs->before);
	program->used = until;
	counters_subtract(&program->used, &programs->before);
	if (programs->count == PROGRAMS_MAX) {
		fold(programs, program);
		command_drop(commands, program->command);
	} else {
		programs->left[programs->count++] = *program;
	}
	programs_begin(programs, boot_ns, &until);
	return 0;
}

void programs_settle(struct programs *programs, const struct task_counters *used,
		     struct task_counters *ret_last)
{
	struct task_counters rest = *used;
	size_t i;

	counters_subtract(&rest, &programs->before);
	/* A program gives what it has; what is still missing then is below 0 and goes on. */
	for (i = programs->count; i-- > 0;) {
		struct task_counters owed = rest, kept;

		counters_floor(&rest);
		counters_subtract(&owed, &rest);
		kept = programs->left[i].used;
		counters_add(&kept, &owed);
		programs->left[i].used = kept;
		counters_floor(&programs->left[i].used);
		counters_subtract(&kept, &programs->left[i].used);
		counters_add(&rest, &kept);
	}
	counters_floor(&rest);
	*ret_last = rest;
}
