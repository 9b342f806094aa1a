/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/sink.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

#define LEFT_COLUMNS 32

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
	"Commands:\n"
	"  run [OPTIONS] [--] CMD [ARG...]   start CMD, pass its exit status on\n"
	"  attach [OPTIONS] PID              follow PID and all its descendants\n"
	"  stats [OPTIONS] FILE              from a file of ours or of denet\n"
	"  doctor [OPTIONS]                  what this machine allows, and what would help\n"
	"  help [COMMAND]                    more about one of them\n";

static const char run_intro[] =
	"Starts CMD, measures it and everything it starts, and ends as CMD ended.\n"
	"\n"
	"  denet-bpf run make -j8\n"
	"  denet-bpf run -o build.jsonl -- make -j8      records to a file as well\n"
	"  denet-bpf -j run sort big.txt | jq .kind      records to a pipe\n"
	"  denet-bpf run -d 60 ./server                  look at the first minute only\n"
	"  denet-bpf run -u nobody ./server              as root: CMD is another user's\n"
	"\n"
	"Usage: denet-bpf run [OPTIONS] [--] CMD [ARG...]\n"
	"\n"
	"Options end where CMD begins; all that follows is CMD's own.\n"
	"Exit status: CMD's; 124 --duration is over, 125 nothing was started,\n"
	"126 CMD cannot be executed, 127 CMD was not found. When a signal ended CMD,\n"
	"the same one ends denet-bpf.\n";

static const char attach_intro[] =
	"Follows a running process with its threads and descendants, and what they start\n"
	"later, until it ends, Ctrl-C, or --duration. The process is left alone.\n"
	"\n"
	"  denet-bpf attach 1234\n"
	"  denet-bpf attach $(pidof -s postgres) -d 60 -o minute.jsonl\n"
	"\n"
	"Usage: denet-bpf attach [OPTIONS] PID\n"
	"\n"
	"Exit status: 0; 1 when records could not be written; 125 when it could not begin.\n";

static const char stats_intro[] =
	"Sums up a file of records, written by denet-bpf or by any version of denet.\n"
	"\n"
	"  denet-bpf stats run.jsonl\n"
	"  denet-bpf -j stats run.jsonl      as JSON\n"
	"\n"
	"Usage: denet-bpf stats [OPTIONS] FILE\n"
	"\n"
	"Exit status: 0; 1 when the file cannot be used.\n";

static const char doctor_intro[] =
	"Tries what exact accounting needs on this machine, undoes it, and says what is\n"
	"missing, what is lost by that, and which command would help.\n"
	"\n"
	"  denet-bpf doctor\n"
	"  denet-bpf doctor --json           one object for a machine\n"
	"\n"
	"Usage: denet-bpf doctor [OPTIONS]\n"
	"\n"
	"Exit status: 0 when figures would be exact, 1 when not.\n";

static const char help_intro[] = "Usage: denet-bpf help [run | attach | stats | doctor]\n";

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

static void append_help(struct buf *buf, enum command command)
{
	switch (command) {
	case COMMAND_RUN:
		buf_append_text(buf, run_intro);
		break;
	case COMMAND_ATTACH:
		buf_append_text(buf, attach_intro);
		break;
	case COMMAND_STATS:
		buf_append_text(buf, stats_intro);
		break;
	case COMMAND_DOCTOR:
		buf_append_text(buf, doctor_intro);
		break;
	case COMMAND_HELP:
		buf_append_text(buf, help_intro);
		return;
	default:
		buf_append_text(buf, general);
		break;
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		append_group(buf, i, command);
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

int help_version(void)
{
	AUTO(buf) struct buf text = { 0 };

	buf_append_text(&text, "denet-bpf " DENET_VERSION "\n");
	return write_text(STDOUT_FILENO, &text) ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

int help_usage(void)
{
	AUTO(buf) struct buf text = { 0 };

	buf_append_text(&text, general);
	buf_append_text(&text, "\nOptions: see 'denet-bpf help' and 'denet-bpf help run'.\n");
	(void)write_text(STDERR_FILENO, &text);
	return EXIT_STATUS_FAILED;
}
