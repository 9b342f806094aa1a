/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the two tables, of commands and of options, have in common. */
#ifndef DENET_CLI_COMMAND_ID_H
#define DENET_CLI_COMMAND_ID_H

enum command {
	COMMAND_NONE, /* nothing was asked for: show the usage */
	COMMAND_RUN,
	COMMAND_ATTACH,
	COMMAND_STATS,
	COMMAND_CONVERT,
	COMMAND_DIFF,
	COMMAND_BENCH,
	COMMAND_REPORT,
	COMMAND_DOCTOR,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_HOST, /* a program of its own does it */
	COMMAND_PROGRAM, /* the same, a test's */
	COMMAND_LAST = COMMAND_PROGRAM,
};

#define COMMAND_BIT(command) (1u << (command))

/* What a word on the command line stands for: of a command, or the value of an option. */
enum operand {
	OPERAND_NONE,
	OPERAND_COMMAND, /* a program and its arguments */
	OPERAND_PID,
	OPERAND_FILE,
	OPERAND_FILES, /* at least one; of diff those of two sides */
	OPERAND_LINE, /* a command line for a shell, or behind "--" a program and its arguments */
	OPERAND_TOPIC, /* what there is help about */
	OPERAND_USER,
};

#endif
