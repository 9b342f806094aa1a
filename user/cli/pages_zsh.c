/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Completions for zsh. */
#include <string.h>

#include "cli/pages_internal.h"
#include "cli/topics.h"

static const char head[] =
	"#compdef denet-bpf\n"
	"# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later\n"
	"# Completions of denet-bpf for zsh. Printed by the program: see `make docs`.\n"
	"\n"
	"_denet-bpf() {\n"
	"  local context state state_descr line ret=1\n"
	"  typeset -A opt_args\n"
	"  # not commands, which is where zsh itself keeps those of PATH\n"
	"  local -a command_words=(\n";

static const char tail[] = "  esac\n"
			   "  return ret\n"
			   "}\n"
			   "\n"
			   "_denet-bpf \"$@\"\n";

/* Between brackets or colons of a specification, and between straight quotes. */
static void append_escaped(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_append_text(buf, "'\\''");
		else
			buf_printf(buf, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
	}
}

static void append_action(struct buf *buf, const struct option_help *option)
{
	if (!option->value)
		return;
	buf_append_char(buf, ':');
	append_escaped(buf, option->value);
	buf_append_char(buf, ':');
	if (option->operand == OPERAND_FILE)
		buf_append_text(buf, "_files");
	else if (option->operand == OPERAND_USER)
		buf_append_text(buf, "_users");
	else if (!option->choices)
		buf_append_char(buf, ' ');
	for (size_t i = 0; option->choices && option->choices[i]; i++) {
		buf_append_text(buf, i ? " " : "(");
		append_escaped(buf, option->choices[i]);
	}
	if (option->choices)
		buf_append_char(buf, ')');
}

/* '(-o --out)'{-o+,--out=}'[text]:FILE:_files' */
static void append_option(struct buf *buf, const struct option_help *option)
{
	const char *joined = option->value ? "=" : "";

	buf_append_text(buf, " \\\n      ");
	if (option->letter)
		buf_printf(buf, "'(-%c --%s)'{-%c%s,--%s%s}'", option->letter, option->name,
			   option->letter, option->value ? "+" : "", option->name, joined);
	else
		buf_printf(buf, "'--%s%s", option->name, joined);
	buf_append_char(buf, '[');
	append_escaped(buf, option->text);
	buf_append_char(buf, ']');
	append_action(buf, option);
	buf_append_char(buf, '\'');
}

/* Where no command is there yet, a letter that means two things is left to the names. */
static void append_general_option(struct buf *buf, const struct option_help *option)
{
	struct option_help named = *option;

	if (pages_shares_letter(option))
		named.letter = '\0';
	append_option(buf, &named);
}

static void append_operand(struct buf *buf, const struct command_spec *spec)
{
	switch (spec->operand) {
	case OPERAND_COMMAND:
		buf_append_text(buf, " \\\n      '(-)1:command: _command_names -e'"
				     " \\\n      '*::argument: _normal'");
		break;
	case OPERAND_LINE:
		buf_append_text(buf, " \\\n      '1:command: _command_names -e'");
		break;
	case OPERAND_PID:
		buf_append_text(buf, " \\\n      '1:PID:_pids'");
		break;
	case OPERAND_FILE:
	case OPERAND_FILES:
		buf_append_text(buf, " \\\n      '*:FILE:_files'");
		break;
	case OPERAND_TOPIC:
		buf_append_text(buf, " \\\n      '1:topic:->topic'");
		break;
	default:
		break;
	}
}

static void append_command(struct buf *buf, const struct command_spec *spec)
{
	bool has_state = spec->operand == OPERAND_TOPIC;

	buf_printf(buf, "    %s%s%s)\n      _arguments %s-s -S", spec->name, spec->alias ? "|" : "",
		   spec->alias ? spec->alias : "", has_state ? "-C " : "");
	pages_each_option(buf, spec->id, append_option);
	append_operand(buf, spec);
	buf_append_text(buf, " && ret=0\n");
	if (has_state)
		buf_append_text(
			buf,
			"      if [[ $state == topic ]]; then\n"
			"        _describe -t topics topic command_words -- topic_words && ret=0\n"
			"      fi\n");
	buf_append_text(buf, "      ;;\n");
}

static void append_described(struct buf *buf, const char *name, const char *text)
{
	buf_append_text(buf, "    '");
	append_escaped(buf, name);
	buf_append_char(buf, ':');
	append_escaped(buf, text);
	buf_append_text(buf, "'\n");
}

static void append_words(struct buf *buf)
{
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (spec->name)
			append_described(buf, spec->name, spec->text);
		if (spec->alias)
			append_described(buf, spec->alias, spec->text);
	}
	buf_append_text(buf, "  )\n  local -a topic_words=(\n");
	for (size_t i = 0; i < topics_count(); i++)
		append_described(buf, topics_get(i)->name, topics_get(i)->text);
	buf_append_text(buf, "  )\n\n");
}

void pages_zsh(struct buf *buf)
{
	buf_append_text(buf, head);
	append_words(buf);
	buf_append_text(buf, "  _arguments -C -s -S -A '-*'");
	pages_each_option(buf, COMMAND_NONE, append_general_option);
	buf_append_text(buf,
			" \\\n      '1:command:->command' '*::argument:->argument' && ret=0\n\n"
			"  if [[ $state == command ]]; then\n"
			"    _describe -t commands command command_words && ret=0\n"
			"  fi\n"
			"  [[ $state == argument ]] || return ret\n"
			"  case $words[1] in\n");
	for (size_t i = 0; i < command_table_count(); i++)
		if (command_table_get(i)->name)
			append_command(buf, command_table_get(i));
	buf_append_text(buf, tail);
}
