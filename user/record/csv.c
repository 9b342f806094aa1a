/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/csv.h"

#include <math.h>
#include <stdint.h>

#include "record/decimal.h"

/* All fields are numbers, and so none needs quotes. */
static const char header[] = "ts_ms,cpu_usage,mem_rss_kb,mem_vms_kb,disk_read_bytes,"
			     "disk_write_bytes,syscall_read_bytes,syscall_write_bytes,"
			     "page_faults_cached,page_faults_disk,sys_net_rx_bytes,"
			     "sys_net_tx_bytes,thread_count,process_count,uptime_secs,"
			     "psi_mem_some_avg10,psi_mem_full_avg10,cpu_time_ns,"
			     "ctx_switches_voluntary,ctx_switches_involuntary,run_delay_ns,"
			     "processes_started,processes_exited,pss_kb\r\n";

void csv_append_header(struct buf *buf)
{
	buf_append(buf, header, sizeof(header) - 1);
}

static void put(struct buf *buf, uint64_t value)
{
	char text[DECIMAL_MAX_BYTES];
	size_t len = 0;

	if (value != DENET_UNKNOWN)
		len = decimal_from_u64(value, text);
	text[len++] = ',';
	buf_append(buf, text, len);
}

static void put_float(struct buf *buf, double value)
{
	char text[DECIMAL_MAX_BYTES];
	size_t len = 0;

	if (isfinite((float)value))
		len = decimal_from_float((float)value, text);
	text[len++] = ',';
	buf_append(buf, text, len);
}

static void put_psi(struct buf *buf, const struct denet_sample *sample)
{
	bool is_whole = isfinite(sample->psi_some_avg10) && isfinite(sample->psi_full_avg10);

	put_float(buf, is_whole ? sample->psi_some_avg10 : NAN);
	put_float(buf, is_whole ? sample->psi_full_avg10 : NAN);
}

void csv_append_row(struct buf *buf, const struct denet_tree *tree, bool root_alone)
{
	const struct denet_sample *sample = root_alone ? &tree->parent : &tree->aggregated;
	const struct denet_counters *used = &sample->used;

	put(buf, root_alone ? sample->ts_ms : tree->ts_ms);
	put_float(buf, sample->cpu_usage);
	put(buf, sample->mem_rss_kb);
	put(buf, sample->mem_vms_kb);
	put(buf, used->disk_read_bytes);
	put(buf, used->disk_write_bytes);
	put(buf, used->syscall_read_bytes);
	put(buf, used->syscall_write_bytes);
	put(buf, used->page_faults_cached);
	put(buf, used->page_faults_disk);
	put(buf, sample->sys_net_rx_bytes);
	put(buf, sample->sys_net_tx_bytes);
	put(buf, sample->thread_count);
	put(buf, root_alone ? DENET_UNKNOWN : tree->process_count);
	put(buf, sample->uptime_secs);
	put_psi(buf, sample);
	put(buf, used->cpu_time_ns);
	put(buf, used->ctx_switches_voluntary);
	put(buf, used->ctx_switches_involuntary);
	put(buf, used->run_delay_ns);
	put(buf, tree->processes_started);
	put(buf, tree->processes_exited);
	put(buf, sample->pss_kb);
	if (buf->error)
		return;
	buf->len--; /* the comma behind the last */
	buf_append_text(buf, "\r\n");
}
