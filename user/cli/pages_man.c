/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Manual pages in mdoc: one of the program, one of each command. */
#include <ctype.h>
#include <string.h>

#include "cli/pages_internal.h"
#include "cli/topics.h"

/* Of the last change that a reader of the pages would notice. */
#define PAGES_DATE "November 26, 2026"

/* An apostrophe within a word stays one; other straight quotes shall stay straight. */
static bool is_apostrophe(const char *word, size_t len, size_t at)
{
	return at > 0 && at + 1 < len && isalpha((unsigned char)word[at - 1]) &&
	       isalpha((unsigned char)word[at + 1]);
}

/* Dashes and quotes as they are typed, so that they can be copied from the page. */
static void append_word(struct buf *buf, const char *word, size_t len)
{
	if (len && word[0] == '.')
		buf_append_text(buf, "\\&");
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '-')
			buf_append_text(buf, "\\-");
		else if (word[i] == '\\')
			buf_append_text(buf, "\\e");
		else if (word[i] == '\'' && !is_apostrophe(word, len, i))
			buf_append_text(buf, "\\(aq");
		else
			buf_append_char(buf, word[i]);
	}
}

static void append_escaped(struct buf *buf, const char *text)
{
	append_word(buf, text, strlen(text));
}

static void append_text(struct buf *buf, const char *text)
{
	static const struct page_fill fill = {
		.columns = 66,
		.breaks_sentences = true,
		.append_word = append_word,
	};

	pages_fill(buf, text, &fill);
}

static void append_value(struct buf *buf, const char *value)
{
	if (!value)
		return;
	buf_append_text(buf, " Ar ");
	append_escaped(buf, value);
}

static void append_option(struct buf *buf, const struct option_help *option)
{
	buf_append_text(buf, ".It ");
	if (option->letter) {
		buf_printf(buf, "Fl %c", option->letter);
		append_value(buf, option->value);
		buf_append_text(buf, " , ");
	}
	buf_append_text(buf, "Fl \\-");
	append_escaped(buf, option->name);
	append_value(buf, option->value);
	if (option->alias) {
		buf_append_text(buf, " , Fl \\-");
		append_escaped(buf, option->alias);
	}
	buf_append_char(buf, '\n');
	append_text(buf, option->details);
	if (option->default_value) {
		buf_append_text(buf, "The default is\n.Cm ");
		append_escaped(buf, option->default_value);
		buf_append_text(buf, " .\n");
	}
}

static void append_options(struct buf *buf, enum command command)
{
	const struct page_list list = { ".Ss ", "\n.Bl -tag -width Ds\n", ".El\n", append_option };

	/* A program's are its own. */
	if (command_table_of(command)->program)
		return;
	buf_append_text(buf, ".Sh OPTIONS\n");
	pages_grouped_options(buf, command, &list);
}

static void append_variable(struct buf *buf, const struct option_help *option)
{
	if (!option->environment)
		return;
	buf_printf(buf, ".It Ev %s\n", option->environment);
	if (option->value) {
		buf_append_text(buf, "What\n.Fl \\-");
		append_escaped(buf, option->name);
		buf_append_text(buf, "\ntakes.\n");
	} else {
		buf_append_text(buf, "1 for\n.Fl \\-");
		append_escaped(buf, option->name);
		buf_append_text(buf, " .\n");
	}
}

static void append_environment(struct buf *buf, enum command command)
{
	buf_append_text(buf, ".Sh ENVIRONMENT\n");
	append_text(buf,
		    "What is given on the command line goes before the environment. With file "
		    "capabilities, only the variables that change what is shown have an effect.");
	buf_append_text(buf, ".Bl -tag -width Ds\n");
	pages_each_option(buf, command, append_variable);
	buf_append_text(buf, ".It Ev NO_COLOR , FORCE_COLOR\nNo colours, and colours everywhere.\n"
			     ".It Ev TERM , COLUMNS , LC_ALL , LC_CTYPE , LANG\n"
			     "What the terminal can show, and how wide it is.\n.El\n");
}

static void append_exits(struct buf *buf, const struct command_spec *spec)
{
	buf_append_text(buf, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; spec->exits[i].status; i++) {
		buf_printf(buf, ".It %s\n", spec->exits[i].status);
		append_text(buf, spec->exits[i].text);
	}
	buf_append_text(buf, ".El\n");
}

static void append_example(struct buf *buf, const struct command_example *example)
{
	buf_append_text(buf, ".Dl denet\\-bpf ");
	append_escaped(buf, example->line);
	buf_append_char(buf, '\n');
}

static void append_examples(struct buf *buf, const struct command_spec *spec)
{
	buf_append_text(buf, ".Sh EXAMPLES\n");
	for (size_t i = 0; spec->examples[i].line; i++) {
		if (spec->examples[i].text) {
			if (i)
				buf_append_text(buf, ".Pp\n");
			append_text(buf, spec->examples[i].text);
		}
		append_example(buf, &spec->examples[i]);
	}
}

