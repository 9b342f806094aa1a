/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/dropin.h"
#include "util/units.h"
#include "util/utf8.h"

#define BYTES_PER_KIB 1024
#define MS_PER_S 1e3
#define SIGNALLED 128 /* plus the signal's number, as a shell has it */
#define LONGEST_MS 1e18
#define PERCENT 100
#define HASH_SIZE 16
#define NAME_SIZE 512

static void append_count(struct buf *buf, uint64_t value)
{
	if (value == DENET_UNKNOWN)
		buf_append_text(buf, "\t-");
	else
		buf_printf(buf, "\t%" PRIu64, value);
}

static void append_kib(struct buf *buf, uint64_t kib)
{
	append_count(buf, kib == DENET_UNKNOWN ? kib : kib * BYTES_PER_KIB);
}

static void append_ms(struct buf *buf, double seconds)
{
	double ms = seconds * MS_PER_S;

	append_count(buf, ms >= 0 && ms < LONGEST_MS ? (uint64_t)ms : DENET_UNKNOWN);
}

static void append_text(struct buf *buf, const char *text)
{
	buf_append_char(buf, '\t');
	utf8_append_plain(buf, text && *text ? text : "-", text && *text ? strlen(text) : 1);
}

static void append_percent(struct buf *buf, double percent)
{
	if (isfinite(percent))
		buf_printf(buf, "\t%.1f", percent);
	else
		buf_append_text(buf, "\t-");
}

/* The label, or the name of the program without its folder. */
static void append_name(struct buf *buf, const struct dropin_run *run)
{
	const struct denet_command *command = &run->summary->command;
	const char *name = run->start ? run->start->label : NULL;
	const char *slash;

	if (!name && command->args_len) {
		slash = strrchr(command->args, '/');
		name = slash && slash[1] ? slash + 1 : command->args;
	}
	append_text(buf, name);
}

static void append_end(struct buf *buf, const struct denet_end *end)
{
	if (!end->known)
		buf_append_text(buf, "\t-\t-");
	else if (end->signal)
		buf_printf(buf, "\tFAILED\t%d", SIGNALLED + end->signal);
	else
		buf_printf(buf, "\t%s\t%d", end->exit_code ? "FAILED" : "COMPLETED",
			   end->exit_code);
}

static void append_counters(struct buf *buf, const struct denet_counters *used)
{
	append_count(buf, used->syscall_read_bytes);
	append_count(buf, used->syscall_write_bytes);
	append_count(buf, used->disk_read_bytes);
	append_count(buf, used->disk_write_bytes);
	append_count(buf, used->syscall_read_count);
	append_count(buf, used->syscall_write_count);
	append_count(buf, used->ctx_switches_voluntary);
	append_count(buf, used->ctx_switches_involuntary);
	buf_append_char(buf, '\n');
}

static void append_run(struct buf *buf, const struct dropin_run *run)
{
	const struct denet_summary *summary = run->summary;

	buf_append_text(buf, "1\t-");
	append_count(buf, run->start && run->start->pid ? run->start->pid : DENET_UNKNOWN);
	append_name(buf, run);
	append_end(buf, &summary->end);
	append_count(buf, run->start ? run->start->t0_ms : DENET_UNKNOWN);
	append_ms(buf, summary->total_time_secs);
	append_ms(buf, summary->total_time_secs);
	append_percent(buf, summary->avg_cpu_usage);
	append_kib(buf, summary->peak_mem_rss_kb);
	append_kib(buf, run->peak_vms_kb);
	append_counters(buf, &summary->used);
}

/* --- tasks -------------------------------------------------------------------------------------- */

static double life_ns(const struct nextflow_life *life)
{
	return life->has_ended ? (double)(life->end_ns - life->start_ns) : NAN;
}

static void append_folder(struct buf *buf, const char *folder)
{
	char hash[HASH_SIZE];

	append_text(buf, folder && nextflow_hash(folder, sizeof(hash), hash) ? hash : NULL);
}

static void append_task_name(struct buf *buf, const char *folder)
{
	char name[NAME_SIZE];

	append_text(buf, folder && nextflow_name(folder, sizeof(name), name) ? name : NULL);
}

static void append_submit(struct buf *buf, const struct denet_start *start,
			  const struct nextflow_life *job)
{
	if (start && start->t0_ms != DENET_UNKNOWN)
		append_count(buf, start->t0_ms + (uint64_t)(job->start_ns / (int64_t)NS_PER_MS));
	else
		append_count(buf, DENET_UNKNOWN);
}

static void append_task(struct buf *buf, const struct dropin_run *run,
			const struct nextflow_task *task)
{
	const struct nextflow_life *items = run->nextflow->items;
	const struct nextflow_life *script =
		&items[task->script == NEXTFLOW_NONE ? task->job : task->script];
	const struct nextflow_life *job =
		&items[task->job == NEXTFLOW_NONE ? task->script : task->job];
	const char *folder = nextflow_text(run->nextflow, task->folder_at);
	uint64_t cpu_ns = task->used.counters.cpu_time_ns;

	append_folder(buf, folder);
	append_count(buf, job->pid ? job->pid : DENET_UNKNOWN);
	append_task_name(buf, folder);
	append_end(buf, &script->end);
	append_submit(buf, run->start, job);
	append_ms(buf, life_ns(job) / NS_PER_S);
	append_ms(buf, life_ns(script) / NS_PER_S);
	append_percent(buf,
		       cpu_ns == DENET_UNKNOWN ? NAN : PERCENT * (double)cpu_ns / life_ns(script));
	append_kib(buf, task->used.peak_rss_kb);
	append_count(buf, DENET_UNKNOWN);
	append_counters(buf, &task->used.counters);
}

void dropin_append_nextflow(struct buf *buf, const struct dropin_run *run)
{
	const struct nextflow *nextflow = run->nextflow;

	buf_append_text(buf, "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\t"
			     "realtime\t%cpu\tpeak_rss\tpeak_vmem\trchar\twchar\tread_bytes\t"
			     "write_bytes\tsyscr\tsyscw\tvol_ctxt\tinv_ctxt\n");
	if (!nextflow || !nextflow->tasks_count) {
		append_run(buf, run);
		return;
	}
	for (size_t i = 0; i < nextflow->tasks_count; i++) {
		buf_printf(buf, "%zu", i + 1);
		append_task(buf, run, &nextflow->tasks[i]);
	}
}
