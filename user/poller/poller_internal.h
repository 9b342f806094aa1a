/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * poller.c opens; poller_source.c: the source's operations, and seed.c the first of them; members.c:
 * who belongs; look.c: one process, with spaces.c; walk.c: all of them; group.c: those of a cgroup.
 */
#ifndef DENET_POLLER_INTERNAL_H
#define DENET_POLLER_INTERNAL_H

#include <sys/resource.h>

#include "poller/poller.h"
#include "procfs/children.h"
#include "procfs/io.h"
#include "procfs/process.h"
#include "util/buf.h"
#include "util/idmap.h"

struct procfs;

#define UID_UNKNOWN UINT32_MAX

enum member_state {
	MEMBER_ALIVE,
	MEMBER_ZOMBIE, /* its account is out; its sums are still its own */
	MEMBER_GONE, /* somebody has waited for it; forgotten at the end of the walk */
};

/* A process of the tree, by pid and start. */
struct member {
	uint64_t id;
	pid_t pid;
	enum member_state state;
	struct member *parent; /* poller.outside for the topmost */
	struct member *first_child;
	struct member *last_child;
	struct member *older; /* among the children of its parent */
	struct member *younger;

	struct process_stat stat; /* as last read */
	bool is_stat_due; /* to be read at the next look, whether it has run or not */
	uint64_t children_read_ns;
	bool is_stat_fresh; /* read when it was found, a moment ago */
	uint64_t clock_ns;
	uint64_t found_clock_ns; /* before its first stat was read */
	uint64_t seen_boot_ns; /* when it was last known to live */
	uint64_t first_parent_id; /* of the parent that it was found with; 0 for who is no member */
	pid_t first_ppid;
	uint32_t uid; /* as last read */
	bool may_change_uid;
	uint64_t threads_max;
	uint32_t unknown; /* COUNTER_ */
	uint64_t mm; /* the number of its address space; 0 without one, or not looked for yet */
	uint32_t mm_tid;
	uint32_t exit_status;
	uint64_t peak_kb; /* of a root that has ended, when it is its own */
	bool is_end_known;
	bool is_ours; /* our child */
	bool is_told; /* its account is out */
	bool is_hidden; /* /proc does not show it */
	bool is_permitted; /* the kernel tells us what it keeps from others */
	int pidfd; /* owned, of the hidden; -1 */
	int io_fd; /* owned, of the root; -1 */
	uint64_t listed_walk; /* of a group: when it was last in it */
	uint64_t joined_walk; /* when it came in, with a past; 0: it was born in it */
	bool has_left; /* it lives on elsewhere */

	struct task_counters own; /* of its threads, living and ended, without what was before */
	struct task_counters before; /* of who came into a group */
	struct task_counters reaped; /* of children that it has waited for, and theirs */
	struct task_counters
		lost; /* the same by our own count: bounds of those that we have seen */
};

struct event {
	enum event_type type;
	struct exec_event exec;
	struct process_account account;
	size_t text_at; /* in poller.texts */
};

/* A pid is used again, but not together with a time of birth. */
struct stranger {
	pid_t pid;
	uint64_t start_boot_ns;
};

struct poller {
	struct source source; /* first: a source is a poller */
	struct poller_options options;
	const struct procfs *procfs;
	bool has_children_files;
	bool has_clocks;
	bool has_kcmp;
	int was_subreaper; /* to be restored; -1: nothing to restore */
	int self_children_fd; /* owned, as the next; -1 */
	int root_pidfd;

	struct member outside; /* parent of the topmost, no process */
	struct idmap by_pid; /* the living and the zombies */
	struct idmap by_id;
	struct member *root; /* NULL once gone */
	uint64_t root_id;
	bool is_run; /* the root is our child */
	uint64_t next_id;
	uint64_t now_ns; /* of the walk */
	uint64_t now_boot_ns;

	struct member **order; /* owned: parents before children */
	size_t order_count;
	size_t order_room;
	struct pid_list pids; /* reused */
	struct stranger *strangers; /* owned: children that we had before */
	size_t strangers_count;

