/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/identity.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs/cgroup_path.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "procfs/status.h"

void identity_init(struct identity *identity, const struct procfs *procfs, bool own_programs_only)
{
	*identity = (struct identity){ .procfs = procfs, .own_programs_only = own_programs_only };
}

void identity_done(struct identity *identity)
{
	cgroup_paths_free(identity->cgroups);
	identity->cgroups = NULL;
}

void identity_trust_kernel(struct identity *identity)
{
	identity->is_told_by_kernel = true;
}

void identity_read_command(const struct identity *identity, struct tree *tree,
			   struct process *process)
{
	char args[DENET_ARGS_MAX], path[PATH_MAX];
	struct command *command;
	bool is_truncated;
	size_t len;

	if (process_read_cmdline(identity->procfs, (pid_t)process->pid, sizeof(args), args, &len,
				 &is_truncated))
		return;
	command = command_add(&tree->commands, process->id, args, len, is_truncated, NULL, 0);
	if (!command)
		return;
	command->is_private = identity->own_programs_only &&
			      process_read_exe(identity->procfs, (pid_t)process->pid, sizeof(path),
					       path) == -EACCES;
	tree_set_command(tree, process, command);
}

void identity_give_command(struct tree *tree, struct process *process, const char *args,
			   size_t args_len)
{
	tree_set_command(tree, process,
			 command_add(&tree->commands, process->id, args, args_len, false, NULL, 0));
}

static bool is_private(const struct identity *identity, const struct exec_event *event)
{
	return identity->own_programs_only && identity->is_told_by_kernel &&
	       (event->uid != getuid() || event->gid != getgid() || event->flags & EXEC_HAS_RIGHTS);
}

/* A descriptor that was executed has a name that means nothing elsewhere. */
static bool is_usable_path(const char *path, size_t len)
{
	static const char by_descriptor[] = "/dev/fd/";

	if (!len || path[0] != '/')
		return false;
	return len < sizeof(by_descriptor) ||
	       memcmp(path, by_descriptor, sizeof(by_descriptor) - 1);
}

static struct command *add_command(struct tree *tree, const struct exec_event *event,
				   const char *text)
{
	const char *path = text + event->args_len;

	return command_add(&tree->commands, event->command_id, text, event->args_len,
			   event->args_whole_len > event->args_len,
			   is_usable_path(path, event->path_len) ? path : NULL, event->path_len);
}

struct process *identity_take_exec(const struct identity *identity, struct tree *tree,
				   const struct exec_event *event, const char *text)
{
	struct process *process = tree_enter(tree, event->id, event->tgid);
	struct command *command;

	if (!process)
		return NULL;
	if (!process->start_boot_ns) {
		process->ppid = event->parent_tgid;
		process->start_boot_ns = event->start_boot_ns;
	}
	memcpy(process->comm, event->comm, DENET_COMM_LEN);
	command = add_command(tree, event, text);
	if (command) {
		command->is_private = is_private(identity, event);
		command->execed_by = event->id;
	}
	tree_set_command(tree, process, command);
	return process;
}

void identity_resolve_exe(const struct identity *identity, const struct process *process)
{
	char path[PATH_MAX];

	if (!process->command || process->command->is_exe_resolved)
		return;
	process->command->is_exe_resolved = true;
	if (!process_read_exe(identity->procfs, (pid_t)process->pid, sizeof(path), path))
		command_resolve_exe(process->command, path);
}

void identity_find_cwd(const struct identity *identity, const struct process *process)
{
	struct command *command = process->command;
	char path[PATH_MAX];

	/* Who was only forked from it may have gone elsewhere since. */
	if (!command || command->is_cwd_sought || command->execed_by != process->id)
		return;
	command->is_cwd_sought = true;
	if (!command->is_private &&
	    !process_read_cwd(identity->procfs, (pid_t)process->pid, sizeof(path), path))
		command->cwd = strdup(path);
}

char *identity_find_exe(const struct identity *identity, pid_t pid)
{
	char path[PATH_MAX];

	return process_read_exe(identity->procfs, pid, sizeof(path), path) ? NULL : strdup(path);
}

struct command *identity_of_ended(struct tree *tree, const struct process *process,
				  const struct process_account *account)
{
	const struct command *known = process ? process->command : NULL;

	return command_take(&tree->commands, known ? known->id : account->command_id);
}

/* The name that exec gives: of the file, cut. */
static bool is_named_after(const struct command *command, const char *comm)
{
	const char *name = command->args_len ? strrchr(command->args, '/') : NULL;

	name = name ? name + 1 : command->args;
	return name && !strncmp(name, comm, DENET_COMM_LEN - 1);
}

bool identity_is_stale(const struct process *process, const struct process_account *account,
		       bool was_started_by_us)
{
	if (!(account->flags & ACCOUNT_SAMPLED) || !process || !process->command ||
	    is_named_after(process->command, account->comm))
		return false;
	/* What it was started with has its own id until an exec is seen. */
	return (was_started_by_us && process->command->id == process->id) ||
	       memcmp(process->comm, account->comm, DENET_COMM_LEN) != 0;
}

struct denet_command identity_show(const struct command *command)
{
	if (!command || command->is_private)
		return (struct denet_command){ 0 };
	return (struct denet_command){
		.args = command->args,
		.args_len = command->args_len,
		.truncated = command->is_truncated,
		.exe = command->exe,
	};
}

const char *identity_cwd(const struct command *command)
{
	return command && !command->is_private ? command->cwd : NULL;
}

const char *identity_cgroup(struct identity *identity, const struct process_account *account)
{
	if (!identity->cgroups && cgroup_paths_new(identity->procfs, &identity->cgroups))
		return NULL;
	return cgroup_paths_find(identity->cgroups, account->cgroup_v2_id,
				 account->cgroup_memory_id);
}

uint64_t identity_read_uid(const struct identity *identity, pid_t pid)
{
	uint32_t uid;

	return status_read_uid(identity->procfs, pid, &uid, NULL) ? DENET_UNKNOWN : uid;
}
