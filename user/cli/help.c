/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/pages.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

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

static void append(struct buf *text, const struct options *options)
{
	switch (options->topic) {
	case TOPIC_OPTIONS:
		pages_options(text);
		break;
	case TOPIC_RECORDS:
		if (options->json)
			pages_records_json(text);
		else
			pages_records(text);
		break;
	case TOPIC_MAN:
		pages_man(text, options->help_command);
		break;
	case TOPIC_BASH:
		pages_bash(text);
		break;
	case TOPIC_ZSH:
		pages_zsh(text);
		break;
	case TOPIC_FISH:
		pages_fish(text);
		break;
	case TOPIC_NONE:
		if (options->json)
			pages_json(text);
		else
			pages_help(text, options->help_command);
		break;
	}
}

int help_main(const struct options *options)
{
	AUTO(buf) struct buf text = { 0 };

	append(&text, options);
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
	pages_usage(&text);
	buf_append_text(&text, "\nOptions: see 'denet-bpf help' and 'denet-bpf help run'.\n");
	(void)write_text(STDERR_FILENO, &text);
	return EXIT_STATUS_FAILED;
}
