/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a monitor tells: figures, processes, the summary. Part of denet/denet.h. */
#ifndef DENET_TYPES_H
#define DENET_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/system.h" /* DENET_UNKNOWN */

/* Where the figures of a run come from. */
enum denet_accounting {
	DENET_ACCOUNTING_AUTO, /* the best that this machine allows; only ever a request */
	DENET_ACCOUNTING_BPF, /* exact, from the kernel's own accounts */
	DENET_ACCOUNTING_PROC, /* sampled from /proc */
	DENET_ACCOUNTING_NONE, /* the command runs, nothing is measured; only ever a result */
};

/*
 * What a process, or a whole tree, has used.
 *
 * Source: the task's own kernel counters, added up over its threads, the ended ones included.
 * The CPU split comes from timer ticks, adds up to cpu_time_ns, and is unknown below ten ticks.
 */
struct denet_counters {
	uint64_t cpu_time_ns;
	uint64_t cpu_user_ns;
	uint64_t cpu_system_ns;
	uint64_t run_delay_ns; /* runnable, waiting for a CPU */
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes; /* pages dirtied, as /proc/PID/io counts them */
	uint64_t syscall_read_bytes;
	uint64_t syscall_write_bytes;
	uint64_t page_faults_cached;
	uint64_t page_faults_disk;
	uint64_t ctx_switches_voluntary;
	uint64_t ctx_switches_involuntary;
	uint64_t migrations; /* between CPUs */
	uint64_t disk_write_cancelled_bytes; /* dirty pages removed before they reached the disk */
	uint64_t syscall_read_count; /* calls of read() and the like */
	uint64_t syscall_write_count;
	uint64_t socket_rx_bytes; /* IPv4 and IPv6; known with denet_options.net */
	uint64_t socket_tx_bytes;
};

/* One process at one moment; for a tree the sums over what lives, and counters over all that was. */
struct denet_sample {
	uint64_t ts_ms; /* wall clock */
	double cpu_usage; /* percent of one CPU since the sample before */
	uint64_t
		mem_rss_kb; /* statm, up to 1 s old if it did not run; shared by vfork counts once */
	uint64_t mem_vms_kb;
	uint64_t pss_kb; /* smaps_rollup; known where it was read: see denet_options.pss */
	struct denet_counters used;
	uint64_t sys_net_rx_bytes; /* of the root's network namespace, without loopback */
	uint64_t sys_net_tx_bytes;
	uint64_t thread_count;
	uint64_t uptime_secs;
	uint64_t cpu_core; /* last CPU of the main thread */
	double psi_some_avg10; /* the machine's memory pressure in percent; NaN when not known */
	double psi_full_avg10;
};

struct denet_child {
	uint32_t pid;
	const char *comm; /* as the kernel has it: any bytes but NUL */
	struct denet_sample sample;
};

/* A tree at one moment. All pointers are valid until the observer returns. */
struct denet_tree {
	size_t size;
	uint64_t ts_ms;
	struct denet_sample parent; /* the root */
	const struct denet_child *children; /* living descendants, by age */
	size_t children_count;
	uint64_t children_omitted; /* left out of children by options.children_max */
	struct denet_sample aggregated;
	uint64_t process_count; /* living */
	uint64_t processes_started;
	uint64_t processes_exited;
	bool pss_is_bound; /* aggregated.pss_kb is at most so much: of some there is RSS alone */
	/* Nothing of it lives any more: memory, threads, processes are as they were known last. */
	bool parent_is_over;
	bool aggregated_is_over;
	/* The tree changed while aggregated.pss_kb was read: it may be off either way, and by much. */
	bool pss_is_rough;
};

/* The argument vector as the kernel holds it: each argument ends with NUL. */
struct denet_command {
	const char *args;
	size_t args_len; /* with the last NUL; 0 when the arguments are not known */
	bool truncated;
	const char *exe; /* NULL when not known */
};

struct denet_start {
	size_t size; /* of the library's struct, as in the others that an observer is given */
	uint32_t pid;
	uint64_t t0_ms;
	struct denet_command command;
	enum denet_accounting accounting;
	uint64_t interval_ms;
	uint64_t max_interval_ms;
	const char *host; /* this and the others are NULL when not known */
	const char *cwd;
	const char *user; /* a name, or #UID */
	const char *label; /* denet_options.label */
	const char *job; /* what CI or the batch system calls it */
	bool has_system_psi; /* samples tell the machine's memory pressure */
	bool is_attached; /* the root ran before */
	/* Of the root, as in a summary, but as they are at the start. */
	uint64_t cpus_usable;
	uint64_t memory_limit_kb;
	double cpu_limit_cores;
};

