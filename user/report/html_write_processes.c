/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The members about processes: a list a figure, which packs best and is read fastest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/html_write.h"
#include "util/cleanup.h"
#include "util/units.h"

/* Names that the page gets, by what they were while records were read. */
struct numbering {
	uint32_t *numbers; /* owned; HTML_NONE: not needed */
	uint32_t count;
};

static void numbering_freep(struct numbering *numbering)
{
	free(numbering->numbers);
}

static int numbering_init(struct numbering *numbering, size_t count)
{
	numbering->numbers = malloc((count + 1) * sizeof(*numbering->numbers));
	if (!numbering->numbers)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		numbering->numbers[i] = HTML_NONE;
	return 0;
}

static void need(struct numbering *numbering, uint32_t name)
{
	if (numbering->numbers[name] == HTML_NONE)
		numbering->numbers[name] = numbering->count++;
}

/* Of the segments the longest; by length, then by what came first. */
static int by_length(const void *a, const void *b)
{
	const struct denet_waited_segment *x = *(const struct denet_waited_segment *const *)a;
	const struct denet_waited_segment *y = *(const struct denet_waited_segment *const *)b;
	uint64_t x_ns = x->end_ns - x->start_ns, y_ns = y->end_ns - y->start_ns;

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	return x < y ? -1 : x > y;
}

static int by_place(const void *a, const void *b)
{
	const struct denet_waited_segment *x = *(const struct denet_waited_segment *const *)a;
	const struct denet_waited_segment *y = *(const struct denet_waited_segment *const *)b;

	return x < y ? -1 : x > y;
}

/* What the page shows of what was waited for. */
struct path {
	const struct denet_waited_segment **segments; /* owned; in the order of time */
	uint64_t *ids; /* owned */
	uint32_t *comms; /* owned */
	size_t count;
};

static void path_freep(struct path *path)
{
	free(path->segments);
	free(path->ids);
	free(path->comms);
}

static int path_take(struct path *path, const struct denet_waited *waited)
{
	size_t count = waited->unknown ? 0 : waited->segments_count;

	path->segments = calloc(count + 1, sizeof(*path->segments));
	path->ids = calloc(count + 1, sizeof(*path->ids));
	path->comms = calloc(count + 1, sizeof(*path->comms));
	if (!path->segments || !path->ids || !path->comms)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		path->segments[i] = &waited->segments[i];
	if (count > HTML_SEGMENTS_MAX) {
		qsort(path->segments, count, sizeof(*path->segments), by_length);
		count = HTML_SEGMENTS_MAX;
		qsort(path->segments, count, sizeof(*path->segments), by_place);
	}
	path->count = count;
	for (size_t i = 0; i < count; i++)
		path->ids[i] = path->segments[i]->id;
	return 0;
}

static int name_path(struct path *path, struct html_names *names)
{
	int r = 0;

	for (size_t i = 0; i < path->count && !r; i++) {
		const char *comm = path->segments[i]->comm;

		r = html_names_add(names, comm, strlen(comm), &path->comms[i]);
	}
	return r;
}

static int number_names(struct numbering *numbering, const struct html_processes *processes,
			const struct path *path)
{
	int r = numbering_init(numbering, processes->names.count);

	if (r)
		return r;
	for (size_t i = 0; i < processes->count; i++)
		if (processes->items[i].is_kept) {
			need(numbering, processes->items[i].comm);
			need(numbering, processes->items[i].command);
		}
	for (size_t i = 0; i < path->count; i++)
		need(numbering, path->comms[i]);
	return 0;
}

static int write_names(struct html_out *out, const struct html_names *names,
		       const struct numbering *numbering)
{
	AUTO_FREE uint32_t *order = calloc(numbering->count + 1u, sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->count; i++)
		if (numbering->numbers[i] != HTML_NONE)
			order[numbering->numbers[i]] = i;
	json_array_begin(&out->json, "names");
	for (uint32_t i = 0; i < numbering->count; i++) {
		size_t len;
		const char *text = html_names_get(names, order[i], &len);

		json_bytes(&out->json, NULL, text, len);
		html_out_pass(out);
	}
	json_array_end(&out->json);
	return 0;
}

enum figure {
	FIGURE_COMM,
	FIGURE_COMMAND,
	FIGURE_PID,
	FIGURE_PPID,
	FIGURE_PARENT,
	FIGURE_START,
	FIGURE_WALL,
	FIGURE_CPU,
	FIGURE_PEAK,
	FIGURE_STATUS,
	FIGURE_FLAGS,
	FIGURES,
};

