/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One monitored tree. monitor.c drives, news.c takes in events, tick.c samples, finish.c ends. */
#ifndef DENET_FOLLOW_MONITOR_INTERNAL_H
#define DENET_FOLLOW_MONITOR_INTERNAL_H

#include "denet/denet.h"
#include "follow/tally.h"
#include "follow/control.h"
#include "launch/launch.h"
#include "record/records.h"
#include "source/source.h"
#include "procfs/cgroup_path.h"
#include "procfs/netdev.h"
#include "tree/tree.h"
#include "util/rate.h"

enum phase {
	PHASE_STARTING, /* the observer has heard nothing yet */
	PHASE_RUNNING,
	PHASE_SETTLING, /* the root has ended; its account, or the last descendant, is awaited */
	PHASE_ENDED,
};

struct denet_monitor {
	struct denet_options options;
	struct denet_observer observer; /* that of records, which passes on to the caller's */
	struct records *records; /* owned */
	struct control control;
	enum phase phase;
	enum denet_accounting accounting;
	char warning[512]; /* to be told when nothing can fail any more; or empty */
	bool is_attached; /* else the root is our child */
	bool has_started; /* the observer knows */
	bool has_timed_out;
	bool is_root_gone;
	pid_t root_pid;
	uint64_t root_id;

	int epoll_fd; /* owned, as the other descriptors */
	int timer_fd;
	int root_fd; /* pidfd */
	int netdev_fd;
	int pressure_fd;
	struct source *source; /* owned; NULL with accounting none */
	struct cgroup_paths *cgroups; /* owned; NULL until one is asked for */

	/* The command as started, until an exec event tells more. */
	char *args; /* owned */
	size_t args_len;
	char *exe; /* owned; NULL when not known */

	uint64_t tick_ns;
	uint64_t start_mono_ns; /* the release of exec, or the attach */
	uint64_t start_boot_ns;
	uint64_t t0_ms;
	uint64_t deadline_mono_ns; /* of the next sample */
	uint64_t settle_mono_ns; /* when waiting for the last accounts ends */
	uint64_t settle_limit_ns; /* the latest that it may become */
	uint64_t exits_settled; /* exits_seen when it was set last */
	uint64_t lookup_mono_ns; /* when it is next looked up who is left */
	uint64_t end_mono_ns;
	uint64_t last_sample_ms;
	uint64_t last_sample_mono_ns;

	struct tree tree;
	struct tally tally;
	struct task_counters before; /* to be subtracted from the totals */
	struct task_counters total; /* of the tree at the last sample, never less than before */
	struct task_counters exact; /* the same without that promise: what the last walk found */
	struct tree_totals totals; /* at the last walk */
	uint32_t unknown; /* COUNTER_: what these do not tell */
	bool is_of_one_moment; /* they and what the walk found */
	uint64_t exits_seen; /* accounts that have come */
	uint64_t seeded_processes;
	uint64_t seeded_threads; /* beyond the first of each process */
	uint64_t news_lost; /* for want of memory */
	struct rate rate;
	uint64_t cpu_before_ns; /* in the totals, but older than the attach */
	struct denet_end root_end;
	bool is_root_closed; /* its account has come */
	struct task_counters root_used;
	uint32_t root_unknown; /* COUNTER_ */
	uint64_t root_threads_total;
	uint64_t root_start_boot_ns;
	struct rate root_rate;
	struct netdev_totals net_before;

	struct denet_child *children; /* owned, reused; as large as the largest sample */
	struct process **candidates; /* owned, reused */
	size_t children_room;
	size_t statm_kept; /* descriptors of /proc/PID/statm, in this sample */
	size_t statm_kept_max;
	struct idmap mms; /* address spaces seen in this sample */

	uint64_t sample_count;
	uint64_t net_rx_bytes;
	uint64_t net_tx_bytes;
	uint64_t peak_sum_kb;
	uint64_t peak_sum_at_ns;
	uint64_t processes_peak;
	uint64_t threads_peak;
	uint64_t psi_samples;
	uint64_t psi_stalled_samples;
	struct denet_survivor *survivors; /* owned */
	size_t survivors_count;
	uint64_t running_count;
};

/* monitor.c: called when the root is known; the first step is due at once. */
int monitor_watch(struct denet_monitor *monitor);
bool monitor_has_root_ended(const struct denet_monitor *monitor);
/* Of a root that has ended: false when it is not ours to wait for. WNOWAIT leaves it there. */
bool monitor_wait_root(const struct denet_monitor *monitor, siginfo_t *ret_info, int flags);
/* What the public functions of the same names do, for whoever drives the monitor. */
int monitor_step(struct denet_monitor *monitor);
int monitor_finish(struct denet_monitor *monitor);
int monitor_sample_now(struct denet_monitor *monitor);

/* api.c: makes the metadata record known before the first step. */
void monitor_note_metadata(struct denet_monitor *monitor);

/* Closes what watching has opened. */
void monitor_unwatch(struct denet_monitor *monitor);

/* news.c */
int news_drain(struct denet_monitor *monitor);
int news_seed(struct denet_monitor *monitor);
/* Shows what was started, once. */
void news_start(struct denet_monitor *monitor);
/* Shows a process that the observer has not met. */
void news_arrival(struct denet_monitor *monitor, struct process *process);
/* Shows a process that goes on after the end of monitoring. */
void news_survivor(struct denet_monitor *monitor, struct process *process);

/* tick.c: who lives, and the totals to that. */
int tick_walk(struct denet_monitor *monitor);
/* Shows what the last walk has found, as a sample. */
int tick_show(struct denet_monitor *monitor);

/* finish.c */
int finish(struct denet_monitor *monitor);
/* Once monitoring has ended. */
int monitor_summary(struct denet_monitor *monitor, struct denet_summary *ret_summary);

uint64_t monitor_wall_ms_of_boot(const struct denet_monitor *monitor, uint64_t boot_ns);

#endif
