/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/sink.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

#define LEFT_COLUMNS 32
#define COMMAND_COLUMNS 22
#define STATUS_COLUMNS 5
#define TEXT_COLUMNS 78

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

static const struct {
	enum option_group group;
	const char *title;
} groups[] = {
	{ OPTION_RECORDS, "Records" },
	{ OPTION_MEASURE, "What is measured" },
	{ OPTION_SCREEN, "What is shown" },
	{ OPTION_GENERAL, "Other" },
};

static void append_option(struct buf *buf, const struct option_help *option)
{
	char left[64];
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

static void append_group(struct buf *buf, size_t group, enum command command)
{
	bool has_title = false;

	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, command);

		if (option.group != groups[group].group || !option.applies)
			continue;
		if (!has_title)
			buf_printf(buf, "\n%s:\n", groups[group].title);
		has_title = true;
		append_option(buf, &option);
	}
}

static void append_options(struct buf *buf, enum command command)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		append_group(buf, i, command);
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
	for (size_t i = 0; i < commands_count(); i++) {
		const struct command_spec *spec = commands_get(i);
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

/* Blank by blank, so that lines stay within a terminal's 80 columns. */
static void append_filled(struct buf *buf, const char *text)
{
	size_t used = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used && used + 1 + len > TEXT_COLUMNS) {
			buf_append_char(buf, '\n');
			used = 0;
		} else if (used) {
			buf_append_char(buf, ' ');
			used++;
		}
		buf_append(buf, text, len);
		used += len;
		text += len + strspn(text + len, " ");
	}
	buf_append_char(buf, '\n');
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

static void append_help_of(struct buf *buf, const struct command_spec *spec)
{
	append_filled(buf, spec->intro);
	append_examples(buf, spec);
	buf_printf(buf, "\nUsage: denet-bpf %s [OPTIONS]%s%s\n", spec->name,
		   spec->operand_text ? " " : "", spec->operand_text ? spec->operand_text : "");
	if (spec->alias)
		buf_printf(buf, "       denet-bpf %s is the same.\n", spec->alias);
	if (spec->notes) {
		buf_append_char(buf, '\n');
		append_filled(buf, spec->notes);
	}
	append_exits(buf, spec);
	append_options(buf, spec->id);
}

static void append_help(struct buf *buf, enum command topic)
{
	if (topic != COMMAND_NONE) {
		append_help_of(buf, commands_of(topic));
		return;
	}
	buf_append_text(buf, general);
	append_commands(buf);
	append_options(buf, COMMAND_NONE);
}

static int write_text(int fd, const struct buf *text)
{
	AUTO(sink) struct sink *sink = NULL;
	int r = text->error ? text->error : sink_new(fd, SINK_RAW, &sink);

	if (r == 0)
		r = sink_add(sink, text->data, text->len);
	if (r == 0)
		r = sink_finish(sink);
	if (r)
		return log_error(r, "cannot write to stdout");
	return 0;
}

int help_main(const struct options *options)
{
	AUTO(buf) struct buf text = { 0 };

	append_help(&text, options->help_topic);
	return write_text(STDOUT_FILENO, &text) ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

int help_version(const struct options *options)
{
	AUTO(buf) struct buf text = { 0 };

	(void)options;
	buf_append_text(&text, "denet-bpf " DENET_VERSION "\n");
	return write_text(STDOUT_FILENO, &text) ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

int help_usage(const struct options *options)
{
	AUTO(buf) struct buf text = { 0 };

	(void)options;
	buf_append_text(&text, general);
	append_commands(&text);
	buf_append_text(&text, "\nOptions: see 'denet-bpf help' and 'denet-bpf help run'.\n");
	(void)write_text(STDERR_FILENO, &text);
	return EXIT_STATUS_FAILED;
}
