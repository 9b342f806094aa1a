/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * One monitored tree. Each file calls those below it, in this order: start (and open) makes one, drive
 * says who acts, step does what is due, settle tells when all is over, finish ends, summary says what
 * is left, tick samples, news takes in what processes do. What the others hold they write themselves.
 */
#ifndef DENET_FOLLOW_MONITOR_INTERNAL_H
#define DENET_FOLLOW_MONITOR_INTERNAL_H

#include "denet/denet.h"
#include "engine/identity.h"
#include "engine/ledger.h"
#include "engine/memory.h"
#include "engine/sampler.h"
#include "engine/shares.h"
#include "follow/around.h"
#include "follow/control.h"
#include "follow/facts.h"
#include "follow/group.h"
#include "follow/own.h"
#include "follow/root.h"
#include "follow/summary.h"
#include "metrics/peaks.h"
#include "metrics/tally.h"
#include "follow/times.h"
#include "follow/watch.h"
#include "procfs/cgroup_target.h"
#include "procfs/procfs.h"
#include "record/records.h"
#include "source/source.h"
#include "tree/tree.h"
#include "util/idmap.h"

enum phase {
	PHASE_STARTING, /* the observer has heard nothing yet */
	PHASE_RUNNING,
	PHASE_SETTLING, /* the root has ended; its account, or the last descendant, is awaited */
	PHASE_ENDED,
};

/* Of settle.c. */
struct settle {
	uint64_t due_ns; /* when waiting for the last accounts ends */
	uint64_t limit_ns; /* the latest that it may become */
	uint64_t exits_settled; /* exits_seen when it was set last */
	uint64_t lookup_ns; /* when it is next looked up who is left */
};

/* Of news.c. */
struct news {
	bool has_started; /* the observer knows */
	struct idmap known; /* processes that it knows, by id */
	uint64_t exits_seen; /* accounts that have come */
	uint64_t lost; /* for want of memory */
};

/* Of tick.c: what was held when it was last known. */
struct gauges {
	bool is_known;
	uint64_t rss_kb, vms_kb;
	uint64_t threads;
};

struct last {
	struct gauges root;
	struct gauges sum; /* of all */
	uint64_t processes;
};

/* Of failing.c. */
struct failing {
	uint64_t samples; /* left out */
	bool is_source_gone; /* nothing is sampled any more */
	char reason[160]; /* why the figures are not of the whole run; or empty */
};

struct denet_monitor {
	struct denet_options options;
	struct denet_observer observer; /* that of records, which passes on to the caller's */
	struct records *records; /* owned */
	char *proc_root; /* owned; NULL for the usual one */
	struct procfs procfs;
	struct cgroup_target *cgroup; /* owned; NULL when a process is followed, with its tree */
	enum phase phase;
	enum denet_accounting accounting;
	char warning[512]; /* to be told when nothing can fail any more; or empty */
	bool has_timed_out;

	/* Asked for from outside. */
	struct control control;
	struct watch watch;
	uint64_t deadline_mono_ns; /* of the next sample */

	/* Until the end; then they are empty. */
	struct source *source; /* owned; NULL with accounting none */
	struct tree tree;
	struct memory memory;
	struct shares shares;
	struct identity identity;
	struct sampler sampler;
	struct around around;
	struct group group;
	struct settle settle;
	struct news news;
	struct own own;
	struct last last;

	/* Also afterwards. */
	struct root root;
	struct facts facts;
	struct times times;
	struct failing failing;
	struct ledger ledger;
	struct peaks peaks;
	struct tally tally;
	struct summary summary;
};

/* monitor.c: with what the caller hands over. */
int monitor_new(const struct denet_options *options, const struct denet_observer *observer,
		struct denet_monitor **ret_monitor, struct denet_error *error);
/* Closes and frees all that only measuring needs. */
void monitor_close_measuring(struct denet_monitor *monitor);
/* A thread of what is watched is ours. */
bool monitor_has_own_thread(const struct denet_monitor *monitor);

