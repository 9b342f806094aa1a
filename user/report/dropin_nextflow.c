/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/dropin.h"
#include "util/utf8.h"

#define BYTES_PER_KIB 1024
#define MS_PER_S 1e3
#define SIGNALLED 128 /* plus the signal's number, as a shell has it */
#define LONGEST_MS 1e18

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
	buf_append_char(buf, '\t');
	utf8_append_plain(buf, name && *name ? name : "-", name && *name ? strlen(name) : 1);
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

void dropin_append_nextflow(struct buf *buf, const struct dropin_run *run)
{
	const struct denet_summary *summary = run->summary;
	const struct denet_counters *used = &summary->used;

	buf_append_text(buf, "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\t"
			     "realtime\t%cpu\tpeak_rss\tpeak_vmem\trchar\twchar\tread_bytes\t"
			     "write_bytes\tsyscr\tsyscw\tvol_ctxt\tinv_ctxt\n1\t-");
	append_count(buf, run->start && run->start->pid ? run->start->pid : DENET_UNKNOWN);
	append_name(buf, run);
	append_end(buf, &summary->end);
	append_count(buf, run->start ? run->start->t0_ms : DENET_UNKNOWN);
	append_ms(buf, summary->total_time_secs);
	append_ms(buf, summary->total_time_secs);
	if (isfinite(summary->avg_cpu_usage))
		buf_printf(buf, "\t%.1f", summary->avg_cpu_usage);
	else
		buf_append_text(buf, "\t-");
	append_kib(buf, summary->peak_mem_rss_kb);
	append_kib(buf, run->peak_vms_kb);
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
