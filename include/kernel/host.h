/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the whole machine's accounts share between both sides. The includer provides __u32 and __u64
 * (vmlinux.h on one side, <linux/types.h> on the other).
 */
#ifndef DENET_KERNEL_HOST_H
#define DENET_KERNEL_HOST_H

#include "kernel/task.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

/* Whose an account is: of all threads in a cgroup whose process has this name, and this user. */
struct host_key {
	__u64 cgroup_id; /* in the hierarchy that is followed */
	__u32 uid;
	__u32 end; /* 0, but where ends are counted: see HOST_END_OOM */
	char comm[DENET_COMM_LEN]; /* of the process's main thread, at the end */
};

struct host_used {
	__u64 cpu_time_ns;
	__u64 run_delay_ns;
	__u64 page_faults_cached;
	__u64 page_faults_disk;
	__u64 disk_read_bytes;
	__u64 disk_write_bytes;
};

/* Of what has ended. */
struct host_row {
	struct host_used used;
	__u64 threads;
	__u64 processes;
	__u64 failed; /* with a status other than 0 */
	__u64 killed; /* by a signal */
	__u64 oom_killed;
};

/* What a thread had used before it counted here, and where that was. */
struct host_base {
	__u64 cgroup_id;
	struct host_used used;
};

/* One living thread. */
struct host_living {
	struct host_key key;
	struct host_used used; /* without its base */
	__u64 address; /* of the task: its tid changes when a thread execs */
	__u32 tid;
	__u32 tgid;
	__u64 is_forked; /* its process has executed nothing yet */
};

/* What becomes of a thread that was told as living: those that have not run since are not told again. */
struct host_change {
	__u64 address;
	__u32 tid;
	__u32 is_moved; /* to the key's cgroup, where it has used nothing yet; else it has ended */
	struct host_key key;
};

struct host_totals {
	__u64 dying_seq; /* counted up before a thread's account is closed, and after: */
	__u64 dead_seq;
	__u64 moves;
	__u64 bases_lost; /* of threads that count with what they had used before */
	__u64 rows_lost; /* threads that count in the row for all that had no room */
	__u64 changes_lost; /* for which the ring had no room */
	__u64 ends; /* that were counted by how they ended */
	__u64 ends_lost; /* that were not: there was no room */
};

/* A CPU's run-queue clock, as read in a pass before any task is, and in the one before. */
struct host_cpu {
	__u64 now_ns;
	__u64 before_ns;
	__u64 offset; /* of its part of what is per CPU */
};

/* One pass over the living, and what came of it. */
struct host_pass {
	__u32 is_whole; /* in: all of them; else those that may have run since the pass before */
	__u32 is_cut; /* out: there were more than there is room for */
	__u64 count;
	__u64 cgroups; /* out: that were asked whether they have run */
};

/* The kernel itself tells no longer ones. */
#define HOST_PATH_MAX 1024

enum host_event_kind {
	HOST_EVENT_POPULATED, /* the first process came, to it or below */
	HOST_EVENT_EMPTIED, /* and the last one went */
	HOST_EVENT_REMOVED,
	HOST_EVENT_MOVED, /* what was told before by a process that moves can be taken now */
};

/* Of a cgroup in the hierarchy that is followed. */
struct host_event {
	__u64 cgroup_id;
	__u32 kind; /* enum host_event_kind */
	__u32 pad;
	__u64 memory_peak_pages; /* HOST_EVENT_EMPTIED: of its memory cgroup; 0 when it is not known */
};

struct host_event_path {
	struct host_event event; /* HOST_EVENT_POPULATED: the others tell of one that is known */
	char path[HOST_PATH_MAX]; /* from the hierarchy's root on */
};

#pragma GCC diagnostic pop

_Static_assert(sizeof(struct host_event) == 24, "layout of host_event");
_Static_assert(sizeof(struct host_event_path) == 1048, "layout of host_event_path");
_Static_assert(sizeof(struct host_key) == 32, "layout of host_key");
_Static_assert(sizeof(struct host_used) == 48, "layout of host_used");
_Static_assert(sizeof(struct host_row) == 88, "layout of host_row");
_Static_assert(sizeof(struct host_base) == 56, "layout of host_base");
_Static_assert(sizeof(struct host_living) == 104, "layout of host_living");
_Static_assert(sizeof(struct host_change) == 48, "layout of host_change");
_Static_assert(sizeof(struct host_totals) == 64, "layout of host_totals");
_Static_assert(sizeof(struct host_cpu) == 24, "layout of host_cpu");
_Static_assert(sizeof(struct host_pass) == 24, "layout of host_pass");

#define HOST_ROWS_MAX 16384
#define HOST_ENDS_MAX 4096 /* of rows, and how their processes ended, but with status 0 */
#define HOST_END_OOM 0x10000 /* beside what wait() gives */
#define HOST_LIVING_AT_ONCE 16384 /* of one pass */
#define HOST_CGROUPS_MAX 8192 /* whose CPU of the pass before is known */
#define HOST_BASES_MAX 8192 /* and as many as there are threads at the start */

#endif