/* A process was seen for the first time, or runs a new program. */
struct denet_arrival {
	size_t size;
	uint64_t ts_ms;
	uint32_t pid;
	uint32_t ppid;
	struct denet_command command;
};

/* How something ended. */
struct denet_end {
	bool known; /* false while it runs */
	int exit_code; /* -1 when a signal ended it */
	int signal; /* 0 when it exited */
	bool core_dumped;
	bool unseen; /* it has ended, and how is not known */
};

/* What a process has run from one exec to the next. */
struct denet_process_program {
	const char *comm;
	struct denet_command command; /* not known of what it was forked with */
	int64_t start_ns; /* since the start of the run: below 0 for what was before */
	struct denet_counters used; /* the border is estimated to a tick, the sum is exact */
	uint64_t peak_rss_kb; /* without what it was forked with; DENET_UNKNOWN when not known */
	bool peak_is_bound;
	bool is_forked; /* it is the program of the parent, which this process has left */
};

/* One process from birth to end, or to the end of monitoring (is_running). */
struct denet_process {
	size_t size;
	uint32_t pid;
	uint32_t ppid;
	const char *comm;
	struct denet_command command;
	uint64_t uid; /* DENET_UNKNOWN for one that still runs unseen */
	uint64_t start_ms; /* wall clock */
	uint64_t wall_ns;
	struct denet_counters used;
	struct denet_end end;
	bool oom_killed;
	uint64_t threads_total; /* the main one included */
	uint64_t peak_rss_kb; /* of all its programs, without what it was forked with */
	bool peak_is_bound; /* peak_rss_kb is only known to be reached */
	const char *cgroup; /* path: v2, else v1 memory; NULL when not known */
	bool is_exact; /* cpu_time_ns is the kernel's closed account */
	bool is_partial; /* it lived before the monitor */
	bool is_running;
	uint64_t id; /* not used twice in a run; 0 when there is none */
	uint64_t parent_id; /* 0 for the root, and when not known */
	int64_t start_ns; /* since the start of the run: below 0 for what lived before */
	uint64_t end_ns; /* DENET_UNKNOWN while it runs */
	const struct denet_process_program *programs; /* in order, the last is the process's own */
	size_t programs_count; /* 0 when it ran one alone, or when that is not known */
	uint64_t programs_omitted; /* too many: their shares are among those of programs */
	/* The last TERM, KILL, INT, HUP or QUIT that another process has sent it, and that it took. */
	uint32_t told_signal; /* 0: none, or not known */
	uint32_t told_by_pid; /* 0 for who is not in the monitor's pid namespace */
	uint64_t told_by_id; /* of a process of the tree; 0 for any other */
	uint64_t told_ns; /* since the start of the run; DENET_UNKNOWN when that is earlier */
	/* That its program was started in; NULL when that, or its exec, was not seen in time. */
	const char *cwd;
	bool oom_unknown; /* KILL ended it, and whether for want of memory is not known */
};

struct denet_exit {
	size_t size;
	uint64_t ts_ms;
	struct denet_end end;
	uint64_t last_sample_to_exit_ms;
};

/* All programs of one name: a process that execs has a share in more than one group. */
struct denet_group {
	const char *comm;
	uint64_t count; /* runs; what a child used before it execed is none */
	uint64_t failed;
	uint64_t cpu_time_ns; /* of those of whom it is known; DENET_UNKNOWN when of none */
	uint64_t peak_rss_kb; /* the largest; DENET_UNKNOWN when none is known */
};

/* Processes of one name that ended in the same bad way. */
struct denet_failure {
	const char *comm;
	struct denet_end end;
	bool oom_killed;
	uint64_t count;
	bool has_root; /* the root is one of them */
};

struct denet_survivor {
	const char *comm;
	uint32_t pid;
};

