/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/sink.h"
#include "output/stats_view.h"
#include "output/term.h"
#include "record/stats.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

#define ERROR_BYTES 256

static void warn_of_gaps(const struct options *options, const struct stats *stats)
{
	if (stats->lines_skipped == 0 && !stats->is_truncated)
		return;
	log_warning("'%s': %" PRIu64 " %s not read%s%s%s", options->file, stats->lines_skipped,
		    stats->lines_skipped == 1 ? "record" : "records",
		    stats->is_truncated ? ", the file is cut off" : "",
		    stats->skipped_text[0] ? "; first: " : "", stats->skipped_text);
}

int stats_main(const struct options *options)
{
	AUTO(stats) struct stats stats = { 0 };
	AUTO(buf) struct buf text = { 0 };
	char error[ERROR_BYTES] = "";
	int r;

	if (options->quiet)
		log_silence();
	r = stats_read_file(options->file, &stats, error, sizeof(error));
	if (r) {
		(void)log_error(error[0] ? 0 : r, "cannot use '%s'%s%s", options->file,
				error[0] ? ": " : "", error);
		return EXIT_STATUS_LOST;
	}
	warn_of_gaps(options, &stats);
	if (options->json) {
		stats_append_json(&stats, &text);
		buf_append_char(&text, '\n');
	} else {
		struct term_style style;

		term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
		style.has_color = style.has_color && !options->out;
		stats_view_append(&text, &style, options->file, &stats);
	}
	r = sink_write_whole(options->out, &text);
	if (r)
		(void)log_error(r, "cannot write to '%s'", options->out ? options->out : "stdout");
	return r ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}
