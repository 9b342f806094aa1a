/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Completions for bash. */
#include "cli/pages_internal.h"
#include "cli/topics.h"

static const char head[] =
	"# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later\n"
	"# Completions of denet-bpf for bash. Printed by the program: see `make docs`.\n"
	"\n";

/* bash takes "=" for a word of its own, between an option and its value. */
static const char body[] =
	"_denet_bpf()\n"
	"{\n"
	"	local current=${COMP_WORDS[COMP_CWORD]}\n"
	"	local command='' word='' wants='' is_past_options='' at=0\n"
	"	COMPREPLY=()\n"
	"	for ((at = 1; at < COMP_CWORD; at++)); do\n"
	"		word=${COMP_WORDS[at]}\n"
	"		if [[ $wants ]]; then\n"
	"			[[ $word == = ]] || wants=''\n"
	"		elif [[ $word == -- && $command ]]; then\n"
	"			is_past_options=1\n"
	"		elif [[ $word == -* && ! $is_past_options ]]; then\n"
	"			_denet_bpf_takes_value \"$command\" \"$word\" && "
	"wants=$command:$word\n"
	"		elif [[ ! $command ]]; then\n"
	"			command=$word\n"
	"		elif [[ $command == run ]]; then\n"
	"			_denet_bpf_delegate \"$at\"\n"
	"			return\n"
	"		fi\n"
	"	done\n"
	"	[[ $current == = ]] && current=''\n"
	"	if [[ $wants ]]; then\n"
	"		_denet_bpf_value \"$wants\" \"$current\"\n"
	"	elif [[ $current == -* && ! $is_past_options ]]; then\n"
	"		_denet_bpf_words \"$current\" \"$(_denet_bpf_options \"$command\")\"\n"
	"	else\n"
	"		_denet_bpf_operand \"$command\" \"$current\"\n"
	"	fi\n"
	"}\n"
	"\n"
	"_denet_bpf_words() # CURRENT WORDS\n"
	"{\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$2\" -- \"$1\")\n"
	"}\n"
	"\n"
	"_denet_bpf_files() # CURRENT\n"
	"{\n"
	"	compopt -o filenames\n"
	"	mapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
	"}\n"
	"\n"
	"# What CMD takes is for its own completion, where there is one.\n"
	"_denet_bpf_delegate() # INDEX-OF-CMD\n"
	"{\n"
	"	if declare -F _comp_command_offset >/dev/null; then\n"
	"		_comp_command_offset \"$1\"\n"
	"	elif declare -F _command_offset >/dev/null; then\n"
	"		_command_offset \"$1\"\n"
	"	else\n"
	"		_denet_bpf_files \"${COMP_WORDS[COMP_CWORD]}\"\n"
	"	fi\n"
	"}\n"
	"\n";

/* Another command may mean another option by it, without a value: then it has its commands before it. */
static void append_letter(struct buf *buf, const struct option_help *option)
{
	if (!pages_shares_letter(option)) {
		buf_printf(buf, "*:-%c | ", option->letter);
		return;
	}
	for (size_t i = 0; i < command_table_count(); i++)
		if (option->commands & COMMAND_BIT(command_table_get(i)->id))
			buf_printf(buf, "%s:-%c | ", command_table_get(i)->name, option->letter);
}

static void append_names(struct buf *buf, const struct option_help *option)
{
	if (option->letter)
		append_letter(buf, option);
	if (option->alias)
		buf_printf(buf, "*:--%s | ", option->alias);
	buf_printf(buf, "*:--%s", option->name);
}

static void append_takers(struct buf *buf)
{
	const char *separator = "";

	buf_append_text(buf, "_denet_bpf_takes_value() # COMMAND OPTION\n{\n\tcase $1:$2 in\n\t");
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		if (!option.value)
			continue;
		buf_append_text(buf, separator);
		append_names(buf, &option);
		separator = " | ";
	}
	buf_append_text(buf, ") return 0 ;;\n\tesac\n\treturn 1\n}\n\n");
}

