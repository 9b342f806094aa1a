/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The processes that a page shows: all, or of too many the heaviest and those that matter otherwise. */
#ifndef DENET_REPORT_HTML_PROCESSES_H
#define DENET_REPORT_HTML_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "report/html_names.h"
#include "util/idmap.h"

#define HTML_NONE UINT32_MAX

/* As bits. */
enum html_flag {
	HTML_RUNNING = 1,
	HTML_FAILED = 2,
	HTML_BOUND = 4, /* its CPU is not exact */
	HTML_UNSEEN = 8, /* nobody saw how it ended */
	HTML_OLDER = 16, /* it lived before the monitor */
	HTML_KILLED = 32, /* for want of memory */
};

struct html_process {
	uint64_t id; /* 0: none */
	uint64_t parent_id;
	int64_t start_ns; /* since the start of the run */
	int64_t end_ns; /* HTML_RUNNING: as far as it was watched */
	uint64_t cpu_ns;
	uint64_t peak_kb; /* DENET_UNKNOWN when not known */
	uint32_t pid;
	uint32_t ppid;
	uint32_t comm; /* among the names */
	uint32_t command; /* the same */
	int32_t status; /* below 0 a signal */
	uint32_t flags;
	bool is_kept;
	uint32_t place; /* among those that are kept */
};

struct html_processes {
	struct html_process *items; /* owned */
	size_t count;
	size_t room;
	size_t kept;
	struct html_names names;
	struct idmap by_id; /* owned; to items */
};

void html_processes_done(struct html_processes *processes);

/* Times are made of start_ms and wall_ns where the record has none of its own. -ENOMEM. */
int html_processes_add(struct html_processes *processes, const struct denet_process *process,
		       uint64_t run_start_ms);

/*
 * Once all are there: of more than all_max the heaviest_max that used most CPU, as many of those that failed,
 * those whose ids are given, and the parents of all these. Those that are kept have places by their starts.
 */
int html_processes_select(struct html_processes *processes, size_t all_max, size_t heaviest_max,
			  const uint64_t *ids, size_t ids_count);

/* By its id; HTML_NONE when there is none. After html_processes_select(). */
uint32_t html_processes_find(const struct html_processes *processes, uint64_t id);

#endif
