/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What members send and receive through sockets of IPv4 and IPv6. An object of its own, as everybody on
 * the machine pays for it at each call, and as no kernel before 6.3 has the hooks.
 *
 * By the task that makes the call, which io_uring's threads are members for, too. It goes at once into
 * the account of the process and the totals of the dead, as if a thread had ended with it, so that no end
 * and no exec has to look for it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kernel/tree.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2
#define AF_INET6 10
#define MSG_PEEK 0x2 /* it will be received once more */
#define MSG_ERRQUEUE 0x2000 /* what was sent, come back */

#define ADD(place, value) __sync_fetch_and_add(&(place), (value))

/* Those of the tree's object, which user space puts in their place. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_member);
} member_by_task SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct task_member);
} member_by_address SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct process_account);
} account_by_id SEC(".maps");

/* Its globals, in one piece. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tree_totals);
} globals_of_tree SEC(".maps");

const volatile struct net_knobs cfg_net;

static __always_inline struct tree_totals *find_totals(void)
{
	__u32 zero = 0;
	char *globals = bpf_map_lookup_elem(&globals_of_tree, &zero);

	return globals ? (void *)(globals + cfg_net.totals_offset) : NULL;
}

/* The id of the process of the task that runs this; 0 for who is no member. */
static __always_inline __u64 member_id(const struct tree_totals *totals)
{
	__u64 address = bpf_get_current_task();
	struct task_member *member = NULL;

	if (cfg_net.use_storage)
		member = bpf_task_storage_get(&member_by_task, bpf_get_current_task_btf(), 0, 0);
	if (!member && (!cfg_net.use_storage || totals->births_spilled)) {
		member = bpf_map_lookup_elem(&member_by_address, &address);
		/* Left behind by a death that was missed. */
		if (member && member->tgid != bpf_get_current_pid_tgid() >> 32)
			return 0;
	}
	return member && member->generation == cfg_net.generation ? member->id : 0;
}

static __always_inline bool is_counted(struct sock *sk, int bytes)
{
	__u16 family = sk->__sk_common.skc_family;

	return bytes > 0 && (family == AF_INET || family == AF_INET6);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int bytes)
{
	struct process_account *account;
	struct tree_totals *totals;
	__u64 id;

	if (!is_counted(sk, bytes))
		return 0;
	totals = find_totals();
	id = totals ? member_id(totals) : 0;
	if (!id)
		return 0;
	ADD(totals->dead.socket_tx_bytes, bytes);
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (account)
		ADD(account->used.socket_tx_bytes, bytes);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *sk, int bytes, int flags)
{
	struct process_account *account;
	struct tree_totals *totals;
	__u64 id;

	if (!is_counted(sk, bytes) || flags & (MSG_PEEK | MSG_ERRQUEUE))
		return 0;
	totals = find_totals();
	id = totals ? member_id(totals) : 0;
	if (!id)
		return 0;
	ADD(totals->dead.socket_rx_bytes, bytes);
	account = bpf_map_lookup_elem(&account_by_id, &id);
	if (account)
		ADD(account->used.socket_rx_bytes, bytes);
	return 0;
}
