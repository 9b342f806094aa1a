/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Completions for fish. */
#include "cli/pages_internal.h"
#include "cli/topics.h"

static const char head[] =
	"# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later\n"
	"# Completions of denet-bpf for fish. Printed by the program: see `make docs`.\n"
	"\n";

/* Prints the words from the command on, without its options: "run", then CMD and all behind it. */
static const char functions[] =
	"    set -l words (commandline -opc)\n"
	"    set -l command\n"
	"    set -l wants\n"
	"    set -l is_past_options\n"
	"    for i in (seq 2 (count $words))\n"
	"        set -l word $words[$i]\n"
	"        if test -n \"$wants\"\n"
	"            set wants\n"
	"        else if string match -q -- -- \"$word\"; and test -n \"$command\" -a -z "
	"\"$is_past_options\"\n"
	"            set is_past_options 1\n"
	"        else if string match -q -- '-*' \"$word\"; and test -z \"$is_past_options\"\n"
	"            contains -- \"$word\" $takers; or contains -- \"$command:$word\" $takers; and "
	"set wants 1\n"
	"        else if test -z \"$command\"\n"
	"            set command $word\n"
	"            echo $word\n"
	"        else if test \"$command\" = run\n"
	"            printf '%s\\n' $words[$i..-1]\n"
	"            return\n"
	"        else\n"
	"            echo $word\n"
	"        end\n"
	"    end\n"
	"end\n"
	"\n"
	"# True where the command is one of these and its operand is still to come.\n"
	"function __denet_bpf_is\n"
	"    set -l words (__denet_bpf_words)\n"
	"    test (count $words) -eq 1; and contains -- $words[1] $argv\n"
	"end\n"
	"\n"
	"# True where options of one of these commands may stand.\n"
	"function __denet_bpf_has\n"
	"    set -l words (__denet_bpf_words)\n"
	"    test (count $words) -eq 0; and return\n"
	"    contains -- $words[1] $argv; and not __denet_bpf_is_delegated\n"
	"end\n"
	"\n"
	"function __denet_bpf_is_delegated\n"
	"    set -l words (__denet_bpf_words)\n"
	"    test (count $words) -gt 1; and test $words[1] = run\n"
	"end\n"
	"\n"
	"# What CMD takes is for its own completion.\n"
	"function __denet_bpf_delegate\n"
	"    set -l words (__denet_bpf_words)\n"
	"    set -l line (string join ' ' -- (string escape -- $words[2..-1]) (commandline -ct))\n"
	"    complete -C \"$line\"\n"
	"end\n"
	"\n"
	"complete -c denet-bpf -f\n"
	"complete -c denet-bpf -n __denet_bpf_is_delegated -a '(__denet_bpf_delegate)'\n";

/* As another command may mean another option by the letter, without a value. */
static void append_of_commands(struct buf *buf, const struct option_help *option)
{
	for (size_t i = 0; i < command_table_count(); i++)
		if (option->commands & COMMAND_BIT(command_table_get(i)->id))
			buf_printf(buf, " %s:-%c", command_table_get(i)->name, option->letter);
}

static void append_takers(struct buf *buf)
{
	buf_append_text(buf, "function __denet_bpf_words\n    set -l takers");
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		if (!option.value)
			continue;
		if (option.letter && !pages_shares_letter(&option))
			buf_printf(buf, " -%c", option.letter);
		buf_printf(buf, " --%s", option.name);
		if (option.letter && pages_shares_letter(&option))
			append_of_commands(buf, &option);
	}
	buf_append_char(buf, '\n');
}

static void append_commands_of(struct buf *buf, unsigned int bits)
{
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (!spec->name || !(bits & COMMAND_BIT(spec->id)))
			continue;
		buf_printf(buf, " %s", spec->name);
		if (spec->alias)
			buf_printf(buf, " %s", spec->alias);
	}
}

static void append_value(struct buf *buf, const struct option_help *option)
{
	if (option->operand == OPERAND_FILE) {
		buf_append_text(buf, " -r -F");
		return;
	}
	buf_append_text(buf, " -x");
	if (option->operand == OPERAND_USER)
		buf_append_text(buf, " -a '(__fish_complete_users)'");
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		buf_printf(buf, "%s%s", i ? " " : " -a '", option->choices[i]);
	if (option->choices)
		buf_append_char(buf, '\'');
}

static void append_option(struct buf *buf, const struct option_help *option)
{
	buf_append_text(buf, "complete -c denet-bpf -n '__denet_bpf_has");
	append_commands_of(buf, option->commands);
	buf_append_text(buf, "'");
	if (option->letter)
		buf_printf(buf, " -s %c", option->letter);
	buf_printf(buf, " -l %s", option->name);
	if (option->value)
		append_value(buf, option);
	buf_append_text(buf, " -d ");
	pages_quote(buf, option->text, "\\'");
	buf_append_char(buf, '\n');
}

static void append_word(struct buf *buf, const char *condition, const char *word, const char *text)
{
	buf_printf(buf, "complete -c denet-bpf -n '%s' -a %s -d ", condition, word);
	pages_quote(buf, text, "\\'");
	buf_append_char(buf, '\n');
}

static void append_commands(struct buf *buf, const char *condition)
{
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (spec->name)
			append_word(buf, condition, spec->name, spec->text);
		if (spec->alias)
			append_word(buf, condition, spec->alias, spec->text);
	}
}

static void append_operand(struct buf *buf, const struct command_spec *spec)
{
	const char *how = NULL;

	if (spec->operand == OPERAND_COMMAND || spec->operand == OPERAND_LINE)
		how = "-a '(__fish_complete_command)'";
	else if (spec->operand == OPERAND_PID)
		how = "-a '(__fish_complete_pids)'";
	else if (spec->operand == OPERAND_FILE || spec->operand == OPERAND_FILES)
		how = "-F";
	if (!how)
		return;
	buf_append_text(buf, "complete -c denet-bpf -n '__denet_bpf_is");
	append_commands_of(buf, COMMAND_BIT(spec->id));
	buf_printf(buf, "' %s\n", how);
}

void pages_fish(struct buf *buf)
{
	buf_append_text(buf, head);
	append_takers(buf);
	buf_append_text(buf, functions);
	append_commands(buf, "not count (__denet_bpf_words) >/dev/null");
	append_commands(buf, "__denet_bpf_is help");
	for (size_t i = 0; i < topics_count(); i++)
		append_word(buf, "__denet_bpf_is help", topics_get(i)->name, topics_get(i)->text);
	for (size_t i = 0; i < command_table_count(); i++)
		if (command_table_get(i)->name)
			append_operand(buf, command_table_get(i));
	pages_each_option(buf, COMMAND_NONE, append_option);
}
