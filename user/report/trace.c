/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report/lanes.h"
#include "util/accounting.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/quote.h"
#include "util/units.h"
#include "util/utf8.h"

/* No process has these as its number here. */
#define WAITED_PID 0
#define LANES_PID 1
#define FIRST_PID 2

#define KIB_PER_MIB 1024

struct trace {
	struct json json;
	const struct trace_run *run;
	struct buf text; /* of a name in the making */
};

/* Where an event stands. */
struct track {
	uint64_t pid;
	uint64_t tid;
};

static void trace_freep(struct trace *trace)
{
	buf_done(&trace->text);
}

/* A viewer shows it as it is: nothing in it may reorder what stands beside. */
static void write_plain(struct trace *trace, const char *key, const char *text)
{
	buf_reset(&trace->text);
	utf8_append_plain(&trace->text, text, strlen(text));
	if (trace->text.error)
		trace->json.buf->error = trace->text.error;
	json_bytes(&trace->json, key, buf_text(&trace->text), trace->text.len);
}

static void write_command(struct trace *trace, const char *args, size_t len)
{
	AUTO(buf) struct buf words = { 0 };

	for (size_t at = 0; at < len; at += strlen(args + at) + 1) {
		if (at)
			buf_append_char(&words, ' ');
		quote_append(&words, args + at);
	}
	if (words.error)
		trace->json.buf->error = words.error;
	else if (words.len)
		write_plain(trace, "cmd", words.data);
}

/* What was before the start was not watched. */
static uint64_t us_of(int64_t ns)
{
	return ns > 0 ? (uint64_t)ns / NS_PER_US : 0;
}

static void begin(struct trace *trace, const char *phase, const char *name, struct track track)
{
	json_object_begin(&trace->json, NULL);
	json_string(&trace->json, "ph", phase);
	write_plain(trace, "name", name);
	json_u64(&trace->json, "pid", track.pid);
	json_u64(&trace->json, "tid", track.tid);
}

/* Both ends are cut to microseconds, so that what adjoins does so there as well. */
static void begin_stretch(struct trace *trace, const char *name, const char *category,
			  struct track track, int64_t start_ns, int64_t end_ns)
{
	begin(trace, "X", name, track);
	json_string(&trace->json, "cat", category);
	json_u64(&trace->json, "ts", us_of(start_ns));
	json_u64(&trace->json, "dur", us_of(end_ns) - us_of(start_ns));
	json_object_begin(&trace->json, "args");
}

static void end_event(struct trace *trace)
{
	json_object_end(&trace->json);
	json_object_end(&trace->json);
}

static void write_track_name(struct trace *trace, const char *kind, const char *name,
			     struct track track)
{
	begin(trace, "M", kind, track);
	json_object_begin(&trace->json, "args");
	write_plain(trace, "name", name);
	end_event(trace);
}

/* --- what the wall time waited for ------------------------------------------------------------- */

static void write_waited(struct trace *trace)
{
	const struct denet_waited *waited = trace->run->waited;
	const struct track track = { WAITED_PID, 0 };

	if (waited->unknown)
		return;
	write_track_name(trace, "process_name", "what the wall time waited for", track);
	for (size_t i = 0; i < waited->segments_count; i++) {
		const struct denet_waited_segment *segment = &waited->segments[i];

		begin_stretch(trace, segment->comm, "waited for", track, (int64_t)segment->start_ns,
			      (int64_t)segment->end_ns);
		json_u64(&trace->json, "pid", segment->pid);
		write_command(trace, segment->command.args, segment->command.args_len);
		if (segment->is_waiting)
			json_bool(&trace->json, "waiting", true);
		end_event(trace);
	}
}

/* --- processes ---------------------------------------------------------------------------------- */

static void write_life_args(struct trace *trace, const struct life *life)
{
	struct json *json = &trace->json;

	json_u64(json, "pid", life->pid);
	if (life->ppid)
		json_u64(json, "ppid", life->ppid);
	write_command(trace, lives_text(trace->run->lives, life->args_at), life->args_len);
	if (life->cpu_ns != DENET_UNKNOWN)
		json_u64(json, "cpu us", life->cpu_ns / NS_PER_US);
	if (life->peak_rss_kb != DENET_UNKNOWN)
		json_u64(json, "peak rss KiB", life->peak_rss_kb);
	if (life->end.known && life->end.signal)
		json_i64(json, "signal", life->end.signal);
	else if (life->end.known)
		json_i64(json, "exit", life->end.exit_code);
	if (life->was_oom_killed)
		json_bool(json, "out of memory", true);
	if (life->is_running)
		json_bool(json, "running", true);
}

