/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The kernel side, loaded: the only user of libbpf and of the skeletons.
 *
 * Membership, CPU and the account of each process live in kernel maps; the ring brings news of
 * them. A full ring loses no total: accounts that could not be sent are harvested from the map.
 */
#ifndef DENET_PROBE_PROBE_H
#define DENET_PROBE_PROBE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/tree.h"

/*
 * All 0 is the default. The rest is for tests: the last seven force on a newer kernel what an older
 * one, a pid namespace or a busy CPU makes necessary.
 */
struct probe_options {
	uint32_t processes_max; /* living at once with an account of their own */
	uint32_t ring_bytes; /* a power of two, whole pages */
	bool no_light; /* libbpf, as before 6.1 */
	bool no_libbpf; /* an error where the light skeleton does not load */
	bool no_storage; /* membership in the hash, as before 6.4 */
	bool no_exit_memory; /* no memory peak at the end, as before 6.16 */
	bool no_slices; /* running tasks as of their last tick, as without FAIR_GROUP_SCHED */
	bool map_pids; /* as in a pid namespace */
	bool fail_storage; /* storage is there, but no birth finds any */
};

struct probe;

typedef int (*probe_task_fn)(void *context, const struct task_sample *task);

/* text holds event->args_len bytes of arguments, then event->path_len of path. */
struct probe_events {
	void *context;
	void (*on_exec)(void *context, const struct exec_event *event, const char *text);
	void (*on_exit)(void *context, const struct process_account *account);
};

/* For tests that come in by denet_run(): what every probe_open() is to force from here on. */
void probe_force(const struct probe_options *options);

/* Loads and attaches everything. Nothing is followed yet. */
int probe_open(const struct probe_options *options, struct probe **ret_probe);

/* Accepts NULL. */
void probe_free(struct probe *probe);

static inline void probe_freep(struct probe **probe)
{
	probe_free(*probe);
}

/* Why probe_open() failed with error, in words, for one line. */
void probe_explain(int error, char *text, size_t size);

/* True where the account of an ended process knows its memory peak (6.16); else samples must. */
bool probe_sees_memory_at_exit(const struct probe *probe);

/* How it was loaded: "light", or "light, hash" or "libbpf, hash" without task storage. */
const char *probe_load_path(const struct probe *probe);

/*
 * Makes members of the process tgid, which becomes the root, and with is_tree of all its threads
 * and descendants. Calls back for each task with what it had used before.
 */
int probe_seed(struct probe *probe, pid_t tgid, bool is_tree, probe_task_fn on_task, void *context);

/* Of the root; 0 before probe_seed(). */
uint64_t probe_root_id(const struct probe *probe);

/* What the root had used at its first exec under our eyes; false before that. */
bool probe_root_before_exec(const struct probe *probe, struct task_counters *ret_used);

/* Readable when the ring asks for attention. */
int probe_fd(const struct probe *probe);

/* Hands over what is in the ring, and what did not fit it. */
int probe_drain(struct probe *probe, const struct probe_events *events);

/* Calls back for each living task of the tree. Allocates nothing. */
int probe_sample(struct probe *probe, probe_task_fn on_task, void *context);

/* A consistent copy. */
void probe_totals(const struct probe *probe, struct tree_totals *ret_totals);

/* The account of a living process; -ENOENT when it has none. */
int probe_account(const struct probe *probe, uint64_t id, struct process_account *ret_account);

/* From now on every ended process makes probe_fd() readable, not the root alone. */
void probe_wake_at_every_exit(struct probe *probe);

/* Tasks that are not followed, as far as that can be known. */
uint64_t probe_tasks_lost(const struct probe *probe);

#endif
