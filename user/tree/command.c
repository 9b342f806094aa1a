/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/command.h"

#include <stdlib.h>
#include <string.h>

/* Children of a dead parent turn up within a sample; more than this many execs per sample lose. */
#define UNUSED_MAX 256

static void free_command(struct command *command)
{
	free(command->args);
	free(command->exe);
	free(command->cwd);
	free(command);
}

void command_table_done(struct command_table *table)
{
	size_t i;

	for (i = 0; i < table->by_id.room; i++)
		if (table->by_id.slots[i].id)
			free_command(table->by_id.slots[i].value);
	idmap_done(&table->by_id);
	*table = (struct command_table){ 0 };
}

static char *copy_ended(const char *text, size_t len, size_t *ret_len)
{
	size_t whole = len && text[len - 1] ? len + 1 : len;
	char *copy = calloc(1, whole + 1);

	if (copy && len)
		memcpy(copy, text, len);
	*ret_len = whole;
	return copy;
}

struct command *command_add(struct command_table *table, uint64_t id, const char *args,
			    size_t args_len, bool is_truncated, const char *exe, size_t exe_len)
{
	bool is_free = id && !idmap_get(&table->by_id, id);
	struct command *command = is_free ? calloc(1, sizeof(*command)) : NULL;

	if (!command)
		return NULL;
	command->id = id;
	command->references = 1;
	command->is_truncated = is_truncated;
	command->args = copy_ended(args, args_len, &command->args_len);
	command->exe = exe && exe_len ? strndup(exe, exe_len) : NULL;
	if (!command->args || idmap_put(&table->by_id, id, command)) {
		free_command(command);
		return NULL;
	}
	return command;
}

static void unlink_unused(struct command_table *table, struct command *command)
{
	struct command **at = &table->oldest_unused, *before = NULL;

	while (*at && *at != command) {
		before = *at;
		at = &(*at)->next_unused;
	}
	if (!*at)
		return;
	*at = command->next_unused;
	if (table->newest_unused == command)
		table->newest_unused = before;
	command->next_unused = NULL;
	table->unused_count--;
}

struct command *command_take(struct command_table *table, uint64_t id)
{
	struct command *command = id ? idmap_get(&table->by_id, id) : NULL;

	if (command && !command->references++)
		unlink_unused(table, command);
	return command;
}

void command_drop(struct command_table *table, struct command *command)
{
	struct command *oldest;

	if (!command || --command->references)
		return;
	if (table->newest_unused)
		table->newest_unused->next_unused = command;
	else
		table->oldest_unused = command;
	table->newest_unused = command;
	if (++table->unused_count <= UNUSED_MAX)
		return;
	oldest = table->oldest_unused;
	unlink_unused(table, oldest);
	idmap_remove(&table->by_id, oldest->id);
	free_command(oldest);
}

void command_resolve_exe(struct command *command, const char *exe)
{
	char *copy = strdup(exe);

	if (!copy)
		return;
	free(command->exe);
	command->exe = copy;
	command->is_exe_resolved = true;
}
