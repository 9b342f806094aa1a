/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <inttypes.h>
#include <math.h>

#include "report/dropin.h"
#include "util/units.h"

#define KIB_PER_MIB 1024.0
#define BYTES_PER_MIB 1048576.0
#define SECONDS_PER_DAY 86400

static double number_of(uint64_t value)
{
	return value == DENET_UNKNOWN ? (double)NAN : (double)value;
}

static void append_number(struct buf *buf, double value)
{
	if (isfinite(value))
		buf_printf(buf, "\t%.2f", value);
	else
		buf_append_text(buf, "\tNA");
}

/* As Python prints a difference of times, cut to seconds. */
static void append_clock(struct buf *buf, double seconds)
{
	uint64_t whole = seconds > 0 && seconds < 1e15 ? (uint64_t)seconds : 0;
	uint64_t days = whole / SECONDS_PER_DAY;
	unsigned int rest = (unsigned int)(whole % SECONDS_PER_DAY);

	buf_append_char(buf, '\t');
	if (days)
		buf_printf(buf, "%" PRIu64 " day%s, ", days, days == 1 ? "" : "s");
	buf_printf(buf, "%u:%02u:%02u", rest / 3600, rest / 60 % 60, rest % 60);
}

void dropin_append_snakemake(struct buf *buf, const struct dropin_run *run)
{
	const struct denet_summary *summary = run->summary;
	double seconds = summary->total_time_secs;

	buf_append_text(buf, "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\t"
			     "mean_load\tcpu_time\n");
	if (isfinite(seconds)) {
		buf_printf(buf, "%.2f", seconds);
		append_clock(buf, seconds);
	} else {
		buf_append_text(buf, "NA\tNA");
	}
	append_number(buf, number_of(summary->peak_mem_rss_kb) / KIB_PER_MIB);
	append_number(buf, number_of(run->peak_vms_kb) / KIB_PER_MIB);
	/* Memory of one process alone is not looked at. */
	append_number(buf, (double)NAN);
	append_number(buf, number_of(summary->peak_pss_kb) / KIB_PER_MIB);
	append_number(buf, number_of(summary->used.disk_read_bytes) / BYTES_PER_MIB);
	append_number(buf, number_of(summary->used.disk_write_bytes) / BYTES_PER_MIB);
	append_number(buf, summary->avg_cpu_usage);
	append_number(buf, number_of(summary->used.cpu_time_ns) / NS_PER_S);
	buf_append_char(buf, '\n');
}
