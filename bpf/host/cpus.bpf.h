/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The clock of each CPU's run queue, read before any task is, and where each CPU has its part of what is per CPU. */
#ifndef DENET_HOST_CPUS_H
#define DENET_HOST_CPUS_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel/host.h"

#define CPUS_MAX 1024 /* threads on those beyond are always told */

/* Nothing is kept in it: by where its parts are all others are found. The kernel's own need not have a name. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} part_of_cpu SEC(".maps");

struct host_cpu cpus[CPUS_MAX];
__u32 cpus_count;

/* An address as a number, which the verifier does not follow. */
static __always_inline __u64 number_of(const __u64 *address)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), address);
	return number;
}

static long find_part(__u32 number, void *base)
{
	__u32 first = 0;
	__u64 address;

	if (number >= CPUS_MAX)
		return 1;
	address = (__u64)bpf_map_lookup_percpu_elem(&part_of_cpu, &first, number);
	if (!address)
		return 1;
	cpus[number].offset = number_of(&address) - *(const __u64 *)base;
	cpus_count = number + 1;
	return 0;
}

static __always_inline void find_parts(void)
{
	__u64 map = (__u64)&part_of_cpu;
	struct bpf_array *array = (void *)number_of(&map);
	__u64 base = (__u64)BPF_CORE_READ(array, pptrs[0]);

	bpf_loop(CPUS_MAX, find_part, &base, 0);
}

static long read_clock(__u32 number, void *base)
{
	struct host_cpu *cpu;

	if (number >= CPUS_MAX)
		return 1;
	cpu = &cpus[number];
	cpu->before_ns = cpu->now_ns;
	bpf_probe_read_kernel(&cpu->now_ns, sizeof(cpu->now_ns),
			      (void *)(*(const __u64 *)base + cpu->offset));
	return 0;
}

/* Where the clock is not to be had it stays 0, and all are told. The task is the one that runs. */
static __always_inline void read_clocks(struct task_struct *task)
{
	__u32 cpu = task->thread_info.cpu;
	__u64 base;

	if (!cpus_count)
		find_parts();
	if (!bpf_core_field_exists(task->se.cfs_rq) || cpu >= CPUS_MAX)
		return;
	base = (__u64)BPF_CORE_READ(task, se.cfs_rq, rq) - cpus[cpu].offset +
	       bpf_core_field_offset(struct rq, clock_task);
	bpf_loop(cpus_count, read_clock, &base, 0);
}

/*
 * exec_start is the clock of its CPU when the task was last charged: what was charged since that clock was read is
 * not below it. 0 is of one that came from another CPU and has not run on this one.
 */
static __always_inline bool may_have_run(struct task_struct *task)
{
	__u32 cpu = task->thread_info.cpu;
	__u64 start_ns = task->se.exec_start;

	return cpu >= CPUS_MAX || !start_ns || start_ns >= cpus[cpu].before_ns;
}

struct per_cpu_sum {
	__u64 address;
	__u64 sum;
};

static long add_part(__u32 number, void *context)
{
	struct per_cpu_sum *sum = context;
	__u64 part = 0;

	if (number >= CPUS_MAX)
		return 1;
	bpf_probe_read_kernel(&part, sizeof(part), (void *)(sum->address + cpus[number].offset));
	sum->sum += part;
	return 0;
}

/* Of a number that each CPU has its own of. */
static __always_inline __u64 sum_of_cpus(__u64 address)
{
	struct per_cpu_sum sum = { .address = address };

	bpf_loop(cpus_count, add_part, &sum, 0);
	return sum.sum;
}

#endif
