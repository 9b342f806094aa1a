/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Sampling by the members' slots. The object is loaded at the first sample for which that pays, and
 * never where it cannot be: the walk over all tasks of the machine does the same for more.
 */
#include "probe/members.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "members.skel.h"
#include "members.lskel.h"
#include "probe/messages.h"
#include "util/caps.h"

/* What loading it costs about, in CPU time. */
#define LOAD_LIGHT_NS 2500000
#define LOAD_WHOLE_NS 60000000
/* What a member's record and an empty slot cost at most, and the walk for each task at least. */
#define MEMBER_NS 800
#define SLOT_NS 20
#define TASK_NS 250

#define RECORDS_BYTES (MEMBERS_AT_ONCE * sizeof(struct task_sample))

OBJECT_CALLS(members)

static const struct object_program programs[] = {
	{
		.name = "sample_members",
		.hook = "syscall",
		.attach = OBJECT_CALLED,
		.light_fd = OBJECT_LIGHT_FD(members_lskel, sample_members),
	},
};

const struct object_kind members_kind = {
	.name = "members",
	.programs = programs,
	.programs_count = sizeof(programs) / sizeof(programs[0]),
	.is_optional = true,
	OBJECT_USE_CALLS(members),
};

static void adopt(struct members *members, int *ret_slots_fd, int *ret_accounts_fd,
		  int *ret_records_fd)
{
	const struct members_lskel *light = members->object.light;
	const struct members_skel *whole = members->object.whole;

	if (light) {
		members->request = &light->bss->request;
		*ret_slots_fd = light->maps.slots_of_tree.map_fd;
		*ret_accounts_fd = light->maps.accounts_of_tree.map_fd;
		*ret_records_fd = light->maps.records.map_fd;
	} else {
		members->request = &whole->bss->request;
		*ret_slots_fd = bpf_map__fd(whole->maps.slots_of_tree);
		*ret_accounts_fd = bpf_map__fd(whole->maps.accounts_of_tree);
		*ret_records_fd = bpf_map__fd(whole->maps.records);
	}
}

static int connect(struct members *members, const struct members_tree *tree)
{
	int slots_fd, accounts_fd, records_fd;
	const __u32 zero = 0;
	void *records;

	adopt(members, &slots_fd, &accounts_fd, &records_fd);
	if (bpf_map_update_elem(slots_fd, &zero, &tree->slots_fd, BPF_ANY) ||
	    bpf_map_update_elem(accounts_fd, &zero, &tree->accounts_fd, BPF_ANY))
		return -errno;
	records = mmap(NULL, RECORDS_BYTES, PROT_READ, MAP_SHARED, records_fd, 0);
	if (records == MAP_FAILED)
		return -errno;
	members->records = records;
	return 0;
}

static void prepare(struct members *members, const struct members_tree *tree)
{
	struct members_lskel *light = members->object.light;
	struct members_skel *whole = members->object.whole;

	if (light) {
		light->rodata->cfg_task = *tree->task_knobs;
		light->bss->pid_view = *tree->pid_view;
		return;
	}
	whole->rodata->cfg_task = *tree->task_knobs;
	whole->bss->pid_view = *tree->pid_view;
	/* As the map that it stands for. */
	(void)bpf_map__set_map_flags(bpf_map__inner_map(whole->maps.accounts_of_tree), 0);
}

static int load(struct members *members, const struct members_tree *tree)
{
	const struct probe_options options = { 0 };
	int r = object_open(&members->object, &members_kind, tree->is_light);

	if (r)
		return r;
	prepare(members, tree);
	r = object_load(&members->object, &options);
	return r ? r : connect(members, tree);
}

