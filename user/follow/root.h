/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The first process of the tree: the command that was started, or whom we were attached to. */
#ifndef DENET_FOLLOW_ROOT_H
#define DENET_FOLLOW_ROOT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/denet.h"
#include "engine/identity.h"
#include "kernel/tree.h"
#include "metrics/rate.h"

struct root {
	const struct procfs *procfs; /* borrowed */
	pid_t pid;
	int fd; /* pidfd, owned; -1 once monitoring has ended */
	uint64_t born_boot_ns; /* tells it from whoever gets its pid; 0: not known */
	bool is_ours; /* our child: else we were attached to it */
	bool is_group; /* there is none: a cgroup is followed; is_gone when nobody is in it any more */
	uint64_t id; /* 0 before it is seeded */

	/* The command as started, until an exec event tells more. */
	char *args; /* owned */
	size_t args_len;
	char *exe; /* owned; NULL when not known */

	bool is_gone;
	bool is_closed; /* its account has come */
	struct denet_end end;
	uint64_t start_boot_ns;
	uint64_t end_boot_ns; /* 0 while it runs: by its account, or when it was seen to be over */
	struct task_counters used;
	uint32_t unknown; /* COUNTER_ */
	uint64_t threads_total;
	struct rate rate;
	uint64_t cpus_usable; /* 0: not known */
};

void root_init(struct root *root, const struct procfs *procfs);
void root_done(struct root *root);

/* A stub of ours, which is nobody else's pid until it is waited for. */
void root_set_pid(struct root *root, pid_t pid);

/* The pidfd first: from there on nobody else can be meant by the pid. */
int root_open(struct root *root, pid_t pid, bool is_ours);

/* Closes the pidfd; the rest stays. */
void root_close(struct root *root);

/* A cgroup in its place, which is called so. */
int root_set_group(struct root *root, const char *name);

int root_set_args(struct root *root, char *const argv[]);
void root_read_args(struct root *root);

/* What it runs, looked up once. given: what exec was told, or NULL. */
void root_find_exe(struct root *root, const struct identity *identity, const char *given);

struct denet_command root_command(const struct root *root);

/* Also after root_close(). */
bool root_has_ended(const struct root *root);
/* Never another process that got its pid. */
int root_signal(const struct root *root, int signal);

/* Looks whether it has ended, and how; the status stays for whoever waits. True the first time. */
bool root_note_end(struct root *root);
/* Of a cgroup: nobody is in it since then, 0 for now, and all who were have told what they used. */
void root_note_empty(struct root *root, uint64_t since_boot_ns);
/* It is over: what can't be known is known not to be. */
void root_note_unseen(struct root *root);
void root_reap(const struct root *root);

/* Its id and birth, as seeding has found them. */
void root_note_seeded(struct root *root, uint64_t id, uint64_t start_boot_ns);
/* Nothing of what was seeded holds. */
void root_forget_seeded(struct root *root);
/* The rate begins at now_ns; what was used before is in none. */
void root_begin_rate(struct root *root, uint64_t now_ns);
void root_exclude_from_rate(struct root *root, uint64_t cpu_time_ns);

/* As of the last sample at which it was known. */
void root_note_sample(struct root *root, const struct process *process, struct rate rate);
void root_note_account(struct root *root, const struct process_account *account,
		       const struct task_counters *used, const struct denet_end *end);
/* While it lives: which CPUs it may run on. */
void root_note_cpus(struct root *root);
void root_note_threads(struct root *root, uint64_t threads_total);

/* After its end: what it has used stays, it holds nothing any more. */
void root_fill_ended(struct root *root, uint64_t tick_ns, uint64_t ts_ms, uint64_t now_ns,
		     struct denet_sample *ret_sample);

#endif
