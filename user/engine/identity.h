/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What processes are: the program that they run, its arguments, their cgroup, and who may know. */
#ifndef DENET_ENGINE_IDENTITY_H
#define DENET_ENGINE_IDENTITY_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "denet/denet.h"
#include "kernel/tree.h"
#include "tree/tree.h"

struct cgroup_paths;
struct procfs;

struct identity {
	const struct procfs *procfs; /* borrowed */
	bool own_programs_only; /* as in denet_options */
	bool is_told_by_kernel; /* which tells us more than it would tell our caller */
	struct cgroup_paths *cgroups; /* owned; NULL until one is asked for */
};

void identity_init(struct identity *identity, const struct procfs *procfs, bool own_programs_only);
void identity_done(struct identity *identity);
void identity_trust_kernel(struct identity *identity);

/* Reads the command of a process that lived before us, or whose exec was not told. */
void identity_read_command(const struct identity *identity, struct tree *tree,
			   struct process *process);

/* Gives it the command that it was started with. */
void identity_give_command(struct tree *tree, struct process *process, const char *args,
			   size_t args_len);

/* Enters it, or makes it what its exec has told. NULL without memory. */
struct process *identity_take_exec(const struct identity *identity, struct tree *tree,
				   const struct exec_event *event, const char *text);

/* What exec was given may be a link; the kernel's own path may be read while the program runs. */
void identity_resolve_exe(const struct identity *identity, const struct process *process);

/* Where it is now that it has execed: once for each exec that was seen, while the program runs. */
void identity_find_cwd(const struct identity *identity, const struct process *process);

/* The path of the executable of a process, to be freed; NULL when it may not be known. */
char *identity_find_exe(const struct identity *identity, pid_t pid);

/* The command of an ended process, with a reference; NULL when it is not known. */
struct command *identity_of_ended(struct tree *tree, const struct process *process,
				  const struct process_account *account);

/* Between the last look and its end it has become another program, which nobody saw. */
bool identity_is_stale(const struct process *process, const struct process_account *account,
		       bool was_started_by_us);

/* As observers see it: nothing of who is unknown or private. Borrowed. */
struct denet_command identity_show(const struct command *command);

/* The same of the folder that its program was started in; NULL when it is not known. Borrowed. */
const char *identity_cwd(const struct command *command);

/* Path of the cgroup; NULL when it is not known. Borrowed. */
const char *identity_cgroup(struct identity *identity, const struct process_account *account);

/* DENET_UNKNOWN where it cannot be read. */
uint64_t identity_read_uid(const struct identity *identity, pid_t pid);

#endif
