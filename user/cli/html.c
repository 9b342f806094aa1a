/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* 'denet-bpf report': the name report.h stands for what is made of a run at its end. */
#include "report/html.h"

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/gaps.h"
#include "cli/inputs.h"
#include "cli/outputs.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/outfile.h"

static void outfile_freep(struct outfile *file)
{
	outfile_done(file);
}

static int add_files(struct html *html, const struct options *options)
{
	struct denet_error error = { .size = sizeof(error) };
	AUTO(inputs) struct inputs inputs = { 0 };

	for (size_t i = 0; i < options->files_count; i++) {
		const char *path = options->files[i];
		int r = inputs_take(&inputs, path);

		if (r > 0)
			r = html_add(html, path, gaps_warn_all, &error);
		if (r) {
			(void)log_error(0, "cannot use '%s': %s", path,
					error.text[0] ? error.text : "out of memory");
			return EXIT_STATUS_LOST;
		}
	}
	inputs_warn(&inputs);
	return EXIT_STATUS_OK;
}

static int write_page(struct html *html, struct outfile *file, const char *path)
{
	AUTO(buf) struct buf page = { 0 };
	int r = html_append(html, &page);

	if (!r)
		r = outfile_write(file, &page);
	if (!r)
		return EXIT_STATUS_OK;
	(void)log_error(r, "cannot write to '%s'", path);
	return EXIT_STATUS_LOST;
}

int html_main(const struct options *options)
{
	AUTO(html) struct html *html = NULL;
	AUTO(outfile) struct outfile file = OUTFILE_NONE;
	int status, r;

	if (options->quiet)
		log_silence();
	if (!html_is_there()) {
		(void)log_error(0, "report was left out of this build: it needs the package "
				   "'" HTML_PACKAGE "' when it is built");
		return EXIT_STATUS_FAILED;
	}
	if (outputs_check(options, options->files, options->files_count))
		return EXIT_STATUS_LOST;
	r = outfile_open(options->out, &file);
	if (r) {
		(void)log_error(r, "cannot write to '%s'", options->out);
		return EXIT_STATUS_LOST;
	}
	if (html_new(&html)) {
		(void)log_error(0, "cannot make a report: out of memory");
		return EXIT_STATUS_LOST;
	}
	status = add_files(html, options);
	return status ? status : write_page(html, &file, options->out);
}
