/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_view.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "format/figure.h"
#include "output/budget_view.h"
#include "output/layout.h"
#include "output/summary_clients.h"
#include "output/summary_cpu.h"
#include "output/summary_memory.h"
#include "output/summary_figures.h"
#include "output/summary_table.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "output/human.h"

#define LABEL_COLUMNS 11
#define LABEL_COLUMNS_NARROW 10
#define FAILURES_SHOWN 10
#define SURVIVORS_SHOWN 8
#define COMMAND_COLUMNS_MIN 12
#define COMM_BYTES 15 /* what the kernel keeps of a name */

/* The parts of the view share these. */
struct view {
	struct layout layout;
	const struct term_style *style;
	const struct denet_summary *summary;
	const struct summary_context *context;
	const struct denet_failure
		*root_failure; /* the list's entry that holds the root; or NULL */
};

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

/* Not 0 either: what is not worth a piece of its own. */
static bool has(uint64_t value)
{
	return is_known(value) && value > 0;
}

static const char *plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

static bool has_failed(const struct denet_end *end)
{
	return end->known && (end->signal != 0 || end->exit_code != 0);
}

/* The list counts the root as well, but the root's end is the headline already. */
static const struct denet_failure *find_root_failure(const struct denet_summary *summary)
{
	for (size_t i = 0; i < summary->failures_count; i++)
		if (summary->failures[i].has_root)
			return &summary->failures[i];
	return NULL;
}

/* Out of memory, where no limit was hit, is the machine's. */
static void append_end(struct buf *buf, const struct view *view, const struct denet_end *end,
		       bool oom_killed)
{
	const struct denet_summary *summary = view->summary;
	bool is_limited = summary->memory_limit_hit && has(summary->memory_limit_kb);

	text_append_end(buf, end, oom_killed,
			is_limited ? summary->memory_limit_kb : DENET_UNKNOWN);
}

static void append_headline(struct buf *buf, const struct view *view)
{
	const struct denet_summary *summary = view->summary;
	bool is_unicode = view->style->is_unicode;
	enum term_tone tone = has_failed(&summary->end) ? TONE_BAD : TONE_GOOD;
	AUTO(buf) struct buf command = { 0 };
	AUTO(buf) struct buf between = { 0 };
	AUTO(buf) struct buf end = { 0 };
	size_t room = view->layout.width, taken;

	if (view->context->attached_pid)
		buf_printf(&between, " [%u]", view->context->attached_pid);
	buf_append_text(&between, is_unicode ? " · " : ": ");
	if (view->context->is_cut && !summary->end.known)
		buf_append_text(&end, TEXT_NO_END);
	else
		append_end(&end, view, &summary->end,
			   view->root_failure && view->root_failure->oom_killed);
	taken = text_width(buf_text(&between)) + text_width(buf_text(&end));
	room = taken + COMMAND_COLUMNS_MIN < room ? room - taken : COMMAND_COLUMNS_MIN;
	text_append_command(&command, is_unicode, &summary->command, room);
	term_append(buf, view->style, TONE_STRONG, buf_text(&command));
	buf_append_text(buf, buf_text(&between));
	term_append(buf, view->style, summary->end.known ? tone : TONE_WARN, buf_text(&end));
	buf_append_char(buf, '\n');
}

static void show_wall(struct view *view)
{
	layout_row(&view->layout, "wall");
	if (is_known(view->summary->wall_ns))
		layout_piece(&view->layout, TONE_STRONG, "%s",
			     human_duration(view->summary->wall_ns).text);
	waited_view_show_wall(&view->layout, view->context->analysis);
}

/* A figure of the table of metrics, in its unit there, and what is said of it here. */
struct piece {
	const char *label; /* of the row; NULL: that of the piece before */
	size_t member; /* of the summary */
	const char *one, *many; /* many may be NULL */
};

#define AT(member_) offsetof(struct denet_summary, member_)

static const struct piece disk[] = {
	{ "disk", AT(used.disk_read_bytes), "read", NULL },
	{ NULL, AT(used.disk_write_bytes), "written", NULL },
};

/* Known where it was asked for. */
static const struct piece sockets[] = {
	{ "network", AT(used.socket_rx_bytes), "received", NULL },
	{ NULL, AT(used.socket_tx_bytes), "sent, by these processes", NULL },
};

