/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/show_history.h"
#include "agent/show_survey.h"
#include "denet/system.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define GAP 2
#define NAME_COLUMNS_MIN 12
#define FREE_COLUMNS 240 /* where no terminal bounds them */
#define COMMANDS_MAX 10 /* of a group */

static struct human human_percent(double percent)
{
	struct human human = { "" };

	if (isfinite(percent))
		(void)snprintf(human.text, sizeof(human.text),
			       percent < 9.995 ? "%.2f%%" : "%.0f%%", percent);
	return human;
}

static const struct human nothing;

static struct human known_bytes(uint64_t bytes)
{
	return bytes == DENET_UNKNOWN ? nothing : human_bytes(bytes);
}

static struct human known_count(uint64_t count)
{
	return count == DENET_UNKNOWN ? nothing : human_count(count);
}

/* A rate of nothing is told as such: "0 B". */
static struct human bytes_per_s(double rate)
{
	return isfinite(rate) && rate >= 0 ? human_bytes((uint64_t)rate) : nothing;
}

static struct human cell_kind(const struct host_group *figures)
{
	struct human human;

	(void)snprintf(human.text, sizeof(human.text), "%s",
		       figures->runtime ? figures->runtime : figures->type);
	return human;
}

static struct human cell_cpu(const struct host_group *figures)
{
	return human_percent(figures->cpu_usage);
}

static struct human cell_memory(const struct host_group *figures)
{
	return known_bytes(figures->memory_bytes);
}

static struct human cell_limit(const struct host_group *figures)
{
	return known_bytes(figures->memory_limit_bytes);
}

static struct human cell_read(const struct host_group *figures)
{
	return bytes_per_s(figures->disk_read_bytes_per_sec);
}

static struct human cell_write(const struct host_group *figures)
{
	return bytes_per_s(figures->disk_write_bytes_per_sec);
}

static struct human cell_pids(const struct host_group *figures)
{
	return known_count(figures->pids);
}

static struct human cell_cpu_stall(const struct host_group *figures)
{
	return human_percent(figures->cpu_pressure);
}

static struct human cell_memory_stall(const struct host_group *figures)
{
	return human_percent(figures->memory_pressure);
}

static struct human cell_io_stall(const struct host_group *figures)
{
	return human_percent(figures->io_pressure);
}

static struct human cell_throttled(const struct host_group *figures)
{
	return human_percent(figures->throttled);
}

static const struct column {
	const char *heading;
	struct human (*cell)(const struct host_group *figures);
	unsigned int rank; /* where there is no room the largest goes first */
} columns[] = {
	{ "kind", cell_kind, 4 },
	{ "cpu", cell_cpu, 0 },
	{ "memory", cell_memory, 1 },
	{ "limit", cell_limit, 5 },
	{ "read/s", cell_read, 6 },
	{ "write/s", cell_write, 7 },
	{ "pids", cell_pids, 3 },
	{ "cpu stall", cell_cpu_stall, 8 },
	{ "mem stall", cell_memory_stall, 9 },
	{ "io stall", cell_io_stall, 10 },
	{ "throttled", cell_throttled, 2 },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* A column without a figure takes no room. */
struct widths {
	size_t name;
	size_t cells[COLUMNS];
};

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t sum_of(const struct widths *widths)
{
	size_t sum = 0;

	for (size_t c = 0; c < COLUMNS; c++)
		sum += widths->cells[c] ? GAP + widths->cells[c] : 0;
	return sum;
}

static size_t name_width(const struct term_style *style, const char *name)
{
	AUTO(buf) struct buf text = { 0 };

	return text_append_fitted(&text, style->is_unicode, name, strlen(name), FREE_COLUMNS);
}

static void drop_last(struct widths *widths)
{
	size_t last = 0;

	for (size_t c = 1; c < COLUMNS; c++)
		if (widths->cells[c] &&
		    (!widths->cells[last] || columns[c].rank > columns[last].rank))
			last = c;
	widths->cells[last] = 0;
}

static struct widths measure(const struct show *show)
{
	size_t room = show->style->is_terminal ? show->style->columns : FREE_COLUMNS;
	struct widths widths = { .name = NAME_COLUMNS_MIN };

	for (size_t i = 0; i < show->choice->count; i++) {
		const struct host_group *figures = &show->choice->items[i]->figures;

		widths.name = larger(widths.name, name_width(show->style, figures->name));
		for (size_t c = 0; c < COLUMNS; c++)
			widths.cells[c] =
				larger(widths.cells[c], strlen(columns[c].cell(figures).text));
	}
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths.cells[c])
			widths.cells[c] = larger(widths.cells[c], strlen(columns[c].heading));
	while (sum_of(&widths) && sum_of(&widths) + NAME_COLUMNS_MIN > room)
		drop_last(&widths);
	if (widths.name + sum_of(&widths) > room)
		widths.name = room > sum_of(&widths) ? room - sum_of(&widths) : NAME_COLUMNS_MIN;
	return widths;
}

