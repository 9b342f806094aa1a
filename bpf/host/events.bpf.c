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

#define REMOVED_MAX 1024 /* that nobody has left yet; the end of others is told too early */
#define SETS_MAX 32 /* sets of tasks that one cgroup has: a handful */

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

static __always_inline int tell_with_path(struct cgroup *cgroup, const char *path, __u64 flags)
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
	bpf_ringbuf_submit(told, flags);
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

/* Where the memory controller counts that cgroup alone; 0 elsewhere. Not static: verified once, not for each set. */
__noinline __u64 memory_peak_pages(__u64 cgroup_address, __u64 set_address)
{
	struct cgroup *cgroup = (void *)cgroup_address, *counted;
	struct css_set *set = (void *)set_address;
	struct mem_cgroup *memory = NULL;
	int subsys;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id) ||
	    !bpf_core_field_exists(memory->memory.watermark))
		return 0;
	subsys = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	memory = (void *)BPF_CORE_READ(set, subsys[subsys]);
	counted = BPF_CORE_READ(memory, css.cgroup);
	if (counted != cgroup && (BPF_CORE_READ(counted, root) == BPF_CORE_READ(cgroup, root) ||
				  !is_same_name(counted, cgroup)))
		return 0;
	return BPF_CORE_READ(memory, memory.watermark);
}

/* What its sets of tasks tell: those that leave it, or come, are in one of them still, or already. */
struct sets {
	bool is_moving; /* some to or from another cgroup */
	__u64 memory_peak_pages; /* its runtime may remove it before anybody can read the file */
};

static __always_inline bool is_moving(struct css_set *set)
{
	__u64 none = (__u64)set + bpf_core_field_offset(struct css_set, mg_node);

	return (__u64)BPF_CORE_READ(set, mg_node.next) != none;
}

/* An address as a number, which the verifier does not follow. */
static __always_inline __u64 number_of(const __u64 *address)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), address);
	return number;
}

/* Who runs says nothing: from 6.19 on a task leaves its cgroup when the next one runs already. */
static __always_inline struct sets look_at_sets(struct cgroup *cgroup)
{
	__u64 address = (__u64)cgroup, number = number_of(&address);
	__u64 head = number + bpf_core_field_offset(struct cgroup, cset_links);
	__u64 within = bpf_core_field_offset(struct cgrp_cset_link, cset_link);
	__u64 node = (__u64)BPF_CORE_READ(cgroup, cset_links.next);
	struct sets sets = { 0 };
	int i;

	for (i = 0; i < SETS_MAX && node && node != head; i++) {
		struct cgrp_cset_link *link = (void *)(node - within);
		struct css_set *set = BPF_CORE_READ(link, cset);

		sets.is_moving |= is_moving(set);
		if (!sets.memory_peak_pages)
			sets.memory_peak_pages = memory_peak_pages(number, (__u64)set);
		node = (__u64)BPF_CORE_READ(link, cset_link.next);
	}
	return sets;
}

/* What is around the cgroup is told of behind it, and has other sets. */
static __always_inline __u64 when_to_wake(const struct sets *sets)
{
	is_reader_due |= sets->is_moving;
	return is_reader_due ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP;
}

/* They moved between 7.0 and 7.3. */
struct cgroup_subsys_state___post73 {
	int nr_populated_csets;
	int nr_populated_children;
} __attribute__((preserve_access_index));

static __always_inline bool is_populated(struct cgroup *cgroup)
{
	struct cgroup_subsys_state___post73 *self = (void *)cgroup;

	if (bpf_core_field_exists(self->nr_populated_csets))
		return BPF_CORE_READ(self, nr_populated_csets) ||
		       BPF_CORE_READ(self, nr_populated_children);
	return BPF_CORE_READ(cgroup, nr_populated_csets) ||
	       BPF_CORE_READ(cgroup, nr_populated_domain_children) ||
	       BPF_CORE_READ(cgroup, nr_populated_threaded_children);
}

/* Removed, and yet to be emptied: whoever takes it out tells its end. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, REMOVED_MAX);
	__type(key, __u64);
	__type(value, __u8);
} removed SEC(".maps");

static __always_inline int tell_emptied(struct cgroup *cgroup, const struct sets *sets, __u64 flags)
{
	int r = tell_with_peak(cgroup, HOST_EVENT_EMPTIED,
			       sets->is_moving ? 0 : sets->memory_peak_pages, flags);
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	return bpf_map_delete_elem(&removed, &id) ? r : tell(cgroup, HOST_EVENT_REMOVED, flags);
}

SEC("tp_btf/cgroup_notify_populated")
int BPF_PROG(on_populated, struct cgroup *cgroup, const char *path, int is_now_populated)
{
	struct sets sets;
	__u64 flags;

	if (!is_followed(cgroup))
		return 0;
	sets = look_at_sets(cgroup);
	flags = when_to_wake(&sets);
	return is_now_populated ? tell_with_path(cgroup, path, flags)
				: tell_emptied(cgroup, &sets, flags);
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

/*
 * It can wait: all that is worth telling was read when it was emptied. From 7.0 on that may be still to come: who
 * is dead and has not left hinders no rmdir().
 */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_removed, struct cgroup *cgroup, const char *path)
{
	__u64 id = BPF_CORE_READ(cgroup, kn, id);
	__u8 value = 0;

	if (!is_followed(cgroup))
		return 0;
	/* It may be emptied meanwhile, and then nobody comes to take it out but we. */
	if (is_populated(cgroup) && !bpf_map_update_elem(&removed, &id, &value, BPF_ANY) &&
	    (is_populated(cgroup) || bpf_map_delete_elem(&removed, &id)))
		return 0;
	return tell(cgroup, HOST_EVENT_REMOVED, BPF_RB_NO_WAKEUP);
}
