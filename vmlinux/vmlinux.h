/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* The kernel's types that bpf/ refers to, by name. Written by `make vmlinux`; do not edit. */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <stdbool.h>
#include <linux/bpf.h>

#ifndef NULL
#define NULL ((void *)0)
#endif


#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

typedef unsigned int __u32;

typedef long long int __s64;

typedef long long unsigned int __u64;

typedef __u32 u32;

typedef __s64 s64;

typedef __u64 u64;






typedef int pid_t;

typedef unsigned int uid_t;

typedef __kernel_gid32_t gid_t;

typedef unsigned long size_t;

typedef s64 ktime_t;

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next;
};

struct thread_info {
	u32 cpu;
};

struct cfs_rq;

struct sched_entity {
	u64 exec_start;
	u64 sum_exec_runtime;
	u64 nr_migrations;
	struct cfs_rq *cfs_rq;
};

struct sched_info {
	long long unsigned int run_delay;
};

struct task_io_accounting {
	u64 rchar;
	u64 wchar;
	u64 syscr;
	u64 syscw;
	u64 read_bytes;
	u64 write_bytes;
	u64 cancelled_write_bytes;
};

struct task_group;

struct mm_struct;

struct pid;

struct signal_struct;

struct css_set;

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	int on_cpu;
	struct sched_entity se;
	struct task_group *sched_task_group;
	struct sched_info sched_info;
	struct mm_struct *mm;
	int exit_state;
	int exit_code;
	pid_t pid;
	pid_t tgid;
	struct task_struct *real_parent;
	struct list_head children;
	struct list_head sibling;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct list_head thread_node;
	u64 utime;
	u64 stime;
	long unsigned int nvcsw;
	long unsigned int nivcsw;
	u64 start_boottime;
	long unsigned int min_flt;
	long unsigned int maj_flt;
	void *cred;
	char comm[16];
	struct signal_struct *signal;
	struct task_io_accounting ioac;
	struct css_set *cgroups;
};

struct percpu_counter {
	s64 count;
};

struct mm_struct {
	struct {
		long unsigned int hiwater_rss;
		long unsigned int arg_start;
		long unsigned int arg_end;
		struct percpu_counter rss_stat[4];
	};
};

struct task_cputime {
	long long unsigned int sum_exec_runtime;
};

struct kernel_siginfo {
	struct {
		int si_code;
	};
};

typedef struct {
	uid_t val;
} kuid_t;

typedef struct {
	gid_t val;
} kgid_t;

struct upid {
};

struct pid {
	unsigned int level;
	struct upid numbers[0];
};

typedef struct {
} kernel_cap_t;

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kernel_cap_t cap_permitted;
};

struct signal_struct {
	atomic_t live;
	struct list_head thread_head;
	int group_exit_code;
	unsigned int flags;
	struct pid *pids[4];
	u64 utime;
	u64 stime;
	long unsigned int nvcsw;
	long unsigned int nivcsw;
	long unsigned int min_flt;
	long unsigned int maj_flt;
	long unsigned int maxrss;
	long long unsigned int sum_sched_runtime;
	struct mm_struct *oom_mm;
};

struct cgroup_subsys_state;

struct cgroup;

struct css_set {
	struct cgroup_subsys_state *subsys[12];
	struct cgroup *dfl_cgrp;
	struct list_head mg_node;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct page_counter {
	long unsigned int watermark;
	long unsigned int max;
	struct page_counter *parent;
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct page_counter memory;
};

struct kernfs_node;

struct cgroup_root;

struct cgroup_rstat_base_cpu;

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	int nr_populated_csets;
	int nr_populated_domain_children;
	int nr_populated_threaded_children;
	struct kernfs_node *kn;
	struct cgroup_subsys_state *subsys[12];
	struct cgroup_root *root;
	struct list_head cset_links;
	struct cgroup_rstat_base_cpu *rstat_base_cpu;
	struct cgroup *ancestors[0];
};

struct seq_file {
	size_t size;
	size_t count;
};

struct kernfs_node {
	void *name;
	u64 id;
};

struct linux_binprm {
	void *interp;
};

struct cgroup_base_stat {
	struct task_cputime cputime;
};

struct cgroup_rstat_base_cpu {
	struct cgroup_base_stat bstat;
};

struct cgroup_root {
	int hierarchy_id;
};

struct sock_common {
	short unsigned int skc_family;
};

struct sock {
	struct sock_common __sk_common;
};

enum cgroup_subsys_id {
	cpuset_cgrp_id = 0,
	cpu_cgrp_id = 1,
	cpuacct_cgrp_id = 2,
	io_cgrp_id = 3,
	memory_cgrp_id = 4,
	devices_cgrp_id = 5,
	freezer_cgrp_id = 6,
	net_cls_cgrp_id = 7,
	perf_event_cgrp_id = 8,
	net_prio_cgrp_id = 9,
	hugetlb_cgrp_id = 10,
	pids_cgrp_id = 11,
	CGROUP_SUBSYS_COUNT = 12,
};

struct bpf_array {
	union {
		struct {
			void *pptrs[0];
		};
	};
};

struct rq;

struct cfs_rq {
	struct rq *rq;
};

struct rq {
	u64 clock;
	u64 clock_task;
};

struct cfs_bandwidth {
	ktime_t period;
	u64 quota;
	u64 throttled_time;
};

struct task_group {
	struct task_group *parent;
	struct cfs_bandwidth cfs_bandwidth;
};

struct cpuacct {
	u64 *cpuusage;
};

struct bpf_iter_meta {
	union {
		struct seq_file *seq;
	};
	u64 seq_num;
};

struct cgrp_cset_link {
	struct css_set *cset;
	struct list_head cset_link;
};

struct bpf_iter__task {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif


#endif