/* open.c: the best source that is wanted and possible; NULL in the list ends it. */
int open_source(struct denet_monitor *monitor, const struct source_ops *const *sources,
		struct denet_error *error);
/* Whoever asked for the best that is possible gets the command all the same. */
int open_source_for_run(struct denet_monitor *monitor, const struct source_ops *const *sources,
			struct denet_error *error);
/* Without it the command goes on to be waited for. */
void open_nothing(struct denet_monitor *monitor, const char *why);

/* start.c: what denet_run() and denet_attach() do, with sources of the caller's. */
int start_running(const struct denet_options *options, const struct denet_observer *observer,
		  const struct denet_launch *launch, const struct source_ops *const *sources,
		  struct denet_monitor **ret_monitor, struct denet_error *error);
int start_following(const struct denet_options *options, const struct denet_observer *observer,
		    pid_t pid, const struct source_ops *const *sources,
		    struct denet_monitor **ret_monitor, struct denet_error *error);

/* cgroup.c: the same for denet_attach_cgroup(). */
int cgroup_follow(const struct denet_options *options, const struct denet_observer *observer,
		  const char *name, const struct source_ops *const *sources,
		  struct denet_monitor **ret_monitor, struct denet_error *error);

/* start.c: nothing can fail any more. Limits and the network are those of the process pid; 0: of nobody. */
void start_observing(struct denet_monitor *monitor, pid_t pid);
void start_clocks(struct denet_monitor *monitor);

/* monitor.c: once. */
void monitor_warn_of_group(struct denet_monitor *monitor);

/* step.c: what the public functions of the same names do, for whoever drives the monitor. */
int step_due(struct denet_monitor *monitor);
void step_finish(struct denet_monitor *monitor);
int step_sample_now(struct denet_monitor *monitor);

/* settle.c: begins when the root has ended; over when nothing more is awaited. */
void settle_begin(struct denet_monitor *monitor, uint64_t now_ns);
/* Whoever was in it has ended or left; or it was removed before anybody came. */
bool settle_is_cgroup_over(const struct denet_monitor *monitor);
bool settle_is_over(struct denet_monitor *monitor, uint64_t now_ns);
/* Nobody lives whom we wait for, and the end's sample is the next. */
bool settle_awaits_last(const struct denet_monitor *monitor);

/* finish.c: the last sample, the survivors, the summary; then everything is closed. */
void finish_monitoring(struct denet_monitor *monitor);

/* sum_up.c: makes the summary, while the source is still open. */
void sum_up(struct denet_monitor *monitor);

/* news.c */
int news_seed(struct denet_monitor *monitor);
void news_forget_seeded(struct denet_monitor *monitor);
int news_drain(struct denet_monitor *monitor);
/* Shows what was started, once; and makes it known to records before that. */
void news_start(struct denet_monitor *monitor);
void news_note_start(struct denet_monitor *monitor);
/* Shows a process that the observer has not met. */
void news_arrival(struct denet_monitor *monitor, struct process *process);
/* Shows a process that goes on after the end of monitoring; account: as read last, NULL when it could not be. */
void news_survivor(struct denet_monitor *monitor, struct process *process,
		   const struct process_account *account);
/* A process leaves the tree. */
void news_forget(struct denet_monitor *monitor, struct process *process);
void news_done(struct news *news);

/* failing.c: one that was due. The first is told; the kernel goes on counting all the same. */
void failing_note(struct denet_monitor *monitor, int error);
/* True of what no later try can mend: the descriptors of the source are not ours any more. */
bool failing_is_for_good(int error);
/* The totals of the end could not be read. */
void failing_note_end(struct denet_monitor *monitor, int error);

/* tick.c: who lives, and the totals to that. */
int tick_walk(struct denet_monitor *monitor);
/* Shows what the last walk has found, as a sample. */
int tick_show(struct denet_monitor *monitor);
/* Both. The only place that a failing sample comes back to, where it is counted. */
int tick_sample(struct denet_monitor *monitor);
/* What was used before the attach is in the totals of since_process_start, not in the rates. */
int tick_begin_rates(struct denet_monitor *monitor);

#endif
