/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What processes run: argument vector and executable of one exec, shared by the processes that
 * were forked from it. Commands that nobody runs any more are kept for a while, for children that
 * user space has not met yet.
 */
#ifndef DENET_TREE_COMMAND_H
#define DENET_TREE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/idmap.h"

struct command {
	uint64_t id;
	size_t references;
	char *args; /* owned; each argument ends with NUL; NULL when not known */
	size_t args_len;
	bool is_truncated;
	bool is_exe_resolved; /* exe is the kernel's own path, not what exec was given */
	bool is_private; /* for whoever asks neither arguments nor path */
	bool is_cwd_sought;
	uint64_t execed_by; /* the process whose exec was seen; 0 when none was */
	char *exe; /* owned; NULL when not known */
	char *cwd; /* owned; where that process was soon after its exec; NULL when not known */
	struct command *next_unused;
};

struct command_table {
	struct idmap by_id;
	struct command *oldest_unused; /* owned by the table, like all commands */
	struct command *newest_unused;
	size_t unused_count;
};

void command_table_done(struct command_table *table);

/*
 * Enters a command and returns it with one reference; NULL without memory, and for an id of 0 or one
 * that is taken. Arguments that do not
 * end with NUL get one. exe may be NULL.
 */
struct command *command_add(struct command_table *table, uint64_t id, const char *args,
			    size_t args_len, bool is_truncated, const char *exe, size_t exe_len);

/* Returns it with one more reference; NULL when it is not known. */
struct command *command_take(struct command_table *table, uint64_t id);

/* Accepts NULL. */
void command_drop(struct command_table *table, struct command *command);

/* Replaces exe; without memory it stays as it was. */
void command_resolve_exe(struct command *command, const char *exe);

#endif