/* Pointers belong to the monitor and are valid until it is freed. */
struct denet_summary {
	size_t size; /* sizeof(struct denet_summary), set by the caller */
	enum denet_accounting accounting;
	struct denet_command command;
	struct denet_end end;
	uint64_t wall_ns; /* from the release of exec, or the attach, to the end of the root */
	uint64_t sample_count;
	/* Part of used that is older than the attach, when birth was asked for. */
	uint64_t cpu_time_before_ns;
	struct denet_counters used;
	uint64_t sys_net_rx_bytes;
	uint64_t sys_net_tx_bytes;
	uint64_t processes_total;
	uint64_t processes_peak; /* at once; with /proc the most that a sample has met */
	uint64_t processes_failed; /* unknown when it is 0 and ends_unknown is not */
	uint64_t processes_exact;
	uint64_t processes_running;
	uint64_t threads_total;
	uint64_t threads_peak;
	/* Largest sum of RSS at a sample, or largest single peak: no bound in either direction. */
	uint64_t peak_mem_rss_kb;
	uint64_t
		peak_mem_at_ns; /* since the start; DENET_UNKNOWN when a single peak is the larger */
	uint64_t peak_process_rss_kb;
	uint32_t peak_process_pid;
	const char *peak_process_comm;
	uint64_t psi_samples; /* samples with memory pressure known, and those above 0 */
	uint64_t psi_stalled_samples;
	uint64_t events_lost; /* execs that did not fit the ring: commands unknown, no total lost */
	uint64_t records_lost; /* processes in the totals, but without an account of their own */
	uint64_t tasks_lost; /* tasks not followed: totals are then lower bounds */
	uint64_t monitor_cpu_ns;
	uint64_t monitor_peak_rss_kb;
	const struct denet_group *groups; /* most CPU first */
	size_t groups_count;
	const struct denet_failure *failures; /* most frequent first */
	size_t failures_count;
	const struct denet_survivor *survivors; /* the first of processes_running */
	size_t survivors_count;
	double total_time_secs; /* denet's keys, made of what stands above; NaN when not known */
	double avg_cpu_usage; /* percent of one CPU */
	double psi_some_fraction; /* psi_stalled_samples of psi_samples */
	const char
		*memory_verdict; /* on psi_some_fraction; NULL when there is nothing to judge by */
	/* Shared pages once, near the largest sum of RSS; DENET_UNKNOWN when not read there. */
	uint64_t peak_pss_kb;
	uint64_t peak_pss_at_ns; /* since the start */
	bool pss_is_bound; /* at most so much: of some there is RSS alone */
	uint64_t samples_failed; /* that were due and could not be taken */
	const char *incomplete; /* why the figures are not of the whole run; NULL when they are */
	bool memory_stall_of_cgroup; /* memory_stall_ns is of the root's own group, not the machine's */
	bool memory_limit_hit; /* tasks found no memory below memory_limit_kb */
	uint64_t memory_stall_ns; /* at least one task waited for memory meanwhile */
	uint64_t memory_limit_kb; /* the least of the root's cgroups; DENET_UNKNOWN without one */
	/* As the root's own cgroup has counted, page cache included; 0 or DENET_UNKNOWN without one. */
	uint64_t cgroup_cpu_ns;
	uint64_t cgroup_peak_kb;
	/* What used was counted over, when that is more than wall_ns: since the root's birth. */
	uint64_t counted_ns;
	/* The least CPU quota of the root's cgroups, and the time that it cost; unknown without one. */
	double cpu_limit_cores;
	uint64_t throttled_ns; /* summed over CPUs, of all in the group */
	uint64_t cpus_usable; /* by the root's affinity and cpuset, as seen last */
	bool is_root_alone; /* children are in no figure */
	/* Processes that have ended, how is not known; processes_failed is without them. */
	uint64_t ends_unknown;
	bool pss_is_rough; /* the tree changed while peak_pss_kb was read */
	/* Limits are those of the end. These were others at the start: unknown where there was none. */
	bool memory_limit_changed;
	bool cpu_limit_changed;
	uint64_t memory_limit_before_kb;
	double cpu_limit_before_cores;
	uint64_t oom_kills; /* as the root's own cgroup has counted them, if it has one */
};

/* Any callback may be NULL. None may free, join or finish the monitor. What the pointers point to is valid until the callback returns. */
struct denet_observer {
	size_t size; /* sizeof(struct denet_observer) */
	void *context;
	void (*on_start)(void *context, const struct denet_start *start);
	void (*on_arrival)(void *context, const struct denet_arrival *arrival);
	void (*on_sample)(void *context, const struct denet_tree *tree);
	void (*on_process)(void *context, const struct denet_process *process);
	void (*on_exit)(void *context, const struct denet_exit *exit);
	/* A sentence about something that went wrong but does not end the monitoring. */
	void (*on_warning)(void *context, const char *text);
	/* Last, when monitoring has ended: what denet_monitor_summary() tells. */
	void (*on_summary)(void *context, const struct denet_summary *summary);
	/* Of recorded files: parent and children of samples, too, which takes two or three times as long. */
	bool wants_members;
};

#endif
