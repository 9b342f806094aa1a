/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The tasks of Nextflow within a recorded run of a whole workflow. */
#ifndef DENET_REPORT_NEXTFLOW_H
#define DENET_REPORT_NEXTFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"

#define NEXTFLOW_NONE ((size_t)-1)

/* Sums over all processes; one of which it is not known for makes it DENET_UNKNOWN. */
struct nextflow_used {
	struct denet_counters counters;
	uint64_t peak_rss_kb; /* the largest of one process */
};

struct nextflow_life {
	uint64_t id;
	uint64_t parent_id;
	int64_t start_ns;
	int64_t end_ns;
	bool has_ended;
	uint32_t pid;
	struct denet_end end;
	struct nextflow_used used;
	size_t folder_at; /* in texts: of the task that its command line names, or NEXTFLOW_NONE */
	bool is_job; /* its command line names .command.run, or .command.sh, as the next */
	bool is_script;
	size_t task; /* in tasks, or NEXTFLOW_NONE */
	bool in_script;
};

struct nextflow_task {
	size_t folder_at;
	size_t job; /* in items: what Nextflow has started; or NEXTFLOW_NONE */
	size_t script; /* what the workflow has written, and what is measured; or NEXTFLOW_NONE */
	struct nextflow_used used; /* of the script, else of the job */
};

struct nextflow {
	struct nextflow_life *items; /* owned, as all below */
	size_t count;
	size_t room;
	struct nextflow_task *tasks; /* in the order of their starts */
	size_t tasks_count;
	struct buf texts; /* each ends with NUL */
	int error;
};

/* A zeroed struct is empty. */
void nextflow_done(struct nextflow *nextflow);
static inline void nextflow_freep(struct nextflow *nextflow)
{
	nextflow_done(nextflow);
}

void nextflow_add(struct nextflow *nextflow, const struct denet_process *process);

/* When all are there: finds the tasks, of which there may be none. */
int nextflow_finish(struct nextflow *nextflow);

/* XX/YYYYYY, as Nextflow shows it, of a task's folder; false for one that is none. */
bool nextflow_hash(const char *folder, size_t size, char *ret_hash);

/* The task's name as its folder has it; false when that is gone, or of somewhere else. */
bool nextflow_name(const char *folder, size_t size, char *ret_name);

static inline const char *nextflow_text(const struct nextflow *nextflow, size_t at)
{
	return at == NEXTFLOW_NONE ? NULL : nextflow->texts.data + at;
}

#endif
