/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * One record for each living member, found by its slot: what a sample costs grows with the tree and
 * not with the machine. An object of its own, which a short run never loads.
 *
 * By the address of the task, not by its pid: a thread that execs has another one for a while, and
 * one on its way to its last switch may have none any more. Reading never faults, and what was read
 * counts if the slot is the same after: it is cleared before the task can be freed.
 */
#define FOLLOWS_DIRECTLY
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel/tree.h"
#include "task/sample.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Newer headers of libbpf declare it beside that macro. */
#ifndef bpf_core_cast
extern void *bpf_rdonly_cast(void *object, __u32 type_id) __ksym;
#endif

/*
 * Shapes of the maps of the tree's object, which user space puts in. By sizes: clang leaves the types
 * of what is only pointed to out of BTF.
 */
struct slot_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct member_slot));
};

struct account_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u64));
	__uint(value_size, sizeof(struct process_account));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct slot_array);
} slots_of_tree SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct account_hash);
} accounts_of_tree SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MEMBERS_AT_ONCE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct task_sample);
} records SEC(".maps");

const volatile struct task_knobs cfg_task;
struct pid_view pid_view; /* as the tree's object has noted it */
__s64 rq_clock_offset_ns;
struct members_request request;

static __always_inline struct member_slot *find_slot(__u32 number)
{
	__u32 zero = 0;
	void *slots = bpf_map_lookup_elem(&slots_of_tree, &zero);

	return slots ? bpf_map_lookup_elem(slots, &number) : NULL;
}

static __always_inline struct process_account *find_account(__u64 id)
{
	__u32 zero = 0;
	void *accounts = bpf_map_lookup_elem(&accounts_of_tree, &zero);

	return accounts ? bpf_map_lookup_elem(accounts, &id) : NULL;
}

static __always_inline struct task_sample *next_record(void)
{
	__u32 number = request.count;
	struct task_sample *record = bpf_map_lookup_elem(&records, &number);

	if (record)
		__builtin_memset(record, 0, sizeof(*record));
	return record;
}

/* The process's share in the totals of the dead goes with the first of its threads that is met. */
static __always_inline void write_ended_threads(struct process_account *account)
{
	struct task_sample *record;

	account->walk = request.walk;
	if (!account_has_used(account))
		return;
	record = next_record();
	if (!record)
		return;
	record->id = account->id;
	record->tid = account->tgid;
	record->tgid = account->tgid;
	record->flags = SAMPLE_ENDED_THREADS;
	record->used = account->used;
	request.count++;
}

static __always_inline void write_member(struct member_slot *slot, __u64 address, __u64 id,
					 __u64 command_id)
{
	struct task_struct *task =
		bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct task_struct));
	struct task_sample *record = next_record();

	if (!record)
		return;
	record->id = id;
	if (task->pid == task->tgid) {
		record->command_id = command_id;
		record->flags = SAMPLE_LEADER;
	}
	read_sample(task, record);
	if (task_is_on_cpu(task))
		add_slice(task, record);
	barrier();
	/* Else it has ended meanwhile, and the count of deaths tells that this is not one moment. */
	if (slot->address == address && slot->id == id)
		request.count++;
}

/* Not static data: the number of the slot counts up with the loop. */
static long visit_slot(__u32 index, void *context)
{
	struct member_slot *slot = find_slot(request.from + index);
	struct process_account *account;
	__u64 address, id;

	if (request.count + 2 > MEMBERS_AT_ONCE)
		return 1;
	request.next = request.from + index + 1;
	if (!slot)
		return 1;
	address = slot->address;
	id = slot->id;
	if (!address)
		return 0;
	account = find_account(id);
	if (account && account->walk != request.walk)
		write_ended_threads(account);
	write_member(slot, address, id, account ? account->command_id : 0);
	return 0;
}

SEC("syscall")
int sample_members(void *context)
{
	request.count = 0;
	request.next = request.from;
	/* User space has asked its own clock right before the first part. */
	if (!request.from)
		calibrate_rq_clock();
	bpf_loop(request.to - request.from, visit_slot, NULL, 0);
	return 0;
}