/* -1 where nothing is known. */
static int64_t figure_of(const struct html_processes *processes, const struct html_process *item,
			 const struct numbering *numbering, enum figure figure)
{
	uint32_t parent;

	switch (figure) {
	case FIGURE_COMM:
		return numbering->numbers[item->comm];
	case FIGURE_COMMAND:
		return numbering->numbers[item->command];
	case FIGURE_PID:
		return item->pid;
	case FIGURE_PPID:
		return item->ppid;
	case FIGURE_PARENT:
		parent = html_processes_find(processes, item->parent_id);
		return parent == HTML_NONE ? -1 : (int64_t)parent;
	case FIGURE_START:
		return item->start_ns / (int64_t)NS_PER_US;
	case FIGURE_WALL:
		return (item->end_ns - item->start_ns) / (int64_t)NS_PER_US;
	case FIGURE_CPU:
		return (int64_t)(item->cpu_ns / NS_PER_US);
	case FIGURE_PEAK:
		return item->peak_kb == DENET_UNKNOWN ? -1 : (int64_t)item->peak_kb;
	case FIGURE_STATUS:
		return item->status;
	default:
		return item->flags;
	}
}

static void write_figures(struct html_out *out, const struct html_processes *processes,
			  const struct numbering *numbering)
{
	static const char *const keys[FIGURES] = {
		[FIGURE_COMM] = "comm",	    [FIGURE_COMMAND] = "command",
		[FIGURE_PID] = "pid",	    [FIGURE_PPID] = "ppid",
		[FIGURE_PARENT] = "parent", [FIGURE_START] = "startUs",
		[FIGURE_WALL] = "wallUs",   [FIGURE_CPU] = "cpuUs",
		[FIGURE_PEAK] = "peakKb",   [FIGURE_STATUS] = "status",
		[FIGURE_FLAGS] = "flags",
	};

	json_object_begin(&out->json, "processes");
	for (size_t figure = 0; figure < FIGURES; figure++) {
		json_array_begin(&out->json, keys[figure]);
		for (size_t i = 0; i < processes->count; i++) {
			if (processes->items[i].is_kept)
				json_i64(&out->json, NULL,
					 figure_of(processes, &processes->items[i], numbering,
						   (enum figure)figure));
			html_out_pass(out);
		}
		json_array_end(&out->json);
	}
	json_object_end(&out->json);
}

static void write_segments(struct html_out *out, const struct html_processes *processes,
			   const struct numbering *numbering, const struct path *path)
{
	json_array_begin(&out->json, "segments");
	for (size_t i = 0; i < path->count; i++) {
		const struct denet_waited_segment *segment = path->segments[i];
		uint32_t process = html_processes_find(processes, segment->id);

		json_array_begin(&out->json, NULL);
		json_i64(&out->json, NULL, process == HTML_NONE ? -1 : (int64_t)process);
		json_u64(&out->json, NULL, numbering->numbers[path->comms[i]]);
		json_u64(&out->json, NULL, segment->start_ns / NS_PER_US);
		json_u64(&out->json, NULL, segment->end_ns / NS_PER_US);
		json_u64(&out->json, NULL, segment->is_waiting);
		json_array_end(&out->json);
		html_out_pass(out);
	}
	json_array_end(&out->json);
}

static void write_waited(struct html_out *out, const struct html_processes *processes,
			 const struct numbering *numbering, const struct path *path,
			 const struct denet_waited *waited)
{
	json_object_begin(&out->json, "waited");
	json_string(&out->json, "unknown", waited->unknown);
	if (!waited->unknown) {
		json_u64(&out->json, "wallNs", waited->wall_ns);
		json_u64(&out->json, "waitingNs", waited->waiting_ns);
		json_u64(&out->json, "runDelayNs", waited->run_delay_ns);
		json_u64(&out->json, "segmentsCount", waited->segments_count);
	}
	write_segments(out, processes, numbering, path);
	json_object_end(&out->json);
}

int html_write_processes(struct html_out *out, struct html_run *run)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	struct html_processes *processes = &run->processes;
	AUTO(numbering) struct numbering numbering = { 0 };
	AUTO(path) struct path path = { 0 };
	int r = denet_analysis_waited(run->analysis, &waited);

	if (!r)
		r = path_take(&path, &waited);
	if (!r)
		r = name_path(&path, &processes->names);
	if (!r)
		r = html_processes_select(processes, HTML_PROCESSES_MAX, HTML_HEAVIEST_MAX,
					  path.ids, path.count);
	if (!r)
		r = number_names(&numbering, processes, &path);
	if (!r)
		r = write_names(out, &processes->names, &numbering);
	if (r)
		return r;
	write_figures(out, processes, &numbering);
	write_waited(out, processes, &numbering, &path, &waited);
	return 0;
}
