/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What becomes of cgroups: the first process in one, the last one out, its end. An object of its own: it is
 * of use without the accounts, and they without it.
 *
 * The kernel tells it in each hierarchy. One is enough, that which the accounts go by.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "host/cgroup.bpf.h"
#include "kernel/host.h"

#define RING_BYTES (1 << 20)

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

#define PF_EXITING 0x4

__u64 events_lost;

/*
 * A process that moves is not to be disturbed until its base is read (on_move() of host.bpf.c): a reader that
 * wakes here takes the CPU from it, and what it had used by then would be charged to the new cgroup and be
 * in the base. So it is woken when the move is told of.
 */
__u32 is_reader_due;

static __always_inline bool is_followed(struct cgroup *cgroup)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(cgroup, root) == BPF_CORE_READ(cgroup_of(task), root);
}

static __always_inline int lose(void)
{
	__sync_fetch_and_add(&events_lost, 1);
	return 0;
}

static __always_inline int tell_with_peak(struct cgroup *cgroup, enum host_event_kind kind,
					  __u64 memory_peak_pages, __u64 flags)
{
	struct host_event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);

	if (!event)
		return lose();
	event->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	event->kind = kind;
	event->pad = 0;
	event->memory_peak_pages = memory_peak_pages;
	bpf_ringbuf_submit(event, flags);
	return 0;
}

static __always_inline int tell(struct cgroup *cgroup, enum host_event_kind kind, __u64 flags)
{
	return tell_with_peak(cgroup, kind, 0, flags);
}

static __always_inline int tell_with_path(struct cgroup *cgroup, const char *path)
{
	struct host_event_path *told = bpf_ringbuf_reserve(&ring, sizeof(*told), 0);

	if (!told)
		return lose();
	told->event.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	told->event.kind = HOST_EVENT_POPULATED;
	told->event.pad = 0;
	told->event.memory_peak_pages = 0;
	if (bpf_probe_read_kernel_str(told->path, sizeof(told->path), path) < 0)
		told->path[0] = '\0';
	is_reader_due = 1;
	bpf_ringbuf_submit(told, BPF_RB_NO_WAKEUP);
	return 0;
}

#define NAME_WORDS 8

/*
 * In two hierarchies: called the same as far as it is read. Not as deep: a runtime makes it below the cgroup
 * that it is in itself, which is another in each.
 */
static __always_inline bool is_same_name(struct cgroup *one, struct cgroup *other)
{
	__u64 names[2][NAME_WORDS] = {};
	int i;

	bpf_probe_read_kernel_str(names[0], sizeof(names[0]), BPF_CORE_READ(one, kn, name));
	bpf_probe_read_kernel_str(names[1], sizeof(names[1]), BPF_CORE_READ(other, kn, name));
	for (i = 0; i < NAME_WORDS; i++)
		if (names[0][i] != names[1][i])
			return false;
	return true;
}

/*
 * Its runtime may remove it before anybody can read the file. Only of the cgroup that the last task was in
 * itself, and where the memory controller counts that one alone.
 */
static __always_inline __u64 memory_peak_pages(struct cgroup *cgroup, struct task_struct *task)
{
	struct mem_cgroup *memory = NULL;
	struct cgroup *counted;
	int subsys;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id) ||
	    !bpf_core_field_exists(memory->memory.watermark) || cgroup_of(task) != cgroup)
		return 0;
	subsys = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	memory = (void *)BPF_CORE_READ(task, cgroups, subsys[subsys]);
	counted = BPF_CORE_READ(memory, css.cgroup);
	if (!counted || (counted != cgroup && !is_same_name(counted, cgroup)))
		return 0;
	return BPF_CORE_READ(memory, memory.watermark);
}

static __always_inline int tell_emptied(struct cgroup *cgroup)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	if (BPF_CORE_READ(task, flags) & PF_EXITING)
		return tell_with_peak(cgroup, HOST_EVENT_EMPTIED, memory_peak_pages(cgroup, task),
				      BPF_RB_FORCE_WAKEUP);
	is_reader_due = 1;
	return tell(cgroup, HOST_EVENT_EMPTIED, BPF_RB_NO_WAKEUP);
}

SEC("tp_btf/cgroup_notify_populated")
int BPF_PROG(on_populated, struct cgroup *cgroup, const char *path, int is_populated)
{
	if (!is_followed(cgroup))
		return 0;
	return is_populated ? tell_with_path(cgroup, path) : tell_emptied(cgroup);
}

/* With interrupts off: the reader runs behind all that is done at a move. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_moved, struct cgroup *cgroup, const char *path, struct task_struct *task,
	     bool is_whole_process)
{
	if (!is_reader_due || !is_followed(cgroup))
		return 0;
	is_reader_due = 0;
	return tell(cgroup, HOST_EVENT_MOVED, BPF_RB_FORCE_WAKEUP);
}

/* It can wait: all that is worth telling was read when it was emptied. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_removed, struct cgroup *cgroup, const char *path)
{
	return is_followed(cgroup) ? tell(cgroup, HOST_EVENT_REMOVED, BPF_RB_NO_WAKEUP) : 0;
}
