/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/gaps.h"
#include "cli/outputs.h"
#include "format/influx.h"
#include "format/process_csv.h"
#include "format/prometheus.h"
#include "format/told.h"
#include "output/run_report.h"
#include "report/dropin.h"
#include "report/folded.h"
#include "report/lives.h"
#include "report/nextflow.h"
#include "report/trace.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/gzip.h"
#include "util/log.h"
#include "util/outfile.h"

struct convert {
	const struct options *options;
	struct told told;
	struct buf text;
	struct denet_writer *writer; /* owned; of samples as CSV */
	struct lives lives; /* of what needs all processes at once, as the next */
	struct nextflow nextflow; /* of what may be a workflow */
	struct denet_analysis *analysis; /* owned; NULL for what needs none */
};

static void convert_freep(struct convert *convert)
{
	told_done(&convert->told);
	buf_done(&convert->text);
	denet_writer_free(convert->writer);
	lives_done(&convert->lives);
	nextflow_done(&convert->nextflow);
	denet_analysis_free(convert->analysis);
}

static void denet_stats_freep(struct denet_stats **stats)
{
	denet_stats_free(*stats);
}

static void outfile_freep(struct outfile *file)
{
	outfile_done(file);
}

/* --- what is written while the file is read ----------------------------------------------------- */

static int take_bytes(void *context, const char *bytes, size_t len)
{
	struct convert *convert = context;

	buf_append(&convert->text, bytes, len);
	return convert->text.error;
}

static int begin_csv(struct convert *convert)
{
	const struct denet_writer_options options = { .size = sizeof(options),
						      .format = DENET_FORMAT_CSV };
	const struct denet_start start = { .size = sizeof(start) };
	const struct denet_observer *to;
	int r;

	if (convert->options->processes) {
		process_csv_append_header(&convert->text);
		return 0;
	}
	r = denet_writer_new(&options, &convert->writer);
	if (!r)
		r = denet_writer_add_callback(convert->writer, "CSV", take_bytes, convert);
	if (r)
		return r;
	/* The header comes with it, and not every file has such a record. */
	to = denet_writer_observer(convert->writer);
	to->on_start(to->context, &start);
	return 0;
}

static void csv_sample(struct convert *convert, const struct denet_tree *tree)
{
	const struct denet_observer *to;

	if (!convert->writer)
		return;
	to = denet_writer_observer(convert->writer);
	to->on_sample(to->context, tree);
}

static void csv_process(struct convert *convert, const struct denet_process *process)
{
	if (!convert->writer)
		process_csv_append_row(&convert->text, process);
}

static void influx_sample(struct convert *convert, const struct denet_tree *tree)
{
	influx_append_sample(&convert->text, told_start(&convert->told), tree);
}

static int begin_analysis(struct convert *convert)
{
	return denet_analysis_new(NULL, &convert->analysis);
}

static void keep_process(struct convert *convert, const struct denet_process *process)
{
	const struct denet_start *start = told_start(&convert->told);

	lives_add(&convert->lives, process, start ? start->t0_ms : DENET_UNKNOWN);
}

static void keep_task(struct convert *convert, const struct denet_process *process)
{
	nextflow_add(&convert->nextflow, process);
}

/* --- and when it is read ------------------------------------------------------------------------ */

static int finish_csv(struct convert *convert, const struct denet_summary *summary)
{
	(void)summary;
	if (convert->writer)
		denet_writer_finish(convert->writer);
	return 0;
}

static int finish_trace(struct convert *convert, const struct denet_summary *summary)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	struct denet_series series = { .size = sizeof(series) };
	const struct trace_run run = {
		.lives = &convert->lives,
		.summary = summary,
		.waited = &waited,
		.series = &series,
		.has_track_each = convert->options->tracks,
	};
	int r = denet_analysis_waited(convert->analysis, &waited);

	if (!r)
		r = denet_analysis_series(convert->analysis, &series);
	if (r)
		return r;
	lives_finish(&convert->lives, summary->wall_ns);
	return trace_append(&convert->text, &run);
}

static int finish_folded(struct convert *convert, const struct denet_summary *summary)
{
	lives_finish(&convert->lives, summary->wall_ns);
	return folded_append(&convert->text, &convert->lives);
}

