/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/report_gantt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/escape.h"
#include "output/human.h"
#include "util/cleanup.h"

#define STRETCHES_MAX 30
#define PROGRAMS_MAX 5
#define NS_PER_MS 1000000u

/* Segments of one program that adjoin. */
struct stretch {
	const char *comm;
	uint64_t start_ns;
	uint64_t end_ns;
	bool is_shown;
};

static uint64_t length_of(const struct stretch *stretch)
{
	return stretch->end_ns - stretch->start_ns;
}

static size_t merge(const struct denet_waited *waited, struct stretch *ret_stretches)
{
	size_t count = 0;

	for (size_t i = 0; i < waited->segments_count; i++) {
		const struct denet_waited_segment *segment = &waited->segments[i];
		const char *comm = segment->comm ? segment->comm : "?";
		struct stretch *last = count ? &ret_stretches[count - 1] : NULL;

		if (last && strcmp(last->comm, comm) == 0)
			last->end_ns = segment->end_ns;
		else
			ret_stretches[count++] = (struct stretch){ .comm = comm,
								   .start_ns = segment->start_ns,
								   .end_ns = segment->end_ns };
	}
	return count;
}

/* Of no length in whole milliseconds there is nothing to draw. */
static bool is_drawable(const struct stretch *stretch)
{
	return stretch->end_ns / NS_PER_MS > stretch->start_ns / NS_PER_MS;
}

/* Returns how many are left out. */
static size_t choose(struct stretch *stretches, size_t count)
{
	size_t shown = 0;

	for (; shown < STRETCHES_MAX; shown++) {
		struct stretch *longest = NULL;

		for (size_t i = 0; i < count; i++)
			if (!stretches[i].is_shown && is_drawable(&stretches[i]) &&
			    (!longest || length_of(&stretches[i]) > length_of(longest)))
				longest = &stretches[i];
		if (!longest)
			break;
		longest->is_shown = true;
	}
	return count - shown;
}

/* A name begins with a number, so that no word of the language can begin it. */
static void append_task(struct buf *buf, const struct stretch *stretch, size_t number)
{
	AUTO(buf) struct buf name = { 0 };

	buf_printf(&name, "%zu %s %s", number, stretch->comm,
		   human_duration(length_of(stretch)).text);
	buf_append_text(buf, "  ");
	escape_mermaid(buf, buf_text(&name));
	buf_printf(buf, " : %" PRIu64 ", %" PRIu64 "\n", stretch->start_ns / NS_PER_MS,
		   stretch->end_ns / NS_PER_MS);
}

static void append_chart(struct buf *buf, const struct stretch *stretches, size_t count)
{
	size_t number = 0;

	buf_append_text(buf, "\n```mermaid\ngantt\n  dateFormat x\n  axisFormat %M:%S\n"
			     "  section waited for\n");
	for (size_t i = 0; i < count; i++)
		if (stretches[i].is_shown)
			append_task(buf, &stretches[i], ++number);
	buf_append_text(buf, "```\n");
}

static void append_programs(struct buf *buf, const struct denet_waited *waited)
{
	buf_append_text(buf, "\nThe wall time waited for");
	for (size_t i = 0; i < waited->programs_count && i < PROGRAMS_MAX; i++) {
		const struct denet_waited_program *program = &waited->programs[i];

		buf_append_text(buf, i ? ", " : " ");
		escape_markdown(buf, program->comm ? program->comm : "?");
		buf_printf(buf, " %s", human_share(program->time_ns, waited->wall_ns).text);
	}
	buf_append_text(buf, ".\n");
}

void report_gantt_append(struct buf *buf, const struct denet_waited *waited)
{
	AUTO_FREE struct stretch *stretches = NULL;
	size_t count, left_out;

	if (!waited || waited->unknown || !waited->segments_count)
		return;
	stretches = calloc(waited->segments_count, sizeof(*stretches));
	if (!stretches) {
		buf->error = -ENOMEM;
		return;
	}
	count = merge(waited, stretches);
	left_out = choose(stretches, count);
	append_programs(buf, waited);
	if (left_out == count)
		return;
	buf_append_text(buf, "\n<details><summary>In the order of time</summary>\n");
	append_chart(buf, stretches, count);
	if (left_out)
		buf_printf(buf, "\nShorter ones left out: %s.\n", human_count(left_out).text);
	buf_append_text(buf, "\n</details>\n");
}
