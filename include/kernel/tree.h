/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the programs that follow a tree and the probe share: ids, accounts, events. The includer
 * provides __u32 and __u64 (vmlinux.h on one side, <linux/types.h> on the other).
 *
 * A process is named by an id of ours, never by its pid: ids are not used twice. Pids are those
 * of the monitor's pid namespace, 0 for who is outside of it.
 */
#ifndef DENET_KERNEL_TREE_H
#define DENET_KERNEL_TREE_H

#include <stdbool.h>

#include "kernel/task.h"

#define DENET_ARGS_MAX 1024
#define DENET_EXEC_PATH_MAX 256

/* An id is (cpu + 1) << 48 | counter of that CPU: no two CPUs ever give the same. */
#define DENET_ID_CPU_SHIFT 48

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

/* A task that belongs to the tree has one of these, in task storage or in the hash. */
struct task_member {
	__u64 id; /* of its process */
	__u32 tgid; /* the kernel's; never changes in a task's life: guards a reused address */
	__u32 flags; /* MEMBER_ */
	__u32 slot; /* of its entry among the living, or SLOT_ */
	__u32 generation; /* of the use that it belongs to */
};

#define MEMBER_FOLDED 1u /* dead, and already in the totals */
#define MEMBER_SEEDED 2u /* found by seeding, not seen at its birth */

/* Where the members stand side by side. */
struct member_slot {
	__u64 address; /* of the task_struct; 0 for a free slot */
	__u64 id;
};

#define SLOTS_MAX 8192
#define SLOTS_OF_BLOCK 16
#define SLOT_BLOCKS (SLOTS_MAX / SLOTS_OF_BLOCK)
#define SLOT_NONE 0xffffffffu /* all are taken */
#define SLOT_UNWANTED 0xfffffffeu

/* What sampling by slots is asked for, and how far it came. */
struct members_request {
	__u64 walk; /* the number of this walk */
	__u32 from; /* slots from..to */
	__u32 to;
	__u32 next; /* where to go on */
	__u32 count; /* records written */
};

#define MEMBERS_AT_ONCE 170 /* records, as a walk hands them out */

/* One process. Lives in a map from its birth until its EXIT event is in the ring. */
struct process_account {
	__u64 id;
	__u64 parent_id; /* who forked it; 0 for the root */
	__u64 command_id; /* of the exec whose program it runs, inherited by fork; 0 before any */
	__u64 start_boot_ns;
	__u64 exit_boot_ns;
	__u64 cgroup_v2_id;
	__u64 cgroup_memory_id; /* v1; 0 when there is none */
	__u64 peak_before_exec_pages; /* signal->maxrss at the last exec: not this program's */
	__u64 inherited_pages; /* by fork, of that maxrss; all ones: all of it; 0 once it has execed */
	__u64 peak_left_pages; /* the largest of what the programs that it has left made themselves */
	__u64 peak_pages; /* signal->maxrss at the end */
	__u64 peak_mm_pages; /* of the address space at the end; 0 when it was gone (< 6.16) */
	__u64 walk; /* the last that has shown its ended threads */
	__u64 told_boot_ns; /* when another process last sent it a signal that ends */
	__u64 told_by_id; /* 0 for who is no member */
	struct task_counters used; /* of the threads that have ended, and all of sockets */
	__u32 tgid;
	__u32 parent_tgid; /* at its birth */
	__u32 threads_live;
	__u32 threads_total;
	__u32 exit_status; /* as wait() gives it */
	__u32 flags; /* ACCOUNT_ */
	__u32 uid; /* not known before the end of what seeding has found */
	__u32 unknown; /* COUNTER_: what used does not tell */
	__u32 told_by_tgid;
	__u32 told_signal; /* 0: none */
	char comm[DENET_COMM_LEN];
};

#define ACCOUNT_ENDED 1u /* exit_status and the peaks are set */
#define ACCOUNT_OOM_KILLED 2u
#define ACCOUNT_UNSENT 4u /* closed, but the ring was full: to be harvested from the map */
#define ACCOUNT_PARTIAL 8u /* lived before the monitor */
#define ACCOUNT_RAN_AT_SEED 16u /* its baseline was read while it ran: an estimate */
#define ACCOUNT_SAMPLED 32u /* from /proc: what was last seen, lower bounds */
/*
 * Lived before it came into the cgroup that is followed: what it had used by then is taken away in
 * used, which begins below 0, as if by one more thread that has ended.
 */
#define ACCOUNT_JOINED 64u
#define ACCOUNT_LEFT 128u /* went out of that cgroup, and lives on */

/* Whether used holds anything: threads have ended, or sockets were used. */
static inline bool account_has_used(const struct process_account *account)
{
	return account->threads_live != account->threads_total || account->used.socket_rx_bytes ||
	       account->used.socket_tx_bytes;
}

/* Decided before loading: what they cut off is dropped by the verifier and costs nothing. */
struct tree_knobs {
	bool use_storage; /* for membership; else the hash, where else only those go that find none */
	bool fail_storage; /* tests: as if each birth found none */
	bool use_slots; /* for sampling by members */
	bool use_cookies; /* each link tells of which use it is */
};

/* In which hierarchy a cgroup is: version 2, or that of a controller of version 1. */
#define HIERARCHY_V2 0u
#define HIERARCHY_CPUACCT 1u
#define HIERARCHY_CPU 2u
#define HIERARCHY_MEMORY 3u
#define HIERARCHY_PIDS 4u

