/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "denet/system.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define GAP 2
#define NAME_COLUMNS_MIN 12

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
_Static_assert(COLUMNS <= COLUMNS_MAX, "a width for each");

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t sum_of(const struct columns_widths *widths)
{
	size_t sum = 0;

	for (size_t c = 0; c < COLUMNS; c++)
		sum += widths->cells[c] ? GAP + widths->cells[c] : 0;
	return sum;
}

static size_t name_width(bool is_unicode, const char *name)
{
	AUTO(buf) struct buf text = { 0 };

	return text_append_name(&text, is_unicode, name, COLUMNS_FREE);
}

static void drop_last(struct columns_widths *widths)
{
	size_t last = 0;

	for (size_t c = 1; c < COLUMNS; c++)
		if (widths->cells[c] &&
		    (!widths->cells[last] || columns[c].rank > columns[last].rank))
			last = c;
	widths->cells[last] = 0;
}

void columns_measure(const struct columns_of *of, struct columns_widths *ret_widths)
{
	struct columns_widths widths = { .name = NAME_COLUMNS_MIN };

	for (size_t i = 0; i < of->count; i++) {
		const struct host_group *figures = of->get(of->context, i);

		widths.name = larger(widths.name, name_width(of->is_unicode, figures->name));
		for (size_t c = 0; c < COLUMNS; c++)
			widths.cells[c] =
				larger(widths.cells[c], strlen(columns[c].cell(figures).text));
	}
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths.cells[c])
			widths.cells[c] = larger(widths.cells[c], strlen(columns[c].heading));
	while (sum_of(&widths) && sum_of(&widths) + NAME_COLUMNS_MIN > of->room)
		drop_last(&widths);
	if (widths.name + sum_of(&widths) > of->room)
		widths.name =
			of->room > sum_of(&widths) ? of->room - sum_of(&widths) : NAME_COLUMNS_MIN;
	*ret_widths = widths;
}

void columns_append_heading(struct buf *buf, const struct columns_widths *widths)
{
	buf_printf(buf, "%-*s", (int)widths->name, "name");
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths->cells[c])
			buf_printf(buf, "%*s%*s", GAP, "", (int)widths->cells[c],
				   columns[c].heading);
}

static void trim(struct buf *buf)
{
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
}

void columns_append_row(struct buf *buf, bool is_unicode, const struct columns_widths *widths,
			const struct host_group *figures)
{
	size_t used = text_append_name(buf, is_unicode, figures->name, widths->name);

	buf_append_repeated(buf, ' ', widths->name > used ? widths->name - used : 0);
	for (size_t c = 0; c < COLUMNS; c++)
		if (widths->cells[c])
			buf_printf(buf, "%*s%*s", GAP, "", (int)widths->cells[c],
				   columns[c].cell(figures).text);
	trim(buf);
}

void columns_append_machine(struct buf *buf, const struct host_machine *machine)
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
	trim(buf);
}

/* "3 failed (1:2 127:1)" */
static void append_way(struct buf *buf, const char *word, uint64_t count, const char *ways)
{
	buf_printf(buf, "  %s %s", human_count(count).text, word);
	if (ways)
		buf_printf(buf, " (%s)", ways);
}

static void append_ends(struct buf *buf, const struct host_command *figures)
{
	if (figures->processes_living)
		buf_printf(buf, "  %s alive", human_count(figures->processes_living).text);
	if (figures->processes_ended)
		buf_printf(buf, "  %s ended", human_count(figures->processes_ended).text);
	if (figures->processes_failed)
		append_way(buf, "failed", figures->processes_failed, figures->failed_by_status);
	if (figures->processes_killed)
		append_way(buf, "killed", figures->processes_killed, figures->killed_by_signal);
	if (figures->oom_kills)
		buf_printf(buf, "  %s for memory", human_count(figures->oom_kills).text);
}

void columns_append_command(struct buf *buf, bool is_unicode, const struct host_command *figures)
{
	struct text_name name = text_name(is_unicode, figures->comm);

	buf_printf(buf, "%s%*s", name.text, (int)(TEXT_NAME_COLUMNS - text_width(name.text)), "");
	buf_printf(buf, "  uid %-6" PRIu64 "  %6s  %10s", figures->uid,
		   human_percent(figures->cpu_usage).text,
		   human_duration(figures->cpu_time_ns).text);
	append_ends(buf, figures);
}
