/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Two ways into the kernel for one object. The light skeleton lets the kernel relocate and costs
 * 4 MB and 10 ms less than libbpf; it needs in-kernel CO-RE and hash maps that may allocate under
 * the run-queue lock. libbpf with a preallocated hash serves everything else.
 */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "denet.skel.h"
#include "denet.lskel.h"

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

static int load_light(struct probe *probe, const struct probe_options *options)
{
	struct denet_lskel *skel = denet_lskel__open();
	int r;

	if (!skel)
		return -ENOMEM;
	probe->light = skel;
	skel->rodata->cfg_use_storage = true;
	skel->rodata->cfg_own_tgid = (__u32)getpid();
	skel->maps.member_by_address.max_entries = 1;
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

	probe->load_path = "light";
	probe->shared = (struct probe_shared){
		.totals = &skel->bss->totals,
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
	probe->program_fds[0] = skel->progs.on_task_newtask.prog_fd;
	probe->program_fds[1] = skel->progs.on_process_exec.prog_fd;
	probe->program_fds[2] = skel->progs.on_process_exit.prog_fd;
	probe->program_fds[3] = skel->progs.on_switch.prog_fd;
}

static void size_maps(struct denet_skel *skel, const struct probe_options *options, bool use_hash)
{
	if (use_hash) {
		(void)bpf_map__set_autocreate(skel->maps.member_by_task, false);
		(void)bpf_map__set_map_flags(skel->maps.account_by_id, 0);
		(void)bpf_map__set_map_flags(skel->maps.seed_by_tgid, 0);
	} else {
		(void)bpf_map__set_max_entries(skel->maps.member_by_address, 1);
	}
	if (options->processes_max)
		(void)bpf_map__set_max_entries(skel->maps.account_by_id, options->processes_max);
	if (options->ring_bytes)
		(void)bpf_map__set_max_entries(skel->maps.events, options->ring_bytes);
}

static int load_whole(struct probe *probe, const struct probe_options *options, bool use_hash)
{
	struct denet_skel *skel = denet_skel__open();
	int r;

	if (!skel)
		return -errno;
	probe->whole = skel;
	skel->rodata->cfg_use_storage = !use_hash;
	skel->rodata->cfg_own_tgid = (__u32)getpid();
	size_maps(skel, options, use_hash);
	r = denet_skel__load(skel);
	return r ? r : denet_skel__attach(skel);
}

static void adopt_whole(struct probe *probe, bool use_hash)
{
	struct denet_skel *skel = probe->whole;

	probe->load_path = use_hash ? "libbpf, hash" : "libbpf";
	probe->shared = (struct probe_shared){
		.totals = &skel->bss->totals,
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
	probe->program_fds[0] = bpf_program__fd(skel->progs.on_task_newtask);
	probe->program_fds[1] = bpf_program__fd(skel->progs.on_process_exec);
	probe->program_fds[2] = bpf_program__fd(skel->progs.on_process_exit);
	probe->program_fds[3] = bpf_program__fd(skel->progs.on_switch);
}

static int load_either(struct probe *probe, const struct probe_options *options)
{
	bool use_hash = options->force_hash || !options->force_libbpf;
	int r;

	if (!options->force_hash && !options->force_libbpf && has_safe_allocation()) {
		r = load_light(probe, options);
		if (!r) {
			adopt_light(probe);
			return 0;
		}
		probe_unload(probe);
		/* Nothing that libbpf could do would help, and its attempt costs 15 ms. */
		if (r == -EPERM)
			return r;
	}
	r = load_whole(probe, options, use_hash);
	if (!r)
		adopt_whole(probe, use_hash);
	return r;
}

int probe_load(struct probe *probe, const struct probe_options *options)
{
	int r = load_either(probe, options);

	/* From 6.16 on sched_process_exit comes before exit_mm. */
	probe->sees_memory_at_exit = kernel_is_at_least(6, 16);
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
