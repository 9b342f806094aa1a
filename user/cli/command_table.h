/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * One row for each command: what the parser and whatever tells about commands go by. The functions
 * that do them stand in main.c, so that this table needs none of them.
 */
#ifndef DENET_CLI_COMMAND_TABLE_H
#define DENET_CLI_COMMAND_TABLE_H

#include <stddef.h>

#include "cli/command_id.h"

struct command_example {
	const char *line; /* without the program's name; NULL behind the last */
	const char *text; /* NULL when the line says it */
};

struct command_exit {
	const char *status; /* NULL behind the last */
	const char *text;
};

#define COMMAND_EXAMPLES 7
#define COMMAND_EXITS 7

struct command_spec {
	enum command id;
	const char *name; /* NULL: no word leads here */
	const char *alias; /* denet's name; NULL for none */
	const char
		*program; /* that does it: the file is executed (cli/program.h); NULL: done here */
	enum operand operand;
	const char *operand_text; /* as the usage shows it; NULL without an operand */
	const char *operand_word; /* what it is called in a sentence */
	const char *text; /* a few words for help */
	const char *intro; /* whole sentences, as the next */
	const char *notes; /* NULL for none */
	struct command_example examples[COMMAND_EXAMPLES];
	struct command_exit exits[COMMAND_EXITS];
};

size_t command_table_count(void);
const struct command_spec *command_table_get(size_t index);

/* Never NULL. */
const struct command_spec *command_table_of(enum command id);

/* By name or alias; NULL when there is none. */
const struct command_spec *command_table_find(const char *name);

#define COMMANDS_NAMES_MAX 32

/* All names and aliases, in the order of the table. Returns how many. */
size_t command_table_names(const char *names[], size_t room);

#endif
