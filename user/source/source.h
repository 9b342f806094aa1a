/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where the figures come from: BPF or /proc, behind one set of calls. */
#ifndef DENET_SOURCE_SOURCE_H
#define DENET_SOURCE_SOURCE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/denet.h"
#include "kernel/tree.h"

typedef int (*source_task_fn)(void *context, const struct task_sample *task);

/* text holds event->args_len bytes of arguments, then event->path_len of path. */
struct source_events {
	void *context;
	void (*on_exec)(void *context, const struct exec_event *event, const char *text);
	void (*on_exit)(void *context, const struct process_account *account);
};

/* All calls but free want an open source; what they mean for each is in probe.h and poller.h. */
struct source {
	void *self; /* owned; NULL: nothing is measured */
	enum denet_accounting accounting;
	int fd; /* borrowed: readable when there is news; -1 without news of its own */
	bool sees_births; /* all of them: who lives can be told from the totals */
	bool sees_memory_at_exit; /* else samples have to look for the peak */

	void (*free)(void *self);
	int (*seed)(void *self, pid_t pid, bool is_tree, source_task_fn on_task, void *context);
	uint64_t (*root_id)(void *self);
	/* What the root had used at its first exec; false when that is not known. */
	bool (*root_before_exec)(void *self, struct task_counters *ret_used);
	int (*drain)(void *self, const struct source_events *events);
	/* Shows each living task; 1 when the totals are not of the same moment as these. */
	int (*sample)(void *self, source_task_fn on_task, void *context,
		      struct tree_totals *ret_totals);
	void (*totals)(void *self, struct tree_totals *ret_totals);
	/* COUNTER_: what the totals do not tell. */
	uint32_t (*unknown)(void *self);
	/* Of a living process; -ENOENT when it has none. */
	int (*account)(void *self, uint64_t id, struct process_account *ret_account);
	void (*wake_at_every_exit)(void *self);
	uint64_t (*tasks_lost)(void *self);
	/* Largest memory of one process that need not have been seen; 0 when not known. */
	uint64_t (*peak_kb)(void *self);
	/* Nothing is followed any more; what has been found stays. */
	void (*end)(void *self);
};

/* Loads the BPF programs; on failure why says it in words for one line. */
int source_open_bpf(struct source *ret_source, char *why, size_t size);

/* Reads /proc. With adopt_orphans this process becomes a subreaper, and waits for orphans. */
int source_open_proc(bool adopt_orphans, struct source *ret_source, char *why, size_t size);

/* Accepts what is not open, and leaves it so. */
void source_close(struct source *source);

static inline bool source_is_open(const struct source *source)
{
	return source->self;
}

#endif
