/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Two ways into the kernel for one object. The light skeleton lets the kernel relocate and costs
 * 4 MB and 10 ms less than libbpf; it needs in-kernel CO-RE and hash maps that may allocate under
 * the run-queue lock. libbpf with preallocated hashes serves everything else.
 */
#include "probe/probe_internal.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "whole.skel.h"
#include "denet.lskel.h"
#include "probe/timens.h"
#include "util/cleanup.h"
#include "util/kernel_version.h"
#include "util/namespace.h"

/* Living members that found no storage at their birth. */
#define SPILLED_MAX 2048

/*
 * bpf_mem_alloc made BPF_F_NO_PREALLOC safe in our programs; older kernels load such maps without
 * a word.
 */
static bool has_safe_allocation(void)
{
	return kernel_version_has(6, 1);
}

/*
 * Before 6.4 task storage is allocated by kmalloc(), which may not be called with the lock of a run
 * queue held; before 6.2 a look-up may fail where the kernel can be preempted.
 */
static bool has_safe_storage(void)
{
	return kernel_version_has(6, 4);
}

/* Whoever does not know what it is in needs the general way, which is right everywhere. */
static bool is_in_pid_namespace(void)
{
	return namespace_is_first("/proc", "pid") != 1;
}

/* Such a CPU may run one task for a second without adding up what it uses. */
static bool has_cpus_without_ticks(void)
{
	AUTO_FD int fd =
		open("/sys/devices/system/cpu/nohz_full", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char first = 0;

	return fd >= 0 && read(fd, &first, 1) == 1 && first >= '0' && first <= '9';
}

/* The coarse clock moves once a tick. */
static __u64 slice_max_ns(void)
{
	struct timespec tick = { 0 };

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || !tick.tv_nsec ||
	    has_cpus_without_ticks())
		return INT64_MAX;
	return (__u64)tick.tv_nsec;
}

/* From 6.16 on sched_process_exit comes before exit_mm. */
static void choose_knobs(struct probe *probe, const struct probe_options *options, bool use_storage)
{
	probe->tree_knobs = (struct tree_knobs){
		.use_storage = use_storage,
		.fail_storage = options->fail_storage,
		.use_slots = !options->no_members && kernel_version_has(6, 2),
		.use_cookies = !options->no_cookies && kernel_version_has(6, 10),
	};
	probe->task_knobs = (struct task_knobs){
		.use_exit_memory = !options->no_exit_memory && kernel_version_has(6, 16),
		.use_slices = !options->no_slices,
		.map_pids = options->map_pids || is_in_pid_namespace(),
		.slice_max_ns = slice_max_ns(),
		.boot_offset_ns = timens_boot_offset_ns(),
	};
}

static void *open_light(void)
{
	return denet_lskel__open();
}

static int load_light(void *skeleton)
{
	return denet_lskel__load(skeleton);
}

static void free_light(void *skeleton)
{
	denet_lskel__destroy(skeleton);
}

static void *open_whole(void)
{
	return whole_skel__open();
}

static int load_whole(void *skeleton)
{
	return whole_skel__load(skeleton);
}

static void free_whole(void *skeleton)
{
	whole_skel__destroy(skeleton);
}

/* Membership in the hash. */
static void ask_least(void *skeleton)
{
	struct whole_skel *skel = skeleton;

	(void)bpf_map__set_autocreate(skel->maps.member_by_task, false);
	skel->rodata->cfg.use_storage = false;
}

#define TRACEPOINT(name_, hook_)                                                      \
	{                                                                             \
		.name = #name_, .hook = "tp_btf/" hook_, .attach = OBJECT_TRACEPOINT, \
		.light_fd = OBJECT_LIGHT_FD(denet_lskel, name_)                       \
	}
#define ITERATOR(name_)                                                         \
	{                                                                       \
		.name = #name_, .hook = "iter/task", .attach = OBJECT_ITERATOR, \
		.light_fd = OBJECT_LIGHT_FD(denet_lskel, name_)                 \
	}

/* Not in the light skeleton. */
#define OF_GROUP(name_, hook_, attach_)                               \
	{                                                             \
		.name = #name_, .hook = (hook_), .attach = (attach_), \
		.wish = offsetof(struct probe_options, by_group)      \
	}

