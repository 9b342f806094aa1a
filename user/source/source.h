/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Where the figures come from: the contract that every source fulfils, and the list of those that
 * there are. A source is a folder of its own that fills in a struct source_ops; nobody else knows
 * more of it.
 */
#ifndef DENET_SOURCE_SOURCE_H
#define DENET_SOURCE_SOURCE_H

#include <linux/types.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/tree.h"

struct procfs;
struct source;

/* What it returns other than 0 ends the walk and comes back from it. */
typedef int (*source_task_fn)(void *context, const struct task_sample *task);

/* text holds event->args_len bytes of arguments, then event->path_len of path. */
struct source_events {
	void *context;
	void (*on_exec)(void *context, const struct exec_event *event, const char *text);
	void (*on_exit)(void *context, const struct process_account *account);
};

/* A cgroup, of which those who are in it or below it are members. */
struct source_group {
	const char *
		folder; /* borrowed, as the next; with "/cgroup.procs" no longer than a path may be */
	const char *controller; /* of version 1: cpuacct, cpu, memory or pids; "" for version 2 */
	uint64_t id;
	int level; /* below the root of the hierarchy; -1: not known */
};

struct source_options {
	const struct procfs *procfs; /* borrowed as long as the source is open */
	/* It is to be seeded by it; NULL: by a process. What it points to is borrowed as long as the
	 * source is open. */
	const struct source_group *group;
	/* This process becomes a subreaper: orphans of the tree are its children, are followed and
	 * waited for. All its children but those that it has already are taken for such. */
	bool adopt_orphans;
	bool net; /* the bytes of sockets are asked for */
	/* When it is closed it may keep for the next one what was dear to get, for some seconds. */
	bool keep_loaded;
	/* It will be seeded with this process and its tree, and nobody wants to know what was before: it
	 * may share what another such source has. */
	bool is_self;
};

#define SOURCE_LIMITS_MAX 16
#define SOURCE_NO_QUOTA UINT64_MAX

/* What bounds a process, whether its files can be seen or not: its own cgroup first, then up the tree. */
struct source_limits {
	struct cpu_limit cpu[SOURCE_LIMITS_MAX];
	size_t cpu_count;
	uint64_t memory_kb; /* the least up the tree; UINT64_MAX without one */
};

static inline bool source_is_quota(const struct cpu_limit *limit)
{
	return limit->quota_ns != SOURCE_NO_QUOTA && limit->period_ns;
}

/* The least quota, in CPUs; NaN without one. */
static inline double source_least_cores(const struct source_limits *limits)
{
	double least = NAN;

	for (size_t i = 0; i < limits->cpu_count; i++) {
		const struct cpu_limit *limit = &limits->cpu[i];

		if (source_is_quota(limit))
			least = fmin(least, (double)limit->quota_ns / (double)limit->period_ns);
	}
	return least;
}

struct source_ops {
	const char *name;
	bool is_exact; /* by accounts of the kernel; else what was seen, lower bounds */

	int (*open)(const struct source_options *options, struct source **ret_source);
	/* Why open failed with error, in words, for one line. */
	void (*explain)(int error, char *text, size_t size);
	void (*close)(struct source *source);
	/* Gives back what is kept for the next use. May be NULL. From any thread. */
	void (*release)(void);

	/*
	 * The process pid becomes the root, and with is_tree all its descendants are members; without,
	 * it is a child of ours that has not execed. Calls back for each with what it had used before.
	 */
	int (*seed)(struct source *source, pid_t pid, bool is_tree, source_task_fn on_task,
		    void *context);
	/* The same for the group that it was opened for. What its members have used before is left
	 * out already, or is told as above. NULL where no group can be followed. */
	int (*seed_group)(struct source *source, source_task_fn on_task, void *context);
	/* 0 before seeding. */
	uint64_t (*root_id)(const struct source *source);

	/* Hands over the news. */
	int (*drain)(struct source *source, const struct source_events *events);
	/* Shows each living task; 1 when the totals are not of the same moment as these. */
	int (*sample)(struct source *source, source_task_fn on_task, void *context,
		      struct tree_totals *ret_totals);
	/* A consistent copy. */
	void (*totals)(const struct source *source, struct tree_totals *ret_totals);
	/* The same without `most`, which may be left as it was: costs no call of the kernel. */
	void (*counted)(const struct source *source, struct tree_totals *ret_totals);
	/* COUNTER_: what the totals do not tell. */
	uint32_t (*unknown)(const struct source *source);
	/* Why COUNTER_NET is among it though it was asked for, in words, for one line. */
	void (*explain_net)(const struct source *source, char *text, size_t size);
	/* Of a living process; -ENOENT when it has none. */
	int (*account)(const struct source *source, uint64_t id,
		       struct process_account *ret_account);
	/* Of a process that was seeded, and the same one at each call; of its end when that is over.
	 * -ESRCH when it cannot be told. NULL where only files tell. */
	int (*limits)(struct source *source, pid_t pid, struct source_limits *ret_limits);

	/* Whether it may still load something, for which CAP_BPF and CAP_PERFMON have to be permitted;
	 * it raises them itself, for that moment. May be NULL: never. */
	bool (*wants_rights)(const struct source *source);
	/* From now on every end is news that wakes, not that of the root alone. */
	void (*wake_at_every_exit)(struct source *source);
	/* Tasks that are not followed, as far as that can be known. */
	uint64_t (*tasks_lost)(const struct source *source);
	/* Largest memory of one process that need not have been seen; 0 when not known. */
	uint64_t (*peak_kb)(const struct source *source);
};

/* The head of each source's own struct. */
struct source {
	const struct source_ops *ops;
	int fd; /* borrowed: readable when there is news; -1 without news of its own */
	bool sees_births; /* all of them: who lives can be told from the totals */
	bool sees_memory_at_exit; /* else samples have to look for the peak */
};

/* Each is defined by its folder: in probe/ by BPF, in poller/ by /proc. */
extern const struct source_ops probe_source_ops;
extern const struct source_ops poller_source_ops;

/* Those that there are, the best first; ends with NULL. */
extern const struct source_ops *const source_list[];

/* On failure why says it in words, for one line. */
int source_open(const struct source_ops *ops, const struct source_options *options,
		struct source **ret_source, char *why, size_t size);

/* Gives back what all of them keep. */
void source_release(void);

/* Accepts NULL. */
void source_close(struct source *source);

static inline void source_closep(struct source **source)
{
	source_close(*source);
}

#endif