/* The command that follows the name in the alphabet; NULL behind the last. */
static const char *next_name(const char *name)
{
	const char *next = NULL;

	for (size_t i = 0; i < command_table_count(); i++) {
		const char *other = command_table_get(i)->name;

		if (other && strcmp(other, name) > 0 && (!next || strcmp(other, next) < 0))
			next = other;
	}
	return next;
}

static void append_see_also(struct buf *buf, enum command command)
{
	const char *separator = "";

	buf_append_text(buf, ".Sh SEE ALSO\n");
	if (command != COMMAND_NONE) {
		buf_append_text(buf, ".Xr denet-bpf 1");
		separator = " ,\n";
	}
	for (const char *name = next_name(""); name; name = next_name(name)) {
		if (command_table_find(name)->id == command)
			continue;
		buf_printf(buf, "%s.Xr denet-bpf-%s 1", separator, name);
		separator = " ,\n";
	}
	buf_append_char(buf, '\n');
}

static void append_head(struct buf *buf, const struct command_spec *spec)
{
	buf_append_text(buf, ".\\\" SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later\n"
			     ".\\\" Printed by the program: see `make docs`.\n"
			     ".Dd " PAGES_DATE "\n.Dt DENET-BPF");
	for (const char *at = spec->name ? spec->name : ""; *at; at++)
		buf_printf(buf, "%s%c", at == spec->name ? "-" : "", toupper((unsigned char)*at));
	buf_printf(buf, " 1\n.Os\n.Sh NAME\n.Nm denet-bpf%s%s\n.Nd ", spec->name ? "-" : "",
		   spec->name ? spec->name : "");
	append_escaped(buf, spec->name ? spec->text : PAGES_TAGLINE);
	buf_append_char(buf, '\n');
}

static void append_usage(struct buf *buf, const char *macro, const char *name, const char *operand)
{
	buf_printf(buf, "%s%s\n.Op Ar options\n", macro, name);
	if (operand) {
		buf_append_text(buf, ".Ar ");
		append_escaped(buf, operand);
		buf_append_char(buf, '\n');
	}
}

static void append_topics(struct buf *buf)
{
	buf_append_text(buf, ".Pp\nA topic is the name of a command, or one of these:\n"
			     ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < topics_count(); i++) {
		buf_printf(buf, ".It Cm %s\n", topics_get(i)->name);
		append_text(buf, topics_get(i)->text);
	}
	buf_append_text(buf, ".El\n");
}

static void append_command_page(struct buf *buf, const struct command_spec *spec)
{
	append_head(buf, spec);
	buf_append_text(buf, ".Sh SYNOPSIS\n");
	append_usage(buf, ".Nm denet-bpf ", spec->name, spec->operand_text);
	if (spec->alias)
		append_usage(buf, ".Nm denet-bpf ", spec->alias, spec->operand_text);
	buf_append_text(buf, ".Sh DESCRIPTION\n");
	append_text(buf, spec->intro);
	if (spec->notes) {
		buf_append_text(buf, ".Pp\n");
		append_text(buf, spec->notes);
	}
	if (spec->operand == OPERAND_TOPIC)
		append_topics(buf);
	append_options(buf, spec->id);
	append_environment(buf, spec->id);
	append_exits(buf, spec);
	append_examples(buf, spec);
	append_see_also(buf, spec->id);
}

static void append_commands(struct buf *buf)
{
	buf_append_text(buf, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (!spec->name)
			continue;
		buf_printf(buf, ".It Cm %s", spec->name);
		append_value(buf, spec->operand_text);
		buf_append_char(buf, '\n');
		append_text(buf, spec->intro);
		buf_printf(buf, "See\n.Xr denet-bpf-%s 1 .\n", spec->name);
	}
	buf_append_text(buf, ".El\n");
}

static void append_whole_page(struct buf *buf)
{
	append_head(buf, command_table_of(COMMAND_NONE));
	buf_append_text(buf, ".Sh SYNOPSIS\n");
	append_usage(buf, ".Nm", "", "command ...");
	buf_append_text(buf, ".Sh DESCRIPTION\n");
	append_text(buf,
		    "Tells exactly what a command and everything it started used: CPU, memory, "
		    "disk. The figures come from eBPF programs in the kernel. Where these are not "
		    "allowed they are sampled from /proc, and are then said to be lower bounds.");
	append_commands(buf);
	buf_append_text(buf, ".Pp\n");
	append_text(buf, "Options stand before or after the command, up to CMD of run.");
	append_options(buf, COMMAND_NONE);
	append_environment(buf, COMMAND_NONE);
	buf_append_text(buf, ".Sh EXIT STATUS\n");
	append_text(buf, "Each command has its own; 125 is wrong usage in all of them. run ends as "
			 "CMD ended.");
	append_examples(buf, command_table_of(COMMAND_RUN));
	append_see_also(buf, COMMAND_NONE);
}

void pages_man(struct buf *buf, enum command command)
{
	if (command == COMMAND_NONE)
		append_whole_page(buf);
	else
		append_command_page(buf, command_table_of(command));
}
