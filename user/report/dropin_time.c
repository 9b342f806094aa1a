/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/dropin.h"
#include "util/cleanup.h"
#include "util/units.h"
#include "util/utf8.h"

#define BYTES_PER_BLOCK 512
#define SECONDS_PER_HOUR 3600

static void append_count(struct buf *buf, const char *name, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		buf_printf(buf, "\t%s: %" PRIu64 "\n", name, value);
}

static void append_seconds(struct buf *buf, const char *name, uint64_t ns)
{
	if (ns != DENET_UNKNOWN)
		buf_printf(buf, "\t%s: %.2f\n", name, (double)ns / NS_PER_S);
}

static uint64_t blocks_of(uint64_t bytes)
{
	return bytes == DENET_UNKNOWN ? bytes : bytes / BYTES_PER_BLOCK;
}

/* Arguments with a blank between, in one line whatever is in them. */
static void append_command(struct buf *buf, const struct denet_command *command)
{
	AUTO(buf) struct buf words = { 0 };

	if (!command->args_len)
		return;
	for (size_t at = 0; at < command->args_len; at += strlen(command->args + at) + 1) {
		if (at)
			buf_append_char(&words, ' ');
		buf_append_text(&words, command->args + at);
	}
	buf_append_text(buf, "\tCommand being timed: \"");
	utf8_append_plain(buf, buf_text(&words), words.len);
	buf_append_text(buf, "\"\n");
	if (words.error)
		buf->error = words.error;
}

static void append_elapsed(struct buf *buf, double seconds)
{
	uint64_t hundredths;

	if (!(seconds >= 0 && seconds < 1e15))
		return;
	hundredths = (uint64_t)(seconds * 100);
	buf_append_text(buf, "\tElapsed (wall clock) time (h:mm:ss or m:ss): ");
	if (seconds >= SECONDS_PER_HOUR)
		buf_printf(buf, "%" PRIu64 ":%02u:%02u\n", hundredths / 360000,
			   (unsigned int)(hundredths / 6000 % 60),
			   (unsigned int)(hundredths / 100 % 60));
	else
		buf_printf(buf, "%u:%02u.%02u\n", (unsigned int)(hundredths / 6000),
			   (unsigned int)(hundredths / 100 % 60), (unsigned int)(hundredths % 100));
}

static void append_end(struct buf *buf, const struct denet_end *end)
{
	if (end->known && end->signal)
		buf_printf(buf, "Command terminated by signal %d\n", end->signal);
	else if (end->known && end->exit_code)
		buf_printf(buf, "Command exited with non-zero status %d\n", end->exit_code);
}

void dropin_append_time(struct buf *buf, const struct dropin_run *run)
{
	const struct denet_summary *summary = run->summary;
	const struct denet_counters *used = &summary->used;

	append_end(buf, &summary->end);
	append_command(buf, &summary->command);
	append_seconds(buf, "User time (seconds)", used->cpu_user_ns);
	append_seconds(buf, "System time (seconds)", used->cpu_system_ns);
	if (summary->avg_cpu_usage >= 0 && summary->avg_cpu_usage < 1e9)
		buf_printf(buf, "\tPercent of CPU this job got: %u%%\n",
			   (unsigned int)summary->avg_cpu_usage);
	append_elapsed(buf, summary->total_time_secs);
	append_count(buf, "Maximum resident set size (kbytes)", summary->peak_process_rss_kb);
	append_count(buf, "Major (requiring I/O) page faults", used->page_faults_disk);
	append_count(buf, "Minor (reclaiming a frame) page faults", used->page_faults_cached);
	append_count(buf, "Voluntary context switches", used->ctx_switches_voluntary);
	append_count(buf, "Involuntary context switches", used->ctx_switches_involuntary);
	append_count(buf, "File system inputs", blocks_of(used->disk_read_bytes));
	append_count(buf, "File system outputs", blocks_of(used->disk_write_bytes));
	if (summary->end.known && !summary->end.signal)
		buf_printf(buf, "\tExit status: %d\n", summary->end.exit_code);
}
