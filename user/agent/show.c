/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/show.h"

#include <string.h>

#include "agent/columns.h"
#include "agent/show_connections.h"
#include "agent/show_history.h"
#include "agent/show_survey.h"
#include "denet/system.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define COMMANDS_MAX 10 /* of a group */

static const struct host_group *figures_of(const void *context, size_t index)
{
	const struct choice *choice = context;

	return &choice->items[index]->figures;
}

static struct columns_widths measure(const struct show *show)
{
	const struct columns_of of = {
		.get = figures_of,
		.context = show->choice,
		.count = show->choice->count,
		.room = show->style->is_terminal ? show->style->columns : COLUMNS_FREE,
		.is_unicode = show->style->is_unicode,
	};
	struct columns_widths widths;

	columns_measure(&of, &widths);
	return widths;
}

static void append_heading(struct buf *buf, const struct show *show,
			   const struct columns_widths *widths)
{
	AUTO(buf) struct buf line = { 0 };

	columns_append_heading(&line, widths);
	term_append(buf, show->style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

static void append_bytes(struct buf *buf, const char *word, uint64_t bytes)
{
	if (bytes != DENET_UNKNOWN)
		buf_printf(buf, "  %s %s", word, human_bytes(bytes).text);
}

static void append_time(struct buf *buf, const char *word, uint64_t ns)
{
	if (ns != DENET_UNKNOWN)
		buf_printf(buf, "  %s %s", word, human_duration(ns).text);
}

static void append_count(struct buf *buf, const char *word, uint64_t count)
{
	if (count != DENET_UNKNOWN)
		buf_printf(buf, "  %s %s", word, human_count(count).text);
}

/* It may hold what a program called itself. */
static void append_text(struct buf *buf, const struct show *show, const char *word,
			const char *text)
{
	if (!text)
		return;
	buf_printf(buf, "  %s ", word);
	(void)text_append_name(buf, show->style->is_unicode, text, COLUMNS_FREE);
}

static void append_figures(struct buf *buf, const struct show *show,
			   const struct host_group *figures)
{
	append_time(buf, "CPU", figures->cpu_time_ns);
	append_time(buf, "user", figures->cpu_user_ns);
	append_time(buf, "system", figures->cpu_system_ns);
	append_time(buf, "throttled", figures->throttled_ns);
	append_bytes(buf, "peak", figures->memory_peak_bytes);
	append_bytes(buf, "working set", figures->memory_working_set_bytes);
	append_bytes(buf, "anonymous", figures->memory_anon_bytes);
	append_bytes(buf, "files", figures->memory_file_bytes);
	append_bytes(buf, "shared", figures->memory_shmem_bytes);
	append_bytes(buf, "swap", figures->memory_swap_bytes);
	append_bytes(buf, "read", figures->disk_read_bytes);
	append_bytes(buf, "written", figures->disk_write_bytes);
	append_count(buf, "pids limit", figures->pids_limit);
	append_count(buf, "OOM kills", figures->oom_kills);
	append_text(buf, show, "last victim", figures->oom_victim);
	append_count(buf, "started", figures->processes_started);
	append_text(buf, show, "failed by status", figures->failed_by_status);
	append_text(buf, show, "killed by signal", figures->killed_by_signal);
}

/* Below its row: where it is, and the figures that have no column. */
static void append_details(struct buf *buf, const struct show *show,
			   const struct host_group *figures)
{
	AUTO(buf) struct buf line = { 0 };

	buf_append_text(buf, "    ");
	(void)text_append_name(buf, show->style->is_unicode, figures->cgroup, COLUMNS_FREE);
	if (figures->parent) {
		buf_append_text(buf, "  in ");
		(void)text_append_name(buf, show->style->is_unicode, figures->parent, COLUMNS_FREE);
	}
	buf_append_char(buf, '\n');
	append_figures(&line, show, figures);
	if (line.len)
		buf_printf(buf, "  %s\n", buf_text(&line));
}

/* By the name of their program: those that have ended are in it. */
static void append_commands(struct buf *buf, const struct show *show, const struct cgroup *group)
{
	size_t count;
	const struct process_group *items = processes_of(show->processes, group, &count);

	for (size_t i = 0; i < count && i < COMMANDS_MAX; i++) {
		buf_append_text(buf, "    ");
		columns_append_command(buf, show->style->is_unicode, &items[i].figures);
		buf_append_char(buf, '\n');
	}
	if (count > COMMANDS_MAX)
		buf_printf(buf, "    and %s more\n", human_count(count - COMMANDS_MAX).text);
}

/* They are not asked for by name. */
static void append_own_connections(struct buf *buf, const struct show *show)
{
	const struct agent_options *options = show->options;
	AUTO(buf) struct buf text = { 0 };

	if (!show->is_verbose || options->containers.count || options->groups.count)
		return;
	show_connections_append(&text, show->spaces->own);
	if (text.len)
		buf_printf(buf, "of the machine's own network:\n%s", buf_text(&text));
}

void show_append(struct buf *buf, const struct show *show)
{
	const struct columns_widths widths = measure(show);
	const struct choice *choice = show->choice;

	columns_append_machine(buf, show->machine);
	buf_append_char(buf, '\n');
	if (choice->count)
		append_heading(buf, show, &widths);
	for (size_t i = 0; i < choice->count; i++) {
		columns_append_row(buf, show->style->is_unicode, &widths,
				   &choice->items[i]->figures);
		buf_append_char(buf, '\n');
		if (show->is_verbose) {
			append_details(buf, show, &choice->items[i]->figures);
			append_commands(buf, show, choice->items[i]);
			show_connections_append(buf, choice->items[i]->connections);
		}
	}
	if (choice->matched > choice->count)
		buf_printf(buf, "and %s more\n", human_count(choice->matched - choice->count).text);
	if (show->machine->groups_omitted)
		buf_printf(buf, "%s cgroups are left out: there are too many\n",
			   human_count(show->machine->groups_omitted).text);
	append_own_connections(buf, show);
	show_survey_append(buf, show->style, show->survey, show->options);
	if (show->history && show->is_verbose)
		show_history_append(buf, show->style, show->history, show->choice,
				    show->options->history.window_ns);
}