static const struct piece details[] = {
	{ "calls", AT(used.syscall_read_bytes), "read", NULL },
	{ NULL, AT(used.syscall_write_bytes), "written, by system calls", NULL },
	{ NULL, AT(used.syscall_read_count), "read", "reads" },
	{ NULL, AT(used.syscall_write_count), "write", "writes" },
	{ "network", AT(sys_net_rx_bytes), "received", NULL },
	{ NULL, AT(sys_net_tx_bytes), "sent, by all in this network namespace", NULL },
	{ "faults", AT(used.page_faults_cached), "from memory", NULL },
	{ NULL, AT(used.page_faults_disk), "from disk", NULL },
	{ "switches", AT(used.ctx_switches_voluntary), "voluntary", NULL },
	{ NULL, AT(used.ctx_switches_involuntary), "forced", NULL },
	{ NULL, AT(used.migrations), "between cpus", NULL },
	{ "samples", AT(sample_count), "", NULL },
};

static void show_pieces(struct view *view, const struct piece pieces[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct piece *piece = &pieces[i];
		struct figure_value value;
		const char *words;

		if (piece->label)
			layout_row(&view->layout, piece->label);
		if (!figure_at(DENET_RECORD_SUMMARY, view->summary, piece->member, &value))
			continue;
		words = piece->many && value.real != 1 ? piece->many : piece->one;
		layout_piece(&view->layout, TONE_PLAIN, "%s%s%s",
			     budget_view_amount(value.metric->unit, value.real).text,
			     *words ? " " : "", words);
	}
}

#define SHOW_PIECES(view_, pieces_) \
	show_pieces(view_, pieces_, sizeof(pieces_) / sizeof((pieces_)[0]))

static bool are_ends_unknown(const struct denet_summary *summary)
{
	return has(summary->ends_unknown) && summary->ends_unknown > 0;
}

static void show_failed_count(struct view *view)
{
	const struct denet_summary *summary = view->summary;
	bool is_root = has_failed(&summary->end) && summary->end.signal != SIGPIPE;
	uint64_t failed = summary->processes_failed;

	if (!has(failed))
		return;
	if (is_root)
		failed--;
	if (failed > 0)
		layout_piece(&view->layout, TONE_WARN, "%s%s%s with an exit status other than 0",
			     are_ends_unknown(summary) ? "at least " : "", human_count(failed).text,
			     !is_root ? "" : plural(failed, " other", " others"));
}

static void show_ends_unknown(struct view *view)
{
	if (are_ends_unknown(view->summary))
		layout_piece(&view->layout, TONE_PLAIN, "how %s ended is not known",
			     human_count(view->summary->ends_unknown).text);
}

static void show_tree(struct view *view)
{
	const struct denet_summary *summary = view->summary;
	struct layout *layout = &view->layout;

	layout_row(layout, "tree");
	if (has(summary->processes_total))
		layout_piece(layout, TONE_PLAIN, "%s %s",
			     human_count(summary->processes_total).text,
			     plural(summary->processes_total, "process", "processes"));
	if (has(summary->threads_total))
		layout_piece(layout, TONE_PLAIN, "%s %s", human_count(summary->threads_total).text,
			     plural(summary->threads_total, "thread", "threads"));
	if (has(summary->processes_peak) && summary->processes_peak > 1)
		layout_piece(layout, TONE_PLAIN, "%s%s at once",
			     summary->accounting == DENET_ACCOUNTING_BPF ? "" : "at least ",
			     human_count(summary->processes_peak).text);
	if (summary->is_root_alone)
		layout_piece(layout, TONE_PLAIN, "children not counted");
	show_failed_count(view);
	show_ends_unknown(view);
}

static void show_failure(struct view *view, const struct denet_failure *failure, uint64_t count)
{
	AUTO(buf) struct buf end = { 0 };
	struct text_name name = text_name(view->style->is_unicode, failure->comm);

	append_end(&end, view, &failure->end, failure->oom_killed);
	if (count > 1)
		layout_item(&view->layout, TONE_WARN, "%s%s %s %s", human_count(count).text,
			    view->style->is_unicode ? "×" : "x", name.text, buf_text(&end));
	else
		layout_item(&view->layout, TONE_WARN, "%s %s", name.text, buf_text(&end));
}

static void show_failures(struct view *view)
{
	const struct denet_summary *summary = view->summary;
	size_t shown = 0, omitted = 0;

	/* Not "failed": grep that finds nothing has not. */
	layout_row(&view->layout, "ended");
	for (size_t i = 0; i < summary->failures_count; i++) {
		const struct denet_failure *failure = &summary->failures[i];
		uint64_t count = failure->count - (failure == view->root_failure ? 1 : 0);

		if (count == 0)
			continue;
		if (shown == FAILURES_SHOWN) {
			omitted++;
			continue;
		}
		show_failure(view, failure, count);
		shown++;
	}
	if (omitted > 0)
		layout_item(&view->layout, TONE_WARN, "and in %s other %s",
			    human_count(omitted).text, plural(omitted, "way", "ways"));
}