static int finish_markdown(struct convert *convert, const struct denet_summary *summary)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	const struct run_report report = { .summary = summary,
					   .is_cut = !convert->told.has_summary,
					   .waited = &waited };
	int r = denet_analysis_waited(convert->analysis, &waited);

	if (!r)
		report_markdown_append(&convert->text, &report);
	return r;
}

static struct dropin_run dropin_of(const struct convert *convert,
				   const struct denet_summary *summary)
{
	return (struct dropin_run){ .start = told_start(&convert->told),
				    .summary = summary,
				    .peak_vms_kb = convert->told.peak_vms_kb };
}

static int finish_snakemake(struct convert *convert, const struct denet_summary *summary)
{
	const struct dropin_run run = dropin_of(convert, summary);

	dropin_append_snakemake(&convert->text, &run);
	return 0;
}

static int finish_nextflow(struct convert *convert, const struct denet_summary *summary)
{
	struct dropin_run run = dropin_of(convert, summary);
	int r = nextflow_finish(&convert->nextflow);

	run.nextflow = &convert->nextflow;
	if (!r)
		dropin_append_nextflow(&convert->text, &run);
	return r;
}

static int finish_time(struct convert *convert, const struct denet_summary *summary)
{
	const struct dropin_run run = dropin_of(convert, summary);

	dropin_append_time(&convert->text, &run);
	return 0;
}

static int finish_influx(struct convert *convert, const struct denet_summary *summary)
{
	influx_append_run(&convert->text, told_start(&convert->told), summary,
			  told_end_ms(&convert->told, summary));
	return 0;
}

static int finish_prom(struct convert *convert, const struct denet_summary *summary)
{
	prometheus_append_run(&convert->text, told_start(&convert->told), summary);
	return 0;
}

/* In the order of their enum. */
static const struct conversion_spec {
	int (*begin)(struct convert *convert);
	void (*on_sample)(struct convert *convert, const struct denet_tree *tree);
	void (*on_process)(struct convert *convert, const struct denet_process *process);
	int (*finish)(struct convert *convert, const struct denet_summary *summary);
	bool needs_processes;
	bool needs_whole; /* it has no words for a file that is cut off */
} conversions[] = {
	[CONVERSION_CSV] = { .begin = begin_csv,
			     .on_sample = csv_sample,
			     .on_process = csv_process,
			     .finish = finish_csv },
	[CONVERSION_TRACE] = { .begin = begin_analysis,
			       .on_process = keep_process,
			       .finish = finish_trace,
			       .needs_processes = true },
	[CONVERSION_FOLDED] = { .on_process = keep_process,
				.finish = finish_folded,
				.needs_processes = true,
				.needs_whole = true },
	[CONVERSION_SNAKEMAKE] = { .finish = finish_snakemake, .needs_whole = true },
	[CONVERSION_NEXTFLOW] = { .on_process = keep_task,
				  .finish = finish_nextflow,
				  .needs_whole = true },
	[CONVERSION_TIME] = { .finish = finish_time, .needs_whole = true },
	[CONVERSION_PROM] = { .finish = finish_prom },
	[CONVERSION_INFLUX] = { .on_sample = influx_sample, .finish = finish_influx },
	[CONVERSION_MARKDOWN] = { .begin = begin_analysis, .finish = finish_markdown },
};

static const struct conversion_spec *spec_of(const struct convert *convert)
{
	return &conversions[convert->options->conversion];
}

/* --- reading ------------------------------------------------------------------------------------ */

/* The same for the analysis. */
#define TELL_ANALYSIS(convert_, callback_, argument_)                                        \
	do {                                                                                 \
		const struct denet_observer *to_ =                                           \
			(convert_)->analysis ? denet_analysis_observer((convert_)->analysis) \
					     : NULL;                                         \
		if (to_)                                                                     \
			to_->callback_(to_->context, argument_);                             \
	} while (0)

static void on_start(void *context, const struct denet_start *start)
{
	struct convert *convert = context;

	told_take_start(&convert->told, start);
	TELL_ANALYSIS(convert, on_start, start);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct convert *convert = context;

	told_take_sample(&convert->told, tree);
	TELL_ANALYSIS(convert, on_sample, tree);
	if (spec_of(convert)->on_sample)
		spec_of(convert)->on_sample(convert, tree);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct convert *convert = context;

	told_take_process(&convert->told, process);
	TELL_ANALYSIS(convert, on_process, process);
	if (spec_of(convert)->on_process)
		spec_of(convert)->on_process(convert, process);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct convert *convert = context;

	told_take_summary(&convert->told, summary);
	TELL_ANALYSIS(convert, on_summary, summary);
}