/* The cgroup whose tasks are followed, and those of the cgroups below it. */
struct group_knobs {
	__u64 id;
	__s32 level; /* below the root of the hierarchy; -1: not known */
	__u32 hierarchy; /* HIERARCHY_ */
};

/* The cgroups that bound a process, one at a time: what user space asks for, and the answer. */
struct limit_walk {
	__u64 cpu_group; /* asked for, by its address, as the next; 0: the process's own */
	__u64 memory_group;
	__u32 tgid; /* of that process; 0: nothing is asked for */
	__u32 is_answered;
	__u64 start_boot_ns; /* tells the process from who gets its tgid */
	struct cpu_limit cpu;
	struct memory_limit memory;
};

#define LIMITS_AT_END_MAX 4

/* Of the groups that bound the root, when it ended, if it was in those then that it was in before. */
struct limits_at_end {
	__u64 own_cpu_group; /* asked for, as the next three; 0: nothing is */
	__u64 own_memory_group;
	__u64 cpu_groups[LIMITS_AT_END_MAX];
	__u64 memory_group;
	struct cpu_limit cpu[LIMITS_AT_END_MAX];
	struct memory_limit memory;
	__u64 is_known; /* set last */
};

/* What counts the bytes of sockets knows of the object that follows the tree. */
struct net_knobs {
	__u32 totals_offset; /* among its globals */
	__u32 generation;
	bool use_storage; /* as there */
	bool pad[3];
};

/* A process that is to be followed though it exists already, by tgid in a map. */
struct seed {
	__u64 start_boot_ns; /* 0: whoever has that tgid */
	__u64 id; /* 0: wanted, not found yet */
};

enum event_type {
	EVENT_EXEC = 1,
	EVENT_EXIT = 2,
};

/*
 * A process runs a new program, and has left another. The text: args_len bytes of arguments, then
 * path_len of path.
 */
struct exec_event {
	__u32 type;
	__u32 tgid;
	__u64 id;
	__u64 command_id;
	__u64 start_boot_ns;
	__u32 parent_tgid;
	__u32 args_len; /* with NULs, at most DENET_ARGS_MAX */
	__u32 args_whole_len;
	__u32 path_len; /* without NUL */
	__u32 uid;
	__u32 gid;
	__u32 flags; /* EXEC_ */
	__u32 pad;
	char comm[DENET_COMM_LEN];
	/* With EXEC_COUNTED: */
	char left_comm[DENET_COMM_LEN];
	__u64 left_peak_pages; /* what the program that was left made itself; 0 when not known */
	__u64 boot_ns; /* of this exec */
	struct task_counters used; /* by the process so far, as far as it was charged */
	__u64 slice_ns; /* used, but not charged yet: an estimate */
};

/* Effective or saved ids that are not the real ones, or capabilities. */
#define EXEC_HAS_RIGHTS 1u
#define EXEC_COUNTED 2u /* by who saw it happen */

struct exit_event {
	__u32 type;
	__u32 pad;
	struct process_account account;
};

/* While attach looks for the tree: who begot whom on this machine. */
struct edge_event {
	__u32 child_tgid;
	__u32 parent_tgid;
	__u64 child_start_boot_ns;
	__u64 parent_start_boot_ns;
};

/* How many there are, or were, at one moment. Signed: an end may be counted before its birth. */
struct at_once {
	__s64 processes;
	__s64 threads;
};

/* Sums over the tree that no lost event can touch. */
struct tree_totals {
	__u64 dying_seq; /* moves before a task leaves the living */
	__u64 dead_seq; /* moves when it is in all sums, and its account sent */
	struct task_counters dead;
	__u64 processes_started; /* by fork; what seeding found is not in it */
	__u64 processes_exited; /* whose account was sent; user space adds what it harvests */
	__u64 threads_started; /* beyond the first of each process */
	__u64 dropped_events; /* of execs: what an exit has to tell stays in the map */
	__u64 unsent_seq; /* moves when an account is left to be harvested */
	__u64 dropped_accounts;
	__u64 dropped_births; /* processes that could not be made members; seeding finds them */
	__u64 dropped_tasks;
	__u64 births_spilled; /* found no task storage: in the hash instead */
	__u64 slotless; /* members that have no slot at this moment */
	struct at_once alive;
	struct at_once most; /* set by user space, from what each CPU saw; 0 when nobody counts */
};

#pragma GCC diagnostic pop

_Static_assert(sizeof(struct task_member) == 24, "layout of task_member");
_Static_assert(sizeof(struct process_account) == 320, "layout of process_account");
_Static_assert(sizeof(struct tree_knobs) == 4, "layout of tree_knobs");
_Static_assert(sizeof(struct member_slot) == 16, "layout of member_slot");
_Static_assert(sizeof(struct members_request) == 24, "layout of members_request");
_Static_assert(sizeof(struct group_knobs) == 16, "layout of group_knobs");
_Static_assert(sizeof(struct limit_walk) == 96, "layout of limit_walk");
_Static_assert(sizeof(struct limits_at_end) == 248, "layout of limits_at_end");
_Static_assert(sizeof(struct net_knobs) == 12, "layout of net_knobs");
_Static_assert(sizeof(struct seed) == 16, "layout of seed");
_Static_assert(sizeof(struct exec_event) == 264, "layout of exec_event");
_Static_assert(sizeof(struct exit_event) == 328, "layout of exit_event");
_Static_assert(sizeof(struct edge_event) == 24, "layout of edge_event");
_Static_assert(sizeof(struct tree_totals) == 272, "layout of tree_totals");

#endif