static const struct object_program programs[] = {
	[TREE_ON_WAKEUP_NEW] = TRACEPOINT(on_wakeup_new, "sched_wakeup_new"),
	[TREE_ON_PROCESS_EXEC] = TRACEPOINT(on_process_exec, "sched_process_exec"),
	[TREE_ON_PROCESS_EXIT] = TRACEPOINT(on_process_exit, "sched_process_exit"),
	[TREE_ON_SWITCH] = TRACEPOINT(on_switch, "sched_switch"),
	[TREE_ON_SIGNAL_GENERATE] = {
		.name = "on_signal_generate",
		.hook = "tp_btf/signal_generate",
		.attach = OBJECT_TRACEPOINT,
		.light_fd = OBJECT_LIGHT_FD(denet_lskel, on_signal_generate),
		.is_optional = true,
		.knob = offsetof(struct probe_options, no_signals),
	},
	[TREE_SAMPLE_TASKS] = ITERATOR(sample_tasks),
	[TREE_SEED_TASKS] = ITERATOR(seed_tasks),
	[TREE_ON_GROUP_MOVE] = OF_GROUP(on_group_move, "tp_btf/cgroup_attach_task",
					OBJECT_TRACEPOINT),
	[TREE_ON_GROUP_BIRTH] = OF_GROUP(on_group_birth, "tp_btf/sched_wakeup_new",
					 OBJECT_TRACEPOINT),
	[TREE_SEED_GROUP] = OF_GROUP(seed_group, "iter/task", OBJECT_ITERATOR),
};

const struct object_kind load_kind = {
	.name = "tree",
	.programs = programs,
	.programs_count = TREE_PROGRAMS,
	.ask_least = ask_least,
	.open_light = open_light,
	.load_light = load_light,
	.free_light = free_light,
	.open_whole = open_whole,
	.load_whole = load_whole,
	.free_whole = free_whole,
};

/* Of either skeleton: the globals are the same. */
#define SHARED(bss)                                               \
	((struct probe_shared){                                   \
		.totals = &(bss)->totals,                         \
		.pid_view = &(bss)->pid_view,                     \
		.root_id = &(bss)->root_id,                       \
		.limit_walk = &(bss)->limit_walk,                 \
		.limits_at_end = &(bss)->limits_at_end,           \
		.wake_at_every_exit = &(bss)->wake_at_every_exit, \
		.generation = &(bss)->generation,                 \
	})

#define MEMBERS_TREE(probe, bss)                     \
	((struct members_tree){                      \
		.accounts_fd = (probe)->accounts_fd, \
		.is_light = (probe)->tree.light,     \
		.task_knobs = &(probe)->task_knobs,  \
		.pid_view = &(bss)->pid_view,        \
		.totals = &(bss)->totals,            \
		.slot_blocks = &(bss)->slot_blocks,  \
		.walk = &(bss)->walk,                \
	})

static void size_light(const struct probe *probe, const struct probe_options *options)
{
	struct denet_lskel *skel = probe->tree.light;

	skel->rodata->cfg = probe->tree_knobs;
	skel->rodata->cfg_task = probe->task_knobs;
	if (probe->tree_knobs.use_storage)
		skel->maps.member_by_address.max_entries = SPILLED_MAX;
	if (options->processes_max)
		skel->maps.account_by_id.max_entries = options->processes_max;
	if (options->slot_blocks)
		skel->maps.open_blocks.max_entries = options->slot_blocks;
	if (options->ring_bytes)
		skel->maps.events.max_entries = options->ring_bytes;
}