/* Each within the process, one behind the other, whatever the record says. */
static void write_programs(struct trace *trace, const struct life *life, struct track track)
{
	const struct lives *lives = trace->run->lives;
	const struct life_program *programs = &lives->programs[life->programs_at];
	int64_t start_ns = life->start_ns;

	for (size_t i = 0; i < life->programs_count; i++) {
		bool is_last = i + 1 == life->programs_count;
		int64_t end_ns = is_last ? life->end_ns : programs[i + 1].start_ns;

		if (end_ns < start_ns)
			end_ns = start_ns;
		if (end_ns > life->end_ns)
			end_ns = life->end_ns;
		begin_stretch(trace, lives_text(lives, programs[i].comm_at), "program", track,
			      start_ns, end_ns);
		if (programs[i].cpu_ns != DENET_UNKNOWN)
			json_u64(&trace->json, "cpu us", programs[i].cpu_ns / NS_PER_US);
		end_event(trace);
		start_ns = end_ns;
	}
}

static void write_life(struct trace *trace, const struct life *life, struct track track)
{
	begin_stretch(trace, lives_text(trace->run->lives, life->comm_at), "process", track,
		      life->start_ns, life->end_ns);
	write_life_args(trace, life);
	end_event(trace);
	write_programs(trace, life, track);
}

static void write_tracks(struct trace *trace)
{
	const struct lives *lives = trace->run->lives;

	for (size_t i = 0; i < lives->count; i++) {
		const struct life *life = &lives->items[i];
		const struct track track = { FIRST_PID + i, FIRST_PID + i };

		if (!life->is_timed)
			continue;
		write_track_name(trace, "process_name", lives_text(lives, life->comm_at), track);
		begin(trace, "M", "process_sort_index", track);
		json_object_begin(&trace->json, "args");
		json_u64(&trace->json, "sort_index", i + 1);
		end_event(trace);
		write_life(trace, life, track);
	}
}

static int write_lanes(struct trace *trace)
{
	const struct lives *lives = trace->run->lives;
	AUTO(lanes) struct lanes lanes;
	int r = lanes_init(&lanes, lives->count);

	if (r)
		return r;
	write_track_name(trace, "process_name", "processes", (struct track){ LANES_PID, 1 });
	for (size_t i = 0; i < lives->count; i++) {
		const struct life *life = &lives->items[i];

		if (life->is_timed)
			write_life(trace, life,
				   (struct track){ LANES_PID, 1 + lanes_take(&lanes, life->start_ns,
									     life->end_ns) });
	}
	return 0;
}

/* --- the rest ----------------------------------------------------------------------------------- */

static void write_counter(struct trace *trace, const char *name, uint64_t ts_us, double value)
{
	begin(trace, "C", name, (struct track){ LANES_PID, 0 });
	json_u64(&trace->json, "ts", ts_us);
	json_object_begin(&trace->json, "args");
	json_double(&trace->json, name, value);
	end_event(trace);
}

static void write_counters(struct trace *trace)
{
	const struct denet_series *series = trace->run->series;

	for (size_t i = 0; i < series->count; i++) {
		uint64_t ts_us = i * (series->step_ns / NS_PER_US);

		write_counter(trace, "CPU cores", ts_us, series->cpu_cores[i]);
		if (series->memory_kb[i])
			write_counter(trace, "sum of RSS MiB", ts_us,
				      (double)series->memory_kb[i] / KIB_PER_MIB);
	}
}

static void write_facts(struct trace *trace)
{
	const struct trace_run *run = trace->run;
	size_t untimed = 0;

	for (size_t i = 0; i < run->lives->count; i++)
		untimed += !run->lives->items[i].is_timed;
	json_object_begin(&trace->json, "otherData");
	write_command(trace, run->summary->command.args, run->summary->command.args_len);
	if (run->summary->accounting != DENET_ACCOUNTING_AUTO)
		json_string(&trace->json, "accounting", accounting_name(run->summary->accounting));
	if (run->summary->incomplete)
		write_plain(trace, "incomplete", run->summary->incomplete);
	if (run->waited->unknown)
		write_plain(trace, "not known what the wall time waited for", run->waited->unknown);
	if (untimed)
		json_u64(&trace->json, "processes without times, left out", untimed);
	json_object_end(&trace->json);
}

int trace_append(struct buf *buf, const struct trace_run *run)
{
	AUTO(trace) struct trace trace = { .run = run };
	int r = 0;

	json_init(&trace.json, buf);
	json_object_begin(&trace.json, NULL);
	json_string(&trace.json, "displayTimeUnit", "ms");
	write_facts(&trace);
	json_array_begin(&trace.json, "traceEvents");
	write_waited(&trace);
	if (run->has_track_each)
		write_tracks(&trace);
	else
		r = write_lanes(&trace);
	write_counters(&trace);
	json_array_end(&trace.json);
	json_object_end(&trace.json);
	buf_append_char(buf, '\n');
	return r ? r : buf->error;
}