static void append_heading(struct buf *buf, const struct show *show, const struct widths *widths)
{
	AUTO(buf) struct buf line = { 0 };

	buf_printf(&line, "%-*s", (int)widths->name, "name");
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths->cells[c])
			buf_printf(&line, "%*s%*s", GAP, "", (int)widths->cells[c],
				   columns[c].heading);
	term_append(buf, show->style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

static void append_row(struct buf *buf, const struct show *show, const struct widths *widths,
		       const struct host_group *figures)
{
	size_t used = text_append_fitted(buf, show->style->is_unicode, figures->name,
					 strlen(figures->name), widths->name);

	buf_append_repeated(buf, ' ', widths->name > used ? widths->name - used : 0);
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths->cells[c])
			buf_printf(buf, "%*s%*s", GAP, "", (int)widths->cells[c],
				   columns[c].cell(figures).text);
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
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

static void append_figures(struct buf *buf, const struct host_group *figures)
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
}

/* Below its row: where it is, and the figures that have no column. */
static void append_details(struct buf *buf, const struct show *show,
			   const struct host_group *figures)
{
	AUTO(buf) struct buf line = { 0 };

	buf_append_text(buf, "    ");
	(void)text_append_fitted(buf, show->style->is_unicode, figures->cgroup,
				 strlen(figures->cgroup), FREE_COLUMNS);
	if (figures->parent) {
		buf_append_text(buf, "  in ");
		(void)text_append_fitted(buf, show->style->is_unicode, figures->parent,
					 strlen(figures->parent), FREE_COLUMNS);
	}
	buf_append_char(buf, '\n');
	append_figures(&line, figures);
	if (line.len)
		buf_printf(buf, "  %s\n", buf_text(&line));
}

static void append_ends(struct buf *buf, const struct host_command *figures)
{
	if (figures->processes_living)
		buf_printf(buf, "  %s alive", human_count(figures->processes_living).text);
	if (figures->processes_ended)
		buf_printf(buf, "  %s ended", human_count(figures->processes_ended).text);
	if (figures->processes_failed)
		buf_printf(buf, "  %s failed", human_count(figures->processes_failed).text);
	if (figures->processes_killed)
		buf_printf(buf, "  %s killed", human_count(figures->processes_killed).text);
	if (figures->oom_kills)
		buf_printf(buf, "  %s for memory", human_count(figures->oom_kills).text);
}

/* By the name of their program: those that have ended are in it. */
static void append_commands(struct buf *buf, const struct show *show, const struct cgroup *group)
{
	size_t count;
	const struct process_group *items = processes_of(show->processes, group, &count);

	for (size_t i = 0; i < count && i < COMMANDS_MAX; i++) {
		const struct host_command *figures = &items[i].figures;
		struct text_name name = text_name(show->style->is_unicode, items[i].comm);

		buf_printf(buf, "    %s%*s", name.text,
			   (int)(TEXT_NAME_COLUMNS - text_width(name.text)), "");
		buf_printf(buf, "  uid %-6" PRIu64 "  %6s  %10s", figures->uid,
			   human_percent(figures->cpu_usage).text,
			   human_duration(figures->cpu_time_ns).text);
		append_ends(buf, figures);
		buf_append_char(buf, '\n');
	}
	if (count > COMMANDS_MAX)
		buf_printf(buf, "    and %s more\n", human_count(count - COMMANDS_MAX).text);
}

static void append_machine(struct buf *buf, const struct host_machine *machine)
{
	const struct human cpu = human_percent(machine->cpu_percent);

	if (cpu.text[0])
		buf_printf(buf, "cpu %s of %zu  ", cpu.text, machine->cores);
	if (machine->memory_total != DENET_UNKNOWN && isfinite(machine->memory_percent))
		buf_printf(buf, "memory %.0f%% of %s  ", machine->memory_percent,
			   human_bytes(machine->memory_total).text);
	if (machine->swap_used != DENET_UNKNOWN && machine->swap_used)
		buf_printf(buf, "swap %s  ", human_bytes(machine->swap_used).text);
	if (isfinite(machine->disk_usage_percent))
		buf_printf(buf, "disk %.0f%%  ", machine->disk_usage_percent);
	if (isfinite(machine->disk_read_bytes_per_sec) &&
	    isfinite(machine->disk_write_bytes_per_sec))
		buf_printf(buf, "read %s/s  write %s/s  ",
			   bytes_per_s(machine->disk_read_bytes_per_sec).text,
			   bytes_per_s(machine->disk_write_bytes_per_sec).text);
	if (isfinite(machine->load_avg[0]))
		buf_printf(buf, "load %.2f", machine->load_avg[0]);
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
	buf_append_char(buf, '\n');
}

void show_append(struct buf *buf, const struct show *show)
{
	const struct widths widths = measure(show);
	const struct choice *choice = show->choice;

	append_machine(buf, show->machine);
	if (choice->count)
		append_heading(buf, show, &widths);
	for (size_t i = 0; i < choice->count; i++) {
		append_row(buf, show, &widths, &choice->items[i]->figures);
		if (show->is_verbose) {
			append_details(buf, show, &choice->items[i]->figures);
			append_commands(buf, show, choice->items[i]);
		}
	}
	if (choice->matched > choice->count)
		buf_printf(buf, "and %s more\n", human_count(choice->matched - choice->count).text);
	if (show->machine->groups_omitted)
		buf_printf(buf, "%s cgroups are left out: there are too many\n",
			   human_count(show->machine->groups_omitted).text);
	show_survey_append(buf, show->style, show->survey, show->options);
	if (show->history && show->is_verbose)
		show_history_append(buf, show->style, show->history, show->choice,
				    show->options->history.window_ns);
}