/* NULL when it can become what is asked for. */
static const char *why_unusable(const struct convert *convert, const struct denet_stats *stats)
{
	const struct conversion_spec *spec = spec_of(convert);

	if (convert->told.is_mixed)
		return "it has records of more than one run";
	if ((spec->needs_processes || convert->options->processes) && !convert->told.processes)
		return "it has no records of processes";
	if (!spec->needs_whole)
		return NULL;
	if (stats->is_truncated || (stats->is_ours && !stats->has_summary))
		return "it is cut off, which this format cannot say";
	if (stats->summary->incomplete)
		return "it is not of a whole run, which this format cannot say";
	return NULL;
}

static int read_file(struct convert *convert, struct denet_stats **ret_stats)
{
	const struct denet_observer observer = {
		.size = sizeof(observer),
		.context = convert,
		.on_start = on_start,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_summary = on_summary,
	};
	const char *path = convert->options->file;
	struct denet_error error = { .size = sizeof(error) };
	const char *why;
	int r = denet_stats_read_to(path, &observer, ret_stats, &error);

	if (r) {
		(void)log_error(0, "cannot use '%s': %s", path, error.text);
		return r;
	}
	why = why_unusable(convert, *ret_stats);
	if (why) {
		(void)log_error(0, "cannot use '%s': %s", path, why);
		return -EINVAL;
	}
	r = convert->told.error	   ? convert->told.error
	    : convert->lives.error ? convert->lives.error
				   : convert->text.error;
	return r ? log_error(r, "cannot convert '%s'", path) : 0;
}

/* denet's files have no word for it. */
static int finish(struct convert *convert, const struct denet_stats *stats)
{
	struct denet_summary summary = *stats->summary;
	int r;

	if (stats->is_truncated && !stats->has_summary && !summary.incomplete)
		summary.incomplete = "the file is cut off";
	r = spec_of(convert)->finish(convert, &summary);
	if (r)
		(void)log_error(r, "cannot convert '%s'", convert->options->file);
	return r;
}

/* --- writing ------------------------------------------------------------------------------------ */

static int pack(struct buf *text)
{
	AUTO(buf) struct buf packed = { 0 };
	struct gzip *gzip = NULL;
	struct buf plain = *text;
	int r = gzip_new(&gzip);

	if (r)
		return r;
	r = gzip_pack(gzip, buf_text(text), text->len, true, &packed);
	gzip_free(gzip);
	if (r)
		return r;
	*text = packed;
	packed = plain;
	return 0;
}

static int write_text(struct convert *convert, struct outfile *file)
{
	const char *out = convert->options->out;
	int r = convert->text.error;

	if (!r && out && gzip_is_name(out))
		r = pack(&convert->text);
	if (!r)
		r = outfile_write(file, &convert->text);
	return r ? log_error(r, "cannot write to '%s'", out ? out : "stdout") : 0;
}

int convert_main(const struct options *options)
{
	AUTO(convert) struct convert convert = { .options = options };
	AUTO(denet_stats) struct denet_stats *stats = NULL;
	AUTO(outfile) struct outfile file = OUTFILE_NONE;
	const char *out = options->out ? options->out : "-";
	int r;

	if (options->quiet)
		log_silence();
	if (outputs_check(options, &options->file, 1))
		return EXIT_STATUS_LOST;
	/* What cannot be written is seen before a large file is read. */
	r = outfile_open(out, &file);
	if (r) {
		(void)log_error(r, "cannot write to '%s'", out);
		return EXIT_STATUS_LOST;
	}
	told_init(&convert.told);
	r = spec_of(&convert)->begin ? spec_of(&convert)->begin(&convert) : 0;
	if (!r)
		r = read_file(&convert, &stats);
	if (r)
		return EXIT_STATUS_LOST;
	gaps_warn_all(options->file, stats);
	if (finish(&convert, stats))
		return EXIT_STATUS_LOST;
	return write_text(&convert, &file) ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}
