/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_PROBE_INTERNAL_H
#define DENET_PROBE_INTERNAL_H

#include "probe/members.h"
#include "probe/object.h"
#include "probe/probe.h"

struct ring_buffer;

/* load.c: what follows a tree. */
enum tree_program {
	TREE_ON_WAKEUP_NEW,
	TREE_ON_PROCESS_EXEC,
	TREE_ON_PROCESS_EXIT,
	TREE_ON_SWITCH,
	TREE_ON_SIGNAL_GENERATE,
	TREE_SAMPLE_TASKS,
	TREE_SEED_TASKS,
	TREE_ON_GROUP_MOVE,
	TREE_ON_GROUP_BIRTH, /* after that of all births */
	TREE_SEED_GROUP,
	TREE_PROGRAMS,
};

extern const struct object_kind load_kind;
/* edges.c: who begot whom while the tree is looked for. */
extern const struct object_kind edges_kind;

/* net.c: what counts the bytes of sockets. */
extern const struct object_kind net_kind;

/* The globals of the programs, where the kernel reads and writes them. Borrowed. */
struct probe_shared {
	struct tree_totals *totals;
	const struct pid_view *pid_view;
	__u64 *root_id;
	struct limit_walk *limit_walk;
	struct limits_at_end *limits_at_end;
	__u32 *wake_at_every_exit;
	__u32 *generation;
};

/* What is loaded for seeding a tree alone. */
struct edges {
	struct object object; /* owned */
	bool is_loaded;
	int ring_fd; /* borrowed from the skeleton, as the next */
	const __u64 *dropped; /* by all uses */
};

/* limits.c */
struct probe_limits {
	bool has_link;
	int link_fd; /* owned, with has_link: to walk the one process alone */
	uint64_t start_boot_ns; /* of that; 0 before it was asked for */
	struct source_limits first;
};

/* The map that the globals are in, and where it is mapped. Borrowed. */
struct globals {
	int fd;
	const void *begin;
};

/* What is loaded where the bytes of sockets are asked for. */
struct net {
	struct object object; /* owned */
	bool is_loaded;
	struct probe_reason reason; /* why it is not */
};

struct probe {
	struct source source; /* first: a source is a probe */
	struct object tree; /* owned */
	struct edges edges;
	struct net net;
	const char *load_path;
	unsigned int times_forced; /* tests had forced something else by then */
	bool is_reusable; /* it is kept when it is closed */
	bool follows_this; /* attached, and this process is its root */
	struct tree_knobs tree_knobs;
	struct task_knobs task_knobs;
	struct probe_shared shared;
	int accounts_fd; /* borrowed from the skeleton, as the others */
	int seeds_fd;
	int events_fd;
	int at_once_fd;
	int free_slots_fd;
	int members_fd; /* those in the hash */
	int storage_fd; /* those in task storage, where that is used */
	struct globals globals;
	int passes_max; /* of seeding */
	struct probe_limits limits; /* owned */
	struct members members; /* owned */
	struct members_tree members_tree;
	uint64_t tasks_shown; /* by the last walk */
	struct ring_buffer *ring; /* owned */
	const struct source_events *sink; /* borrowed, only while draining */
	uint64_t unsent_seen;
	uint64_t harvested; /* accounts that did not come through the ring */
	uint64_t missed_before; /* runs, by uses before this one */
	uint64_t births_found; /* dropped births that seeding made good */
	struct at_once *at_once; /* owned: room for what each CPU has seen */
	size_t at_once_count;
	struct at_once seeded; /* alive when seeding was done */
	char tasks[32768]; /* one read() of an iterator gives no more than this */
};

static inline struct probe *probe_of(struct source *source)
{
	return (struct probe *)source;
}

static inline const struct probe *probe_of_const(const struct source *source)
{
	return (const struct probe *)source;
}

/* Accepts NULL. */
void probe_free(struct probe *probe);

static inline void probe_freep(struct probe **probe)
{
	probe_free(*probe);
}

/* counts.c: of what each CPU has seen at births, of now and of seeding: the most. */
struct at_once probe_most_at_once(const struct probe *probe);
/* What each CPU has seen. */
int probe_forget_at_once(struct probe *probe);
void probe_raise_at_once(struct at_once *most, const struct at_once *seen);

/* Nobody was on the way from the living to the dead, and nobody went or came. */
bool probe_is_same_moment(const struct tree_totals *a, const struct tree_totals *b);

/* Nobody is missing. */
bool probe_is_whole(const struct probe *probe);

/* How often the kernel has left a program out, since it was loaded. */
uint64_t probe_missed_runs(const struct probe *probe);

/* load.c: fills in all of probe that the skeleton knows. */
int probe_load(struct probe *probe, const struct probe_options *options);
void probe_unload(struct probe *probe);

/* edges.c: loads it, unless it is; and detaches it, for the next use if there may be one. */
int probe_prepare_edges(struct probe *probe);
void probe_rest_edges(struct probe *probe);
void probe_close_edges(struct probe *probe);

/* net.c: loads it and attaches it, or notes why that cannot be. */
void probe_open_net(struct probe *probe, const struct probe_options *options);
void probe_close_net(struct probe *probe);

/* probe.c: it is what would be loaded now. */
bool probe_serves(const struct probe *probe);

/*
 * keep.c: one that was kept, as if new, or a new one; with may_follow perhaps one that still follows
 * this process. And gives it back: what follows this process does so for a moment.
 */
int probe_acquire(bool may_follow, struct probe **ret_probe);
void probe_put_to_rest(struct probe *probe);

/* Makes it as if new; NULL is left on failure. */
int probe_renew(struct probe **probe);

/* share.c: to be seeded with this process and its tree. -ECHILD in a forked process, which can share
 * nothing. */
int share_open(struct source **ret_source);

/* reuse.c: detaches it; and makes it as if new, and attaches it. */
void probe_rest(struct probe *probe);
int probe_wake(struct probe *probe);

/* iterate.c: runs an iterator once. */
int probe_iterate_link(struct probe *probe, int link_fd, source_task_fn on_task, void *context);

/* A link that walks this thread alone; < 0 before 6.1. */
int probe_link_one(const struct probe *probe, pid_t tid);
int probe_iterate(struct probe *probe, enum tree_program program, source_task_fn on_task,
		  void *context);

/* limits.c: an operation of the source; and what is known is not of the next use. */
int probe_limits(struct source *source, pid_t pid, struct source_limits *ret_limits);
void probe_forget_limits(struct probe *probe);

/* Operations of the source. */
int probe_seed(struct source *source, pid_t tgid, bool is_tree, source_task_fn on_task,
	       void *context);
int probe_seed_group(struct source *source, source_task_fn on_task, void *context);

#endif