static void show_survivors(struct view *view)
{
	const struct denet_summary *summary = view->summary;
	size_t shown = 0;

	layout_row(&view->layout, "running");
	/* That the root runs is in the headline. */
	if (!has(summary->processes_running) ||
	    (!summary->end.known && !summary->end.unseen && summary->processes_running == 1))
		return;
	for (; shown < summary->survivors_count && shown < SURVIVORS_SHOWN; shown++)
		layout_item(&view->layout, TONE_PLAIN, "%s[%u]",
			    text_name(view->style->is_unicode, summary->survivors[shown].comm).text,
			    summary->survivors[shown].pid);
	if (shown == 0)
		layout_item(&view->layout, TONE_PLAIN, "%s %s",
			    human_count(summary->processes_running).text,
			    plural(summary->processes_running, "process", "processes"));
	else if (summary->processes_running > shown)
		layout_item(&view->layout, TONE_PLAIN, "and %s more",
			    human_count(summary->processes_running - shown).text);
}

static void show_own_cost(struct view *view)
{
	const struct denet_summary *summary = view->summary;

	layout_row(&view->layout, "denet-bpf");
	if (is_known(summary->monitor_cpu_ns))
		layout_item(&view->layout, TONE_FAINT, "itself used %s of cpu",
			    human_duration(summary->monitor_cpu_ns).text);
	if (has(summary->monitor_peak_rss_kb))
		layout_item(&view->layout, TONE_FAINT, "%s of memory",
			    human_kib(summary->monitor_peak_rss_kb).text);
}

static void show_records(struct view *view)
{
	AUTO(buf) struct buf path = { 0 };
	const char *records = view->context->records_path;

	layout_row(&view->layout, "records");
	if (!records)
		return;
	/* Uncut: it is there to be copied. */
	text_append_fitted(&path, view->style->is_unicode, records, strlen(records), SIZE_MAX);
	layout_piece(&view->layout, TONE_PLAIN, "%s", buf_text(&path));
	if (view->context->are_records_incomplete)
		layout_piece(&view->layout, TONE_WARN, "   incomplete");
}

/* On a narrow screen a glance is wanted: the first lines, and what must not be passed over. */
static bool is_brief(const struct view *view)
{
	return !layout_indent(view->style) && !view->context->is_verbose;
}

/* Without accounting every figure but the time is foreign or by chance. */
static void show_figures(struct view *view)
{
	const struct denet_summary *summary = view->summary;

	summary_cpu_show(&view->layout, summary);
	summary_memory_show(&view->layout, view->style->is_unicode, summary);
	SHOW_PIECES(view, disk);
	if (has(summary->used.disk_write_cancelled_bytes))
		layout_piece(&view->layout, TONE_PLAIN, "%s removed before they reached the disk",
			     human_bytes(summary->used.disk_write_cancelled_bytes).text);
	SHOW_PIECES(view, sockets);
	show_tree(view);
	if (!is_brief(view))
		waited_view_show_series(&view->layout, view->context->analysis);
	if (view->context->is_verbose)
		SHOW_PIECES(view, details);
}

/* The table has a blank line on both sides. */
static void show_table(struct view *view)
{
	const struct waited_context *analysis = view->context->analysis;
	bool has_rows = analysis && analysis->rows;

	if (!has_rows && (is_brief(view) || !summary_table_is_shown(view->summary)))
		return;
	layout_row_end(&view->layout);
	buf_append_char(view->layout.buf, '\n');
	if (has_rows)
		waited_view_append_rows(view->layout.buf, view->style, analysis);
	else
		summary_table_append(view->layout.buf, view->style, view->summary);
	buf_append_char(view->layout.buf, '\n');
	if (!is_brief(view))
		waited_view_append_tables(view->layout.buf, view->style, analysis);
}

void summary_view_append(struct buf *buf, const struct term_style *style,
			 const struct denet_summary *summary, const struct summary_context *context)
{
	struct view view = {
		.style = style,
		.summary = summary,
		.context = context,
		.root_failure = find_root_failure(summary),
	};

	layout_init(&view.layout, buf, style,
		    layout_indent(style) ? LABEL_COLUMNS : LABEL_COLUMNS_NARROW);
	append_headline(buf, &view);
	show_wall(&view);
	if (summary->accounting != DENET_ACCOUNTING_NONE) {
		show_figures(&view);
		show_table(&view);
		if (!is_brief(&view))
			waited_view_show_rest(&view.layout, context->analysis);
	}
	show_failures(&view);
	show_survivors(&view);
	summary_clients_show(&view.layout, style->is_unicode, summary);
	summary_figures_show(&view.layout, summary);
	show_own_cost(&view);
	show_records(&view);
	layout_row_end(&view.layout);
}
