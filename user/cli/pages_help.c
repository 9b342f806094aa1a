/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Help as it is shown on a terminal. */
#include <stdio.h>
#include <string.h>

#include "cli/pages_internal.h"
#include "cli/topics.h"

#define LEFT_COLUMNS 32
#define OPTION_BYTES 128 /* the longest option with its choices */
#define COMMAND_COLUMNS 22
#define STATUS_COLUMNS 5
#define TOPIC_COLUMNS 7

static const struct page_fill filled = { .columns = 78 };

static const char general[] =
	"Tells exactly what a command and everything it started used: CPU, memory, disk.\n"
	"\n"
	"  denet-bpf run make -j8            run a command; the summary comes at its end\n"
	"  denet-bpf attach 1234             follow a running process; Ctrl-C ends that\n"
	"  denet-bpf run -o a.jsonl make     write records to a file as well\n"
	"  denet-bpf stats a.jsonl           sum a file of records up\n"
	"\n"
	"Usage: denet-bpf [OPTIONS] COMMAND\n"
	"\n"
	"Commands:\n";

static void append_option(struct buf *buf, const struct option_help *option)
{
	char left[OPTION_BYTES];
	int len = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", option->letter ? '-' : ' ',
			   option->letter ? option->letter : ' ', option->letter ? "," : " ",
			   option->name, option->value ? " " : "",
			   option->value ? option->value : "");

	buf_append_text(buf, left);
	if (len > LEFT_COLUMNS) {
		buf_append_char(buf, '\n');
		len = 0;
	}
	buf_append_repeated(buf, ' ', (size_t)(LEFT_COLUMNS - len));
	buf_printf(buf, "  %s", option->text);
	if (option->default_value)
		buf_printf(buf, " [%s]", option->default_value);
	buf_append_char(buf, '\n');
}

static void append_options(struct buf *buf, enum command command)
{
	const struct page_list list = { "\n", ":\n", "", append_option };

	pages_grouped_options(buf, command, &list);
}

/* Two columns; the right one in a line of its own where the left one is too wide. */
static void append_pair(struct buf *buf, const char *left, const char *right, size_t columns)
{
	size_t len = strlen(left);

	buf_printf(buf, "  %s", left);
	if (right && len > columns) {
		buf_append_char(buf, '\n');
		buf_append_repeated(buf, ' ', columns + 2);
	} else if (right) {
		buf_append_repeated(buf, ' ', columns - len);
	}
	if (right)
		buf_printf(buf, "  %s", right);
	buf_append_char(buf, '\n');
}

static void append_commands(struct buf *buf)
{
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);
		char left[64];

		if (!spec->name)
			continue;
		(void)snprintf(left, sizeof(left), "%s%s%s%s%s", spec->name,
			       spec->alias ? ", " : "", spec->alias ? spec->alias : "",
			       spec->operand_text ? " " : "",
			       spec->operand_text ? spec->operand_text : "");
		append_pair(buf, left, spec->text, COMMAND_COLUMNS);
	}
}

static void append_examples(struct buf *buf, const struct command_spec *spec)
{
	size_t widest = 0;

	for (size_t i = 0; i < COMMAND_EXAMPLES && spec->examples[i].line; i++)
		if (spec->examples[i].text && strlen(spec->examples[i].line) > widest)
			widest = strlen(spec->examples[i].line);
	buf_append_char(buf, '\n');
	for (size_t i = 0; i < COMMAND_EXAMPLES && spec->examples[i].line; i++) {
		char left[128];

		(void)snprintf(left, sizeof(left), "denet-bpf %s", spec->examples[i].line);
		append_pair(buf, left, spec->examples[i].text, strlen("denet-bpf ") + widest + 2);
	}
}

static void append_exits(struct buf *buf, const struct command_spec *spec)
{
	buf_append_text(buf, "\nExit status:\n");
	for (size_t i = 0; i < COMMAND_EXITS && spec->exits[i].status; i++)
		append_pair(buf, spec->exits[i].status, spec->exits[i].text, STATUS_COLUMNS);
}

/* "help run", "help man": the topics, which are told where help itself is explained. */
static void append_topics(struct buf *buf)
{
	buf_append_text(buf, "\nTopics: each command, and\n");
	for (size_t i = 0; i < topics_count(); i++) {
		const struct topic_spec *topic = topics_get(i);

		append_pair(buf, topic->name, topic->text, TOPIC_COLUMNS);
	}
}

static void append_help_of(struct buf *buf, const struct command_spec *spec)
{
	pages_fill(buf, spec->intro, &filled);
	append_examples(buf, spec);
	buf_printf(buf, "\nUsage: denet-bpf %s [OPTIONS]%s%s\n", spec->name,
		   spec->operand_text ? " " : "", spec->operand_text ? spec->operand_text : "");
	if (spec->alias)
		buf_printf(buf, "       denet-bpf %s is the same.\n", spec->alias);
	if (spec->notes) {
		buf_append_char(buf, '\n');
		pages_fill(buf, spec->notes, &filled);
	}
	if (spec->operand == OPERAND_TOPIC)
		append_topics(buf);
	append_exits(buf, spec);
	append_options(buf, spec->id);
}

void pages_usage(struct buf *buf)
{
	buf_append_text(buf, general);
	append_commands(buf);
}

void pages_help(struct buf *buf, enum command command)
{
	if (command != COMMAND_NONE) {
		append_help_of(buf, command_table_of(command));
		return;
	}
	pages_usage(buf);
	append_options(buf, COMMAND_NONE);
	buf_append_text(buf,
			"\nThe environment may set most of them, as DENET_BPF_INTERVAL=500 does; "
			"what is\ngiven goes first. 'denet-bpf help options' tells more.\n");
}
