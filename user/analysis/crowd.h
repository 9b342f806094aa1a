/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The processes of a run as their records tell them, all or the heaviest, and who was whose child. */
#ifndef DENET_ANALYSIS_CROWD_H
#define DENET_ANALYSIS_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/names.h"

#define CROWD_NONE UINT32_MAX
#define CROWD_MAX (CROWD_NONE - 2) /* members, and programs of all of them */
#define CROWD_RUNNING INT64_MAX /* end of who goes on */

/* What a process has run from one exec to the next. Texts are among the names. */
struct crowd_program {
	const char *comm;
	const char *args; /* NULL when they are not known */
	uint64_t cpu_ns;
	int64_t start_ns;
	uint32_t peak_kb; /* crowd_peak_kb() */
	bool is_cut; /* args are */
	bool is_forked; /* the parent's, which the process has left */
};

struct crowd_member {
	uint64_t id;
	uint64_t parent_id;
	int64_t start_ns;
	int64_t end_ns;
	uint64_t cpu_ns;
	uint64_t delay_ns; /* 0 when not known */
	const char *exe; /* NULL when not known, as the next */
	const char *cgroup;
	uint32_t programs_at; /* the first of programs_count, at least one */
	uint32_t programs_count;
	uint32_t pid;
	uint32_t uid; /* CROWD_NONE when not known */
	uint32_t told; /* crowd_told(); CROWD_NONE: by nobody of the tree, or never */
	bool has_failed;
};

/* Few are told to end. */
struct crowd_told {
	uint64_t by_id;
	uint64_t at_ns;
};

/* There may be a million. */
_Static_assert(sizeof(struct crowd_member) <= 88 && sizeof(struct crowd_program) <= 40,
	       "a row of a process is small");

struct crowd {
	struct crowd_member *members; /* owned */
	size_t count;
	size_t room;
	struct crowd_program *programs; /* owned */
	size_t programs_count;
	size_t programs_room;
	struct crowd_told *told; /* owned */
	size_t told_count;
	size_t told_room;
	struct names names;
	size_t max; /* 0: no bound */
	uint64_t seen;
	uint64_t untimed; /* of these, whose end is not told */
};

/* A zeroed struct is empty. */
void crowd_done(struct crowd *crowd);

/* Of what is left behind when there are more than max, nothing is known. */
int crowd_add(struct crowd *crowd, const struct denet_process *process);

static inline uint64_t crowd_dropped(const struct crowd *crowd)
{
	return crowd->seen - crowd->count;
}

/* NULL for who was not told by anybody of the tree. */
static inline const struct crowd_told *crowd_told(const struct crowd *crowd,
						  const struct crowd_member *member)
{
	return member->told == CROWD_NONE ? NULL : &crowd->told[member->told];
}

static inline uint64_t crowd_peak_kb(const struct crowd_program *program)
{
	return program->peak_kb == CROWD_NONE ? DENET_UNKNOWN : program->peak_kb;
}

/* The last, whose name the process has. */
static inline const struct crowd_program *crowd_own_program(const struct crowd *crowd,
							    const struct crowd_member *member)
{
	return &crowd->programs[member->programs_at + member->programs_count - 1];
}

#endif
