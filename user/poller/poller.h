/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Follows a tree of processes by /proc, without any right over the machine. All figures are lower
 * bounds: what was not seen is missing, nothing is counted twice.
 *
 * Living processes are looked at one by one. What ended is in the sums of who waited for it: its
 * parent's, or ours when it was an orphan.
 */
#ifndef DENET_POLLER_POLLER_H
#define DENET_POLLER_POLLER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/tree.h"

struct poller_options {
	/* The caller's process becomes a subreaper: orphans of the tree are its children, are followed
	 * and waited for. All its children but those that it has already are taken for such. */
	bool adopt_orphans;
	/* For tests, as if the kernel did not have them. */
	bool no_children_files;
	bool no_clocks;
	bool no_kcmp;
};

struct poller;

typedef int (*poller_task_fn)(void *context, const struct task_sample *task);

/* text holds event->args_len bytes of arguments, then event->path_len of path. */
struct poller_events {
	void *context;
	void (*on_exec)(void *context, const struct exec_event *event, const char *text);
	void (*on_exit)(void *context, const struct process_account *account);
};

/* -ENOSYS when /proc is not there, -EXDEV when it shows another pid namespace than ours. */
int poller_open(const struct poller_options *options, struct poller **ret_poller);

/* Accepts NULL. */
void poller_free(struct poller *poller);

static inline void poller_freep(struct poller **poller)
{
	poller_free(*poller);
}

/* Why poller_open() failed with error, in words, for one line. */
void poller_explain(int error, char *text, size_t size);

/*
 * The process pid becomes the root, and with is_tree all its descendants are members; without, it
 * is a child of ours that has not execed. Calls back for each process with what it had used before.
 */
int poller_seed(struct poller *poller, pid_t pid, bool is_tree, poller_task_fn on_task,
		void *context);

/* Of the root; 0 before poller_seed(). */
uint64_t poller_root_id(const struct poller *poller);

/* Hands over what the looks have found. Looks at the root alone. */
int poller_drain(struct poller *poller, const struct poller_events *events);

/* Looks at all members, then calls back for each that lives. */
int poller_sample(struct poller *poller, poller_task_fn on_task, void *context);

/* At the last look. processes_exited counts whose account was handed over, or is about to. */
void poller_totals(const struct poller *poller, struct tree_totals *ret_totals);

/* COUNTER_: what the totals do not tell. */
uint32_t poller_unknown(const struct poller *poller);

/* As last seen, of a process that has not ended; -ENOENT when it is not known. */
int poller_account(const struct poller *poller, uint64_t id, struct process_account *ret_account);

/* Processes of which not even the CPU time can be read. */
uint64_t poller_tasks_lost(const struct poller *poller);

/* The largest memory of any one process that was waited for, seen or not; 0 when not known. */
uint64_t poller_peak_kb(const struct poller *poller);

/* Orphans are no longer ours to wait for. */
void poller_end(struct poller *poller);

#endif
