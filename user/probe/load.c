/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Two ways into the kernel for one object. The light skeleton lets the kernel relocate and costs
 * 4 MB and 10 ms less than libbpf; it needs in-kernel CO-RE and hash maps that may allocate under
 * the run-queue lock. libbpf with preallocated hashes serves everything else.
 */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "denet.skel.h"
#include "denet.lskel.h"
#include "util/cleanup.h"

/* Living members that found no storage at their birth. */
#define SPILLED_MAX 2048
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu /* its inode; the same on every kernel */

/*
 * Asked only where a look into BTF cannot tell, or costs more than the rest of the start: the
 * running kernel is at least this one.
 */
static bool kernel_is_at_least(unsigned int major, unsigned int minor)
{
	struct utsname name;
	unsigned int has_major, has_minor;

	if (uname(&name) || sscanf(name.release, "%u.%u", &has_major, &has_minor) != 2)
		return false;
	return has_major > major || (has_major == major && has_minor >= minor);
}

/*
 * bpf_mem_alloc made BPF_F_NO_PREALLOC safe in our programs; older kernels load such maps without
 * a word.
 */
static bool has_safe_allocation(void)
{
	return kernel_is_at_least(6, 1);
}

/*
 * Before 6.4 task storage is allocated by kmalloc(), which may not be called with the lock of a run
 * queue held; before 6.2 a look-up may fail where the kernel can be preempted.
 */
static bool has_safe_storage(void)
{
	return kernel_is_at_least(6, 4);
}

/* Whoever does not know what it is in needs the general way, which is right everywhere. */
static bool is_in_pid_namespace(void)
{
	struct stat own;

	return stat("/proc/self/ns/pid", &own) || own.st_ino != INITIAL_PID_NAMESPACE;
}

/* Such a CPU may run one task for a second without adding up what it uses. */
static bool has_cpus_without_ticks(void)
{
	AUTO_FD int fd = open("/sys/devices/system/cpu/nohz_full", O_RDONLY | O_CLOEXEC);
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
	};
	probe->task_knobs = (struct task_knobs){
		.use_exit_memory = !options->no_exit_memory && kernel_is_at_least(6, 16),
		.use_slices = !options->no_slices,
		.map_pids = options->map_pids || is_in_pid_namespace(),
		.slice_max_ns = slice_max_ns(),
	};
}

static int load_light(struct probe *probe, const struct probe_options *options)
{
	struct denet_lskel *skel = denet_lskel__open();
	int r;

	if (!skel)
		return -ENOMEM;
	probe->light = skel;
	skel->rodata->cfg = probe->tree_knobs;
	skel->rodata->cfg_task = probe->task_knobs;
	if (probe->tree_knobs.use_storage)
		skel->maps.member_by_address.max_entries = SPILLED_MAX;
	if (options->processes_max)
		skel->maps.account_by_id.max_entries = options->processes_max;
	if (options->ring_bytes)
		skel->maps.events.max_entries = options->ring_bytes;
	r = denet_lskel__load(skel);
	if (!r)
		r = denet_lskel__attach(skel);
	return r < 0 ? r : 0;
}

static void adopt_light(struct probe *probe)
{
	struct denet_lskel *skel = probe->light;

	probe->load_path = probe->tree_knobs.use_storage ? "light" : "light, hash";
	probe->shared = (struct probe_shared){
		.totals = &skel->bss->totals,
		.pid_view = &skel->bss->pid_view,
		.root_id = &skel->bss->root_id,
		.has_root_execed = &skel->bss->has_root_execed,
		.root_before_exec = &skel->bss->root_before_exec,
		.wake_at_every_exit = &skel->bss->wake_at_every_exit,
	};
	probe->accounts_fd = skel->maps.account_by_id.map_fd;
	probe->seeds_fd = skel->maps.seed_by_tgid.map_fd;
	probe->events_fd = skel->maps.events.map_fd;
	probe->sample_link_fd = skel->links.sample_tasks_fd;
	probe->seed_link_fd = skel->links.seed_tasks_fd;
	probe->program_fds[0] = skel->progs.on_wakeup_new.prog_fd;
	probe->program_fds[1] = skel->progs.on_process_exec.prog_fd;
	probe->program_fds[2] = skel->progs.on_switch.prog_fd;
}

/* Every hash is preallocated: older kernels would allocate under the run-queue lock. */
static void size_maps(struct denet_skel *skel, const struct probe_options *options)
{
	(void)bpf_map__set_autocreate(skel->maps.member_by_task, false);
	(void)bpf_map__set_map_flags(skel->maps.account_by_id, 0);
	(void)bpf_map__set_map_flags(skel->maps.seed_by_tgid, 0);
	if (options->processes_max)
		(void)bpf_map__set_max_entries(skel->maps.account_by_id, options->processes_max);
	if (options->ring_bytes)
		(void)bpf_map__set_max_entries(skel->maps.events, options->ring_bytes);
}

static int load_whole(struct probe *probe, const struct probe_options *options)
{
	struct denet_skel *skel = denet_skel__open();
	int r;

	if (!skel)
		return -errno;
	probe->whole = skel;
	skel->rodata->cfg = probe->tree_knobs;
	skel->rodata->cfg_task = probe->task_knobs;
	size_maps(skel, options);
	r = denet_skel__load(skel);
	return r ? r : denet_skel__attach(skel);
}

static void adopt_whole(struct probe *probe)
{
	struct denet_skel *skel = probe->whole;

	probe->load_path = "libbpf, hash";
	probe->shared = (struct probe_shared){
		.totals = &skel->bss->totals,
		.pid_view = &skel->bss->pid_view,
		.root_id = &skel->bss->root_id,
		.has_root_execed = &skel->bss->has_root_execed,
		.root_before_exec = &skel->bss->root_before_exec,
		.wake_at_every_exit = &skel->bss->wake_at_every_exit,
	};
	probe->accounts_fd = bpf_map__fd(skel->maps.account_by_id);
	probe->seeds_fd = bpf_map__fd(skel->maps.seed_by_tgid);
	probe->events_fd = bpf_map__fd(skel->maps.events);
	probe->sample_link_fd = bpf_link__fd(skel->links.sample_tasks);
	probe->seed_link_fd = bpf_link__fd(skel->links.seed_tasks);
	probe->program_fds[0] = bpf_program__fd(skel->progs.on_wakeup_new);
	probe->program_fds[1] = bpf_program__fd(skel->progs.on_process_exec);
	probe->program_fds[2] = bpf_program__fd(skel->progs.on_switch);
}

int probe_load(struct probe *probe, const struct probe_options *options)
{
	int r;

	if (!options->no_light && has_safe_allocation()) {
		bool use_storage = !options->no_storage && has_safe_storage();

		choose_knobs(probe, options, use_storage);
		r = load_light(probe, options);
		if (!r) {
			adopt_light(probe);
			return 0;
		}
		probe_unload(probe);
		/* Nothing that libbpf could do would help, and its attempt costs 15 ms. */
		if (r == -EPERM || options->no_libbpf)
			return r;
	}
	if (options->no_libbpf)
		return -EOPNOTSUPP;
	choose_knobs(probe, options, false);
	r = load_whole(probe, options);
	if (!r)
		adopt_whole(probe);
	return r;
}

void probe_unload(struct probe *probe)
{
	if (probe->light)
		denet_lskel__destroy(probe->light);
	if (probe->whole)
		denet_skel__destroy(probe->whole);
	probe->light = NULL;
	probe->whole = NULL;
}