static void adopt_light(struct probe *probe)
{
	struct denet_lskel *skel = probe->tree.light;

	probe->load_path = probe->tree_knobs.use_storage ? "light" : "light, hash";
	probe->shared = SHARED(skel->bss);
	probe->accounts_fd = skel->maps.account_by_id.map_fd;
	probe->seeds_fd = skel->maps.seed_by_tgid.map_fd;
	probe->events_fd = skel->maps.events.map_fd;
	probe->at_once_fd = skel->maps.at_once_by_cpu.map_fd;
	probe->free_slots_fd = skel->maps.free_slots.map_fd;
	probe->members_fd = skel->maps.member_by_address.map_fd;
	probe->storage_fd = skel->maps.member_by_task.map_fd;
	probe->globals = (struct globals){ skel->maps.bss.map_fd, skel->bss };
	probe->members_tree = MEMBERS_TREE(probe, skel->bss);
	probe->members_tree.slots_fd = skel->maps.slot_by_number.map_fd;
}

/* Every hash is preallocated: older kernels would allocate under the run-queue lock. */
static void size_whole(const struct probe *probe, const struct probe_options *options)
{
	struct whole_skel *skel = probe->tree.whole;

	skel->rodata->cfg = probe->tree_knobs;
	skel->rodata->cfg_task = probe->task_knobs;
	skel->rodata->cfg_group = options->group;
	(void)bpf_map__set_autocreate(skel->maps.member_by_task, false);
	(void)bpf_map__set_map_flags(skel->maps.account_by_id, 0);
	(void)bpf_map__set_map_flags(skel->maps.seed_by_tgid, 0);
	(void)bpf_map__set_map_flags(skel->maps.open_blocks, 0);
	if (options->processes_max)
		(void)bpf_map__set_max_entries(skel->maps.account_by_id, options->processes_max);
	if (options->slot_blocks)
		(void)bpf_map__set_max_entries(skel->maps.open_blocks, options->slot_blocks);
	if (options->ring_bytes)
		(void)bpf_map__set_max_entries(skel->maps.events, options->ring_bytes);
}

static void adopt_whole(struct probe *probe)
{
	struct whole_skel *skel = probe->tree.whole;

	probe->load_path = "libbpf, hash";
	probe->shared = SHARED(skel->bss);
	probe->accounts_fd = bpf_map__fd(skel->maps.account_by_id);
	probe->seeds_fd = bpf_map__fd(skel->maps.seed_by_tgid);
	probe->events_fd = bpf_map__fd(skel->maps.events);
	probe->at_once_fd = bpf_map__fd(skel->maps.at_once_by_cpu);
	probe->free_slots_fd = bpf_map__fd(skel->maps.free_slots);
	probe->members_fd = bpf_map__fd(skel->maps.member_by_address);
	probe->globals = (struct globals){ bpf_map__fd(skel->maps.bss), skel->bss };
	probe->members_tree = MEMBERS_TREE(probe, skel->bss);
	probe->members_tree.slots_fd = bpf_map__fd(skel->maps.slot_by_number);
}

static void want_members(struct probe *probe, const struct probe_options *options)
{
	probe->members.is_wanted = probe->tree_knobs.use_slots;
	probe->members.is_forced = probe->tree_knobs.use_slots && options->force_members;
}

static int load(struct probe *probe, const struct probe_options *options, bool is_light)
{
	int r = object_open(&probe->tree, &load_kind, is_light);

	if (r)
		return r;
	if (is_light)
		size_light(probe, options);
	else
		size_whole(probe, options);
	r = object_load(&probe->tree, options);
	if (!r)
		r = object_attach(&probe->tree);
	if (r)
		return r;
	if (is_light)
		adopt_light(probe);
	else
		adopt_whole(probe);
	want_members(probe, options);
	return 0;
}

/* Nothing that libbpf could do would help, and its attempt costs 15 ms. */
static bool is_final(int error)
{
	return error == -EPERM || error == -EMFILE || error == -ENFILE;
}

int probe_load(struct probe *probe, const struct probe_options *options)
{
	int r;

	if (!options->no_light && !options->by_group && has_safe_allocation()) {
		choose_knobs(probe, options, !options->no_storage && has_safe_storage());
		r = load(probe, options, true);
		if (!r)
			return 0;
		probe_unload(probe);
		if (is_final(r) || options->no_libbpf)
			return r;
	}
	if (options->no_libbpf)
		return -EOPNOTSUPP;
	choose_knobs(probe, options, false);
	return load(probe, options, false);
}

void probe_unload(struct probe *probe)
{
	object_close(&probe->tree);
}
