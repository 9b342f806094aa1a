/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* docs/options.md. */
#include <string.h>

#include "cli/pages_internal.h"

static bool is_option(const char *word, size_t len)
{
	return len > 1 && word[0] == '-' && word[1] != ' ';
}

/* Options are code; of what follows them in the same word, punctuation is not. */
static void append_word(struct buf *buf, const char *word, size_t len)
{
	size_t tail = 0;

	if (!is_option(word, len)) {
		buf_append(buf, word, len);
		return;
	}
	while (tail < len && strchr(".,:;", word[len - 1 - tail]))
		tail++;
	buf_append_char(buf, '`');
	buf_append(buf, word, len - tail);
	buf_append_char(buf, '`');
	buf_append(buf, word + len - tail, tail);
}

static void append_text(struct buf *buf, const char *text)
{
	static const struct page_fill fill = { .columns = 96, .append_word = append_word };

	pages_fill(buf, text, &fill);
}

/* A bar would end a cell. */
static void append_code(struct buf *buf, const char *text)
{
	buf_append_char(buf, '`');
	for (; *text; text++)
		buf_printf(buf, "%s%c", *text == '|' ? "\\" : "", *text);
	buf_append_char(buf, '`');
}

static void append_names_of(struct buf *buf, unsigned int bits)
{
	const char *separator = "";

	for (size_t i = 0; i < command_table_count(); i++) {
		if (!command_table_get(i)->name || !(bits & COMMAND_BIT(command_table_get(i)->id)))
			continue;
		buf_printf(buf, "%s%s", separator, command_table_get(i)->name);
		separator = ", ";
	}
}

static void append_title(struct buf *buf, const struct option_help *option)
{
	const char *value = option->value ? option->value : "";
	const char *blank = option->value ? " " : "";

	buf_append_text(buf, "\n### ");
	if (option->letter)
		buf_printf(buf, "`-%c%s%s`, ", option->letter, blank, value);
	buf_printf(buf, "`--%s%s%s`\n\n", option->name, blank, value);
}

static void append_option(struct buf *buf, const struct option_help *option)
{
	append_title(buf, option);
	append_text(buf, option->details);
	if (option->on_reading) {
		buf_append_text(buf, "With ");
		append_names_of(buf, option->commands & OPTIONS_READING);
		buf_printf(buf, ": %s.\n", option->on_reading);
	}
	buf_append_text(buf, "\nOf ");
	append_names_of(buf, option->commands);
	if (option->default_value)
		buf_printf(buf, " · default `%s`", option->default_value);
	if (option->environment)
		buf_printf(buf, " · `%s`", option->environment);
	if (option->alias)
		buf_printf(buf, " · also `--%s`", option->alias);
	buf_append_text(buf, "\n");
}

static void append_group(struct buf *buf, const struct page_group *group)
{
	buf_printf(buf, "\n## %s\n", group->title);
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		if (option.group == group->group)
			append_option(buf, &option);
	}
}

static void append_row(struct buf *buf, const struct option_help *option)
{
	buf_append_text(buf, "| ");
	if (option->letter)
		buf_printf(buf, "`-%c`, ", option->letter);
	buf_printf(buf, "`--%s`", option->name);
	if (option->value) {
		buf_append_char(buf, ' ');
		append_code(buf, option->value);
	}
	buf_printf(buf, " | %s | ", option->text);
	append_names_of(buf, option->commands);
	buf_append_text(buf, " |\n");
}

static void append_overview(struct buf *buf)
{
	buf_append_text(buf, "\n| option | does | of |\n|---|---|---|\n");
	pages_each_option(buf, COMMAND_NONE, append_row);
}

static void append_commands(struct buf *buf)
{
	buf_append_text(buf, "\n## Commands\n\n| command | does | exit status |\n|---|---|---|\n");
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		if (!spec->name)
			continue;
		buf_printf(buf, "| `%s%s%s`", spec->name, spec->operand_text ? " " : "",
			   spec->operand_text ? spec->operand_text : "");
		if (spec->alias)
			buf_printf(buf, ", `%s`", spec->alias);
		buf_printf(buf, " | %s | ", spec->text);
		for (size_t k = 0; spec->exits[k].status; k++)
			buf_printf(buf, "%s%s: %s", k ? "; " : "", spec->exits[k].status,
				   spec->exits[k].text);
		buf_append_text(buf, " |\n");
	}
}

static void append_ignored(struct buf *buf)
{
	const char *separator = "";

	buf_append_text(buf, "\n## Options of denet without an effect here\n\n");
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		if (option.group != OPTION_HIDDEN)
			continue;
		buf_printf(buf, "%s`--%s`", separator, option.name);
		separator = ", ";
	}
	buf_append_text(buf, " are accepted,\nas programs that call denet give them. So are, by "
			     "commands that have no use for them:\n\n");
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		if (option.group == OPTION_HIDDEN || !option.tolerated)
			continue;
		buf_printf(buf, "- `--%s`: ", option.name);
		append_names_of(buf, option.tolerated);
		buf_append_char(buf, '\n');
	}
}

void pages_options(struct buf *buf)
{
	buf_append_text(buf, "# Options\n\n"
			     "<!-- Printed by the program: see `make docs`. -->\n\n");
	append_text(buf,
		    "Options stand before or after the command, up to CMD of run; all that "
		    "follows CMD is CMD's own. A value may follow its option or be joined to it: "
		    "-i 20, -i20, --interval 20, --interval=20. Letters without a value may be "
		    "joined: -qj. Of two numbers the last wins; of two names neither does.");
	buf_append_char(buf, '\n');
	append_text(buf,
		    "Variables of the environment set what was not given. Those of options "
		    "without a value take 1 or 0. With file capabilities only those under What is "
		    "shown have an effect. CMD gets them as they are.");
	append_overview(buf);
	append_commands(buf);
	for (const struct page_group *group = page_groups; group->title; group++)
		append_group(buf, group);
	append_ignored(buf);
}
