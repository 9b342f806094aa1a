/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <limits.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/doctor_view.h"
#include "output/term.h"
#include "rights/rights.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

/* The file that runs; NULL when it cannot be told. */
static const char *own_path(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (len <= 0 || path[0] != '/')
		return NULL;
	path[len] = '\0';
	return path;
}

static void append(struct buf *text, const struct options *options,
		   const struct denet_examination *examination)
{
	AUTO_FREE char *json = NULL;
	struct term_style style;

	if (options->json) {
		text->error = denet_examination_json(examination, &json);
		if (json)
			buf_append_text(text, json);
		buf_append_char(text, '\n');
		return;
	}
	term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
	style.has_color = style.has_color && !options->out;
	doctor_view_append(text, &style, examination);
}

static int examine(const char *proc_root, struct denet_examination **ret_examination)
{
	char path[PATH_MAX];
	const struct denet_examine_options how = {
		.size = sizeof(how),
		.program = own_path(path),
		.proc_root = proc_root,
	};
	int r = rights_raise();

	if (!r)
		r = denet_examine(&how, ret_examination);
	if (!r)
		r = rights_lower();
	return r;
}

int doctor_main(const struct options *options)
{
	AUTO(buf) struct buf text = { 0 };
	struct denet_examination *examination;
	bool is_exact;
	int r = examine(options->monitor.proc_root, &examination);

	if (r) {
		(void)log_error(r, "cannot examine this machine");
		return EXIT_STATUS_FAILED;
	}
	is_exact = examination->accounting == DENET_ACCOUNTING_BPF;
	append(&text, options, examination);
	denet_examination_free(examination);
	/* Quiet leaves the exit status, and what was asked for by name. */
	r = options->quiet && !options->json && !options->out
		    ? 0
		    : sink_write_whole(options->out, &text);
	if (r) {
		(void)log_error(r, "cannot write to '%s'", options->out ? options->out : "stdout");
		return EXIT_STATUS_FAILED;
	}
	return is_exact ? EXIT_STATUS_OK : EXIT_STATUS_LOST;
}