	struct event *events; /* owned */
	size_t events_count;
	size_t events_room;
	struct buf texts;

	struct task_counters ended; /* of all that is in nobody's sums any more */
	struct task_counters base; /* in these sums, but older than the attach */
	struct task_counters dead; /* at the last walk: all but what the living have used */
	uint64_t stub_peak_kb;
	uint64_t peak_kb;
	bool has_io; /* somebody's could be read */
	bool has_switches; /* nobody lives, and whom we wait for has told them */
	bool has_looked; /* at the root, since it was released */
	bool is_seeding;
	const char *group_folder; /* borrowed; NULL: a tree is followed */
	uint64_t walks; /* of the group */
	uint64_t listed_boot_ns; /* the last of them */
	struct tree_totals totals; /* but for dead */
	uint64_t lost; /* without a clock and hidden */
};

static inline struct poller *poller_of(struct source *source)
{
	return (struct poller *)source;
}

static inline const struct poller *poller_of_const(const struct source *source)
{
	return (const struct poller *)source;
}

/* poller.c, as the source's operations. */
int poller_open_source(const struct source_options *options, struct source **ret_source);
void poller_explain(int error, char *text, size_t size);
void poller_close(struct source *source);

/* seed.c: likewise. */
int poller_seed(struct source *source, pid_t pid, bool is_tree, source_task_fn on_task,
		void *context);
int poller_seed_group(struct source *source, source_task_fn on_task, void *context);

/* group.c: who is in it, and who went out of it. */
int group_find(struct poller *poller);

/* poller_source.c: calls back for each that lives. */
int poller_show_all(const struct poller *poller, source_task_fn on_task, void *context);
void poller_sample_of(const struct member *member, struct task_sample *ret_task);

/* strangers.c: to be asked before anybody of ours is adopted. */
int strangers_find(struct poller *poller, pid_t root);
bool strangers_have(struct poller *poller, pid_t pid);

/* members.c */
struct member *member_find(const struct poller *poller, pid_t pid);
/* NULL without memory. */
struct member *member_add(struct poller *poller, pid_t pid, struct member *parent);
void member_move(struct member *member, struct member *parent);
/* Its children go outside. */
void member_remove(struct poller *poller, struct member *member);
void members_done(struct poller *poller);
/* Fills in poller.order. -ENOMEM */
int members_order(struct poller *poller);
int members_append(struct poller *poller, struct member *member);
/* What it and all that it has waited for have used. */
void member_whole(const struct member *member, struct task_counters *ret_used);

/* look.c: brings one member up to date; finds its children. */
int look(struct poller *poller, struct member *member);
/* What cannot be read stays as it was. */
void look_up_uid(const struct poller *poller, struct member *member);
/* A pid that was named as a child of somebody here becomes a member, if it is one. */
int look_for(struct poller *poller, pid_t pid, const struct member *parent);

/* figures.c: what the files of a process say. */
int figures_clock(const struct poller *poller, pid_t pid, uint64_t *ret_ns);
void figures_take_stat(struct member *member);
/* Of a member and all that it has waited for; to be taken together with a later stat. */
int figures_read_io(const struct poller *poller, const struct member *member,
		    struct io_counts *ret_whole);
void figures_take_io(struct poller *poller, struct member *member, const struct io_counts *whole);

/* spaces.c: the number of its address space; after its stat was taken. */
void spaces_find(struct poller *poller, struct member *member, bool has_execed);

/* walk.c */
int walk(struct poller *poller);

/* reap.c: children of ours that have ended. */
bool reap_peek(pid_t pid, uint32_t *ret_status, struct rusage *ret_usage);
void reap_take(pid_t pid);
void reap_counters(const struct rusage *usage, struct task_counters *ret_used);

/* events.c */
/* False when it is not known yet which program it will be: the next look has to tell. */
bool events_exec(struct poller *poller, const struct member *member, const struct process_stat *old,
		 bool is_first);
/* Once for each. */
void events_exit(struct poller *poller, struct member *member);
void events_account_of(const struct poller *poller, const struct member *member,
		       struct process_account *ret_account);

#endif
