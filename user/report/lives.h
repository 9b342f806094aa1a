/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The processes of a run as their records tell them: when each lived, what it ran, and whose child it was. */
#ifndef DENET_REPORT_LIVES_H
#define DENET_REPORT_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"

/* From one exec to the next. */
struct life_program {
	size_t comm_at; /* in texts */
	int64_t start_ns;
	uint64_t cpu_ns;
};

/* Times are since the start of the run, and below 0 for what was before. */
struct life {
	uint64_t id;
	uint64_t parent_id;
	int64_t start_ns;
	int64_t end_ns; /* not before start_ns */
	uint64_t cpu_ns; /* DENET_UNKNOWN when not known, as the next */
	uint64_t peak_rss_kb;
	struct denet_end end;
	uint32_t pid;
	uint32_t ppid;
	bool is_timed; /* both times are known */
	bool is_running; /* end_ns is that of the run, once lives_finish() has been called */
	bool was_oom_killed;
	size_t comm_at; /* in texts */
	size_t args_at; /* of args_len bytes, as in struct denet_command */
	size_t args_len;
	size_t programs_at; /* the first of programs_count in programs; none of what ran one alone */
	size_t programs_count;
};

struct lives {
	struct life *items; /* owned, as all below */
	size_t count;
	size_t room;
	struct life_program *programs;
	size_t programs_count;
	size_t programs_room;
	struct buf texts; /* each ends with NUL */
	int error;
};

/* A zeroed struct is empty. */
void lives_done(struct lives *lives);
static inline void lives_freep(struct lives *lives)
{
	lives_done(lives);
}

/* t0_ms is the start of the run for records without nanoseconds; DENET_UNKNOWN when not known. */
void lives_add(struct lives *lives, const struct denet_process *process, uint64_t t0_ms);

/* When all are there: gives what still runs the end of the run, and sorts them by their starts. */
void lives_finish(struct lives *lives, uint64_t wall_ns);

static inline const char *lives_text(const struct lives *lives, size_t at)
{
	return lives->texts.data + at;
}

#endif
