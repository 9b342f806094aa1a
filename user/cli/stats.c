/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "output/stats_view.h"
#include "output/term.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

static void warn_of_gaps(const struct options *options, const struct denet_stats *stats)
{
	if (stats->lines_skipped == 0 && !stats->is_truncated)
		return;
	log_warning("'%s': %" PRIu64 " %s not read%s%s%s", options->file, stats->lines_skipped,
		    stats->lines_skipped == 1 ? "record" : "records",
		    stats->is_truncated ? ", the file is cut off" : "",
		    stats->skipped_text[0] ? "; first: " : "", stats->skipped_text);
}

static void denet_stats_freep(struct denet_stats **stats)
{
	denet_stats_free(*stats);
}

static int append(struct buf *text, const struct options *options, const struct denet_stats *stats)
{
	AUTO_FREE char *json = NULL;
	struct term_style style;
	int r;

	if (options->json) {
		r = denet_stats_json(stats, true, &json);
		if (r)
			return r;
		buf_append_text(text, json);
		buf_append_char(text, '\n');
		return 0;
	}
	term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
	style.has_color = style.has_color && !options->out;
	stats_view_append(text, &style, options->file, stats, options->verbose);
	return 0;
}

int stats_main(const struct options *options)
{
	AUTO(denet_stats) struct denet_stats *stats = NULL;
	struct denet_error error = { .size = sizeof(error) };
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (options->quiet)
		log_silence();
	if (denet_stats_read(options->file, &stats, &error)) {
		(void)log_error(0, "cannot use '%s': %s", options->file, error.text);
		return EXIT_STATUS_LOST;
	}
	warn_of_gaps(options, stats);
	r = append(&text, options, stats);
	if (r == 0)
		r = sink_write_whole(options->out, &text);
	if (r)
		(void)log_error(r, "cannot write to '%s'", options->out ? options->out : "stdout");
	return r ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}
