/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * While attach walks the tasks, a descendant that it has not reached yet may fork and end, or end
 * and leave its children to init: nothing that lives then tells where they came from. So all
 * births and deaths are logged as edges meanwhile, and user space closes the set over them.
 *
 * An object of its own, attached for the few milliseconds that seeding takes.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kernel/tree.h"
#include "task/boot.bpf.h"
#include "task/compat.bpf.h"
#include "task/pid.bpf.h"

#define EDGE_CHILDREN_MAX 32

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2 * 1024 * 1024);
} edges SEC(".maps");

const volatile struct task_knobs cfg_task;
struct pid_view pid_view; /* as the main object has noted it */
__u64 dropped_edges;

static __always_inline void log_edge(struct task_struct *child, struct task_struct *parent)
{
	struct edge_event edge = {};

	edge.child_tgid = shown_tgid(child, BPF_CORE_READ(child, tgid));
	edge.parent_tgid = shown_tgid(parent, BPF_CORE_READ(parent, tgid));
	edge.child_start_boot_ns = process_start_boot_ns(child);
	edge.parent_start_boot_ns = process_start_boot_ns(parent);
	if (bpf_ringbuf_output(&edges, &edge, sizeof(edge), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&dropped_edges, 1);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_stranger_birth, struct task_struct *child)
{
	struct task_struct *parent = (void *)bpf_get_current_task();

	if (child->pid != child->tgid)
		return 0;
	log_edge(child, parent);
	log_edge(parent, BPF_CORE_READ(parent, real_parent));
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_stranger_death, struct task_struct *task)
{
	unsigned long sibling_offset = bpf_core_field_offset(struct task_struct, sibling);
	struct list_head *head = (void *)task + bpf_core_field_offset(struct task_struct, children);
	struct list_head *node = BPF_CORE_READ(task, children.next), *next;
	struct task_struct *child;
	int i;

	log_edge(task, BPF_CORE_READ(task, real_parent));
	for (i = 0; i < EDGE_CHILDREN_MAX && node != head; i++) {
		child = (void *)node - sibling_offset;
		/* Without the list's lock a node may have moved to another list under our feet. */
		if (BPF_CORE_READ(child, real_parent) == task)
			log_edge(child, task);
		next = BPF_CORE_READ(node, next);
		/* Reaped at this moment by another thread: it leads nowhere any more. */
		if (!next || next == node)
			next = BPF_CORE_READ(task, children.next);
		node = next;
	}
	if (node != head)
		__sync_fetch_and_add(&dropped_edges, 1);
	return 0;
}
