/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is read from one task, whoever asks for it. The includer provides __u32 and __u64 (vmlinux.h
 * on one side, <linux/types.h> on the other).
 */
#ifndef DENET_KERNEL_TASK_H
#define DENET_KERNEL_TASK_H

#include <stdbool.h>

#define DENET_COMM_LEN 16

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

/*
 * Counters of one task, or sums of them, each under the key of its row in the metric table. Source:
 * the fields of struct task_struct.
 */
struct task_counters {
	__u64 cpu_time_ns; /* se.sum_exec_runtime */
	__u64 cpu_user_ns; /* utime and stime: whole ticks, only good as a ratio */
	__u64 cpu_system_ns;
	__u64 run_delay_ns; /* sched_info.run_delay */
	__u64 page_faults_cached;
	__u64 page_faults_disk;
	__u64 ctx_switches_voluntary;
	__u64 ctx_switches_involuntary;
	__u64 migrations;
	__u64 syscall_read_bytes; /* ioac: what read() and the like returned, cached or not */
	__u64 syscall_write_bytes;
	__u64 disk_read_bytes; /* ioac: what went to storage */
	__u64 disk_write_bytes;
	__u64 disk_write_cancelled_bytes; /* dirty pages that were removed first, by whoever did that */
	__u64 syscall_read_count; /* ioac: syscr and syscw */
	__u64 syscall_write_count;
	__u64 socket_rx_bytes; /* of no task, but of its process: counted at the call, if asked for */
	__u64 socket_tx_bytes;
};

/* Figures of struct task_counters that a source may not be able to tell. */
#define COUNTER_CPU 1u
#define COUNTER_RUN_DELAY 2u
#define COUNTER_FAULTS 4u
#define COUNTER_SWITCHES 8u
#define COUNTER_MIGRATIONS 16u
#define COUNTER_IO 32u
#define COUNTER_NET 64u
#define COUNTER_ALL 127u

/* Decided before loading: what they cut off is dropped by the verifier and costs nothing. */
struct task_knobs {
	__u64 slice_max_ns; /* a tick, unless a CPU may go without */
	__s64 boot_offset_ns; /* of the monitor's time namespace */
	bool use_slices; /* estimate what a running task has not been charged for yet */
	bool use_exit_memory; /* read the address space at the end, which is there from 6.16 on */
	bool map_pids; /* the monitor is not in the initial pid namespace */
	bool pad[5];
};

/* Whose numbering of pids is shown: that of the monitor's own pid namespace. */
struct pid_view {
	__u64 ns; /* address, to tell namespaces apart */
	__u32 level;
	__u32 pad;
};

/* What one cgroup bounds the CPU time of its tasks to, and how long they were kept waiting for it. */
struct cpu_limit {
	__u64 group; /* address, to tell groups apart */
	__u64 above; /* that of the one around it; 0 for the machine's */
	__u64 quota_ns; /* in each period; all ones: none */
	__u64 period_ns;
	__u64 throttled_ns; /* on all CPUs, since it was made */
};

struct memory_limit {
	__u64 group; /* as above; 0 where there are none */
	__u64 above; /* of the one whose limit holds as well */
	__u64 max_pages; /* huge: none */
};

/* One living task of the tree, written by the sampling and the seeding iterator. */
struct task_sample {
	__u64 id;
	__u64 parent_id; /* of a leader, where the reader knows it: seeding, and /proc */
	__u64 command_id; /* of a leader */
	__u64 mm; /* tells address spaces apart; 0 for none */
	__u64 start_boot_ns;
	struct task_counters used; /* what the kernel has charged */
	__u64 slice_ns; /* used, but not charged yet: an estimate, for rates alone */
	__u32 tid;
	__u32 tgid;
	__u32 parent_tgid;
	__u32 cpu;
	__u32 flags; /* SAMPLE_ */
	__u32 threads; /* with SAMPLE_PROCESS */
	char comm[DENET_COMM_LEN];
};

#define SAMPLE_LEADER 1u
#define SAMPLE_EXITING 2u
#define SAMPLE_RUNNING 4u /* on a CPU: slice_ns may not be 0 */
#define SAMPLE_DEAD 8u /* a leader that ended before its threads: not in the sum */
/*
 * Not a task: what the ended threads of a living process have used, and all of its sockets. It is in the
 * totals already.
 */
#define SAMPLE_ENDED_THREADS 16u
/* Not a task: a whole process with all its threads, by /proc. */
#define SAMPLE_PROCESS 32u
#define SAMPLE_UNKNOWN_SHIFT 16 /* above it COUNTER_: what used does not tell */

#pragma GCC diagnostic pop

_Static_assert(sizeof(struct task_counters) == 144, "layout of task_counters");
_Static_assert(sizeof(struct task_knobs) == 24, "layout of task_knobs");
_Static_assert(sizeof(struct pid_view) == 16, "layout of pid_view");
_Static_assert(sizeof(struct cpu_limit) == 40, "layout of cpu_limit");
_Static_assert(sizeof(struct memory_limit) == 24, "layout of memory_limit");
_Static_assert(sizeof(struct task_sample) == 232, "layout of task_sample");

#endif