/* Rights that sleep are awake as long as it takes. */
static int load_with_rights(struct members *members, const struct members_tree *tree)
{
	const uint64_t wanted = CAPS_BIT(CAP_BPF) | CAPS_BIT(CAP_PERFMON);
	struct caps had, awake;
	bool is_raised;
	int r;

	is_raised = !caps_get(&had) && (had.effective & wanted) != (had.permitted & wanted);
	if (is_raised) {
		awake = had;
		awake.effective |= had.permitted & wanted;
		is_raised = !caps_set(&awake);
	}
	messages_begin();
	r = load(members, tree);
	messages_end();
	if (is_raised && caps_set(&had) && !r)
		r = -EPERM;
	return r;
}

static void close_object(struct members *members)
{
	if (members->records)
		(void)munmap((void *)(uintptr_t)members->records, RECORDS_BYTES);
	members->records = NULL;
	members->request = NULL;
	object_close(&members->object);
}

void members_close(struct members *members)
{
	close_object(members);
	*members = (struct members){ 0 };
}

static uint64_t cost_by_members(uint64_t tasks, uint64_t slots)
{
	return tasks * MEMBER_NS + slots * SLOT_NS;
}

/* Threads of the machine. */
static uint64_t count_tasks(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? 0 : info.procs;
}

static uint64_t gain(const struct members *members, const struct members_tree *tree)
{
	uint64_t walk_ns = members->walk_ns ? members->walk_ns : count_tasks() * TASK_NS;
	uint64_t own_ns = cost_by_members(members->tasks, *tree->slot_blocks * SLOTS_OF_BLOCK);

	return walk_ns > own_ns ? walk_ns - own_ns : 0;
}

bool members_may_load(const struct members *members)
{
	return members->is_wanted && !members->has_failed && !members->records;
}

static bool pays(const struct members *members, const struct members_tree *tree)
{
	uint64_t load_ns = tree->is_light ? LOAD_LIGHT_NS : LOAD_WHOLE_NS;

	if (members->is_forced)
		return members->walks >= 2;
	return members->gain_missed_ns + gain(members, tree) >= load_ns;
}

/* As long as it was not measured to be the dearer one. */
static bool is_cheaper(const struct members *members)
{
	return members->is_forced || !members->members_ns || !members->walk_ns ||
	       members->members_ns <= members->walk_ns + members->walk_ns / 8;
}

bool members_ready(struct members *members, const struct members_tree *tree)
{
	if (!members->is_wanted || members->has_failed || tree->totals->slotless)
		return false;
	if (members->records)
		return is_cheaper(members);
	if (!pays(members, tree))
		return false;
	members->error = load_with_rights(members, tree);
	if (!members->error)
		return true;
	members->has_failed = true;
	close_object(members);
	return false;
}

void members_note_walk(struct members *members, const struct members_tree *tree, uint64_t cost_ns,
		       uint64_t tasks)
{
	members->walk_ns = cost_ns;
	members->tasks = tasks;
	members->walks++;
	members->members_ns = 0;
	if (members_may_load(members))
		members->gain_missed_ns += gain(members, tree);
}

void members_note_own(struct members *members, uint64_t cost_ns)
{
	members->members_ns = cost_ns;
}

static int hand_over(const struct members *members, source_task_fn on_task, void *context)
{
	for (__u32 i = 0; i < members->request->count; i++) {
		int r = on_task(context, &members->records[i]);

		if (r)
			return r;
	}
	return 0;
}

int members_sample(struct members *members, const struct members_tree *tree, source_task_fn on_task,
		   void *context)
{
	volatile struct members_request *request = members->request;
	struct bpf_test_run_opts run = { .sz = sizeof(run) };
	int r = 0;

	request->walk = ++*tree->walk;
	request->to = (__u32)(*tree->slot_blocks * SLOTS_OF_BLOCK);
	for (request->from = 0; request->from < request->to && !r; request->from = request->next) {
		if (bpf_prog_test_run_opts(members->object.program_fds[0], &run))
			return -errno;
		r = hand_over(members, on_task, context);
		/* Each part takes at least one slot, or there is something wrong. */
		if (!r && request->next <= request->from)
			r = -EIO;
	}
	return r;
}