static void append_value(struct buf *buf, const struct option_help *option)
{
	if (!option->choices && option->operand == OPERAND_NONE)
		return;
	buf_append_char(buf, '\t');
	append_names(buf, option);
	buf_append_text(buf, ") ");
	if (option->choices) {
		buf_append_text(buf, "_denet_bpf_words \"$2\" '");
		for (size_t i = 0; option->choices[i]; i++)
			buf_printf(buf, "%s%s", i ? " " : "", option->choices[i]);
		buf_append_text(buf, "' ;;\n");
	} else if (option->operand == OPERAND_FILE) {
		buf_append_text(buf, "_denet_bpf_files \"$2\" ;;\n");
	} else {
		buf_append_text(buf, "mapfile -t COMPREPLY < <(compgen -u -- \"$2\") ;;\n");
	}
}

static void append_option(struct buf *buf, const struct option_help *option)
{
	if (option->letter)
		buf_printf(buf, " -%c", option->letter);
	buf_printf(buf, " --%s", option->name);
}

static void append_options(struct buf *buf)
{
	buf_append_text(buf, "_denet_bpf_options() # COMMAND\n{\n\tcase $1 in\n");
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (!spec->name)
			continue;
		buf_printf(buf, "\t%s%s%s) echo", spec->name, spec->alias ? " | " : "",
			   spec->alias ? spec->alias : "");
		pages_each_option(buf, spec->id, append_option);
		buf_append_text(buf, " ;;\n");
	}
	buf_append_text(buf, "\t'') echo");
	pages_each_option(buf, COMMAND_NONE, append_option);
	buf_append_text(buf, " ;;\n\tesac\n}\n\n");
}

static void append_command_names(struct buf *buf)
{
	const char *names[COMMANDS_NAMES_MAX];
	size_t count = command_table_names(names, COMMANDS_NAMES_MAX);

	for (size_t i = 0; i < count; i++)
		buf_printf(buf, "%s%s", i ? " " : "", names[i]);
}

static void append_operand(struct buf *buf, const struct command_spec *spec)
{
	buf_printf(buf, "\t%s%s%s) ", spec->name, spec->alias ? " | " : "",
		   spec->alias ? spec->alias : "");
	switch (spec->operand) {
	case OPERAND_COMMAND:
	case OPERAND_LINE:
		buf_append_text(buf, "compopt -o filenames\n\t\tmapfile -t COMPREPLY < "
				     "<(compgen -c -- \"$2\" | sort -u) ;;\n");
		break;
	case OPERAND_PID:
		buf_append_text(buf, "_denet_bpf_words \"$2\" \"$(cd /proc && echo [0-9]*)\" ;;\n");
		break;
	case OPERAND_FILE:
	case OPERAND_FILES:
		buf_append_text(buf, "_denet_bpf_files \"$2\" ;;\n");
		break;
	case OPERAND_TOPIC:
		buf_append_text(buf, "_denet_bpf_words \"$2\" '");
		append_command_names(buf);
		for (size_t i = 0; i < topics_count(); i++)
			buf_printf(buf, " %s", topics_get(i)->name);
		buf_append_text(buf, "' ;;\n");
		break;
	default:
		buf_append_text(buf, ";;\n");
		break;
	}
}

static void append_operands(struct buf *buf)
{
	buf_append_text(buf, "_denet_bpf_operand() # COMMAND CURRENT\n{\n\tcase $1 in\n");
	for (size_t i = 0; i < command_table_count(); i++)
		if (command_table_get(i)->name)
			append_operand(buf, command_table_get(i));
	buf_append_text(buf, "\t'') _denet_bpf_words \"$2\" '");
	append_command_names(buf);
	buf_append_text(buf, "' ;;\n\tesac\n}\n\n");
}

void pages_bash(struct buf *buf)
{
	buf_append_text(buf, head);
	append_takers(buf);
	buf_append_text(buf, "_denet_bpf_value() # COMMAND:OPTION CURRENT\n{\n\tcase $1 in\n");
	pages_each_option(buf, COMMAND_NONE, append_value);
	buf_append_text(buf, "\tesac\n}\n\n");
	append_options(buf);
	append_operands(buf);
	buf_append_text(buf, body);
	buf_append_text(buf, "complete -F _denet_bpf denet-bpf\n");
}
