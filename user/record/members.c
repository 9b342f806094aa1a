/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/members.h"

#include <math.h>
#include <string.h>

#define DEMANDED_MAX 11 /* keys that denet's reader does not do without */

/* A sample on its way into an object. */
struct body {
	struct json *json;
	bool is_compat;
	bool has_demands;
	const char *unknown[DEMANDED_MAX];
	size_t unknown_count;
};

const char *members_accounting_name(enum denet_accounting accounting)
{
	switch (accounting) {
	case DENET_ACCOUNTING_BPF:
		return "bpf";
	case DENET_ACCOUNTING_PROC:
		return "proc";
	case DENET_ACCOUNTING_NONE:
		return "none";
	case DENET_ACCOUNTING_AUTO:
		break;
	}
	return "auto";
}

void members_write_known(struct json *json, const char *key, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		json_u64(json, key, value);
}

void members_write_args(struct json *json, const char *key, const struct denet_command *command)
{
	const char *arg = command->args;
	const char *end;

	if (!command->args_len)
		return;
	end = arg + command->args_len;
	json_array_begin(json, key);
	while (arg < end) {
		size_t len = strnlen(arg, (size_t)(end - arg));

		json_bytes(json, NULL, arg, len);
		arg += len + 1;
	}
	json_array_end(json);
}

void members_write_end(struct json *json, const struct denet_end *end)
{
	if (!end->known)
		return;
	if (end->signal)
		json_i64(json, "signal", end->signal);
	else
		json_i64(json, "exit_code", end->exit_code);
}

static void miss(struct body *body, const char *key)
{
	if (body->unknown_count < DEMANDED_MAX)
		body->unknown[body->unknown_count++] = key;
}

static void write_demanded(struct body *body, const char *key, uint64_t value)
{
	if (value != DENET_UNKNOWN) {
		json_u64(body->json, key, value);
	} else if (body->has_demands) {
		json_u64(body->json, key, 0);
		miss(body, key);
	}
}

static void write_cpu_usage(struct body *body, double cpu_usage)
{
	if (isfinite((float)cpu_usage)) {
		json_float(body->json, "cpu_usage", (float)cpu_usage);
	} else if (body->has_demands) {
		json_float(body->json, "cpu_usage", 0);
		miss(body, "cpu_usage");
	}
}

/* denet's keys up to thread_count, which samples and aggregates share. */
static void write_common(struct body *body, const struct denet_sample *sample, uint64_t ts_ms)
{
	const struct denet_counters *used = &sample->used;
	struct json *json = body->json;

	write_demanded(body, "ts_ms", ts_ms);
	write_cpu_usage(body, sample->cpu_usage);
	write_demanded(body, "mem_rss_kb", sample->mem_rss_kb);
	write_demanded(body, "mem_vms_kb", sample->mem_vms_kb);
	write_demanded(body, "disk_read_bytes", used->disk_read_bytes);
	write_demanded(body, "disk_write_bytes", used->disk_write_bytes);
	members_write_known(json, "syscall_read_bytes", used->syscall_read_bytes);
	members_write_known(json, "syscall_write_bytes", used->syscall_write_bytes);
	members_write_known(json, "page_faults_cached", used->page_faults_cached);
	members_write_known(json, "page_faults_disk", used->page_faults_disk);
	write_demanded(body, "sys_net_rx_bytes", sample->sys_net_rx_bytes);
	write_demanded(body, "sys_net_tx_bytes", sample->sys_net_tx_bytes);
	write_demanded(body, "thread_count", sample->thread_count);
}

static void write_psi(struct json *json, const struct denet_sample *sample)
{
	if (!isfinite((float)sample->psi_some_avg10) || !isfinite((float)sample->psi_full_avg10))
		return;
	json_object_begin(json, "psi_mem");
	json_float(json, "some_avg10", (float)sample->psi_some_avg10);
	json_float(json, "full_avg10", (float)sample->psi_full_avg10);
	json_object_end(json);
}

static void write_ours(struct body *body, const struct denet_sample *sample)
{
	const struct denet_counters *used = &sample->used;
	struct json *json = body->json;

	if (body->is_compat)
		return;
	members_write_known(json, "cpu_time_ns", used->cpu_time_ns);
	members_write_known(json, "ctx_switches_voluntary", used->ctx_switches_voluntary);
	members_write_known(json, "ctx_switches_involuntary", used->ctx_switches_involuntary);
	members_write_known(json, "run_delay_ns", used->run_delay_ns);
}

static void write_process_tail(struct body *body, const struct denet_sample *sample)
{
	write_demanded(body, "uptime_secs", sample->uptime_secs);
	if (body->is_compat && sample->cpu_core == DENET_UNKNOWN)
		json_null(body->json, "cpu_core");
	members_write_known(body->json, "cpu_core", sample->cpu_core);
	write_psi(body->json, sample);
	write_ours(body, sample);
}

/* What only a record about the whole run has: counts of processes, and what is not known. */
static void write_run_tail(struct body *body, const struct denet_tree *tree, uint64_t pss_kb)
{
	if (body->is_compat)
		return;
	members_write_known(body->json, "processes_started", tree->processes_started);
	members_write_known(body->json, "processes_exited", tree->processes_exited);
	members_write_known(body->json, "pss_kb", pss_kb);
	if (!body->unknown_count)
		return;
	json_array_begin(body->json, "unknown");
	for (size_t i = 0; i < body->unknown_count; i++)
		json_string(body->json, NULL, body->unknown[i]);
	json_array_end(body->json);
}

void members_write_sample(struct json *json, const struct denet_sample *sample, bool is_compat)
{
	struct body body = { .json = json, .is_compat = is_compat, .has_demands = is_compat };

	write_common(&body, sample, sample->ts_ms);
	write_process_tail(&body, sample);
	if (!is_compat)
		members_write_known(json, "pss_kb", sample->pss_kb);
}

void members_write_root(struct json *json, const struct denet_tree *tree, bool is_compat)
{
	struct body body = { .json = json, .is_compat = is_compat, .has_demands = true };

	write_common(&body, &tree->parent, tree->parent.ts_ms);
	write_process_tail(&body, &tree->parent);
	write_run_tail(&body, tree, tree->parent.pss_kb);
}

void members_write_aggregated(struct json *json, const struct denet_tree *tree, bool is_compat)
{
	const struct denet_sample *sample = &tree->aggregated;
	struct body body = { .json = json, .is_compat = is_compat, .has_demands = true };

	write_common(&body, sample, tree->ts_ms);
	write_demanded(&body, "process_count", tree->process_count);
	write_demanded(&body, "uptime_secs", sample->uptime_secs);
	write_psi(json, sample);
	write_ours(&body, sample);
	write_run_tail(&body, tree, sample->pss_kb);
}

void members_write_cpu(struct json *json, const struct denet_counters *used)
{
	members_write_known(json, "cpu_time_ns", used->cpu_time_ns);
	members_write_known(json, "cpu_user_ns", used->cpu_user_ns);
	members_write_known(json, "cpu_system_ns", used->cpu_system_ns);
	members_write_known(json, "run_delay_ns", used->run_delay_ns);
}

void members_write_io(struct json *json, const struct denet_counters *used)
{
	members_write_known(json, "disk_read_bytes", used->disk_read_bytes);
	members_write_known(json, "disk_write_bytes", used->disk_write_bytes);
	members_write_known(json, "syscall_read_bytes", used->syscall_read_bytes);
	members_write_known(json, "syscall_write_bytes", used->syscall_write_bytes);
}

void members_write_events(struct json *json, const struct denet_counters *used)
{
	members_write_known(json, "page_faults_cached", used->page_faults_cached);
	members_write_known(json, "page_faults_disk", used->page_faults_disk);
	members_write_known(json, "ctx_switches_voluntary", used->ctx_switches_voluntary);
	members_write_known(json, "ctx_switches_involuntary", used->ctx_switches_involuntary);
	members_write_known(json, "migrations", used->migrations);
}

static void write_figures(struct json *json, const struct denet_summary *summary)
{
	members_write_cpu(json, &summary->used);
	members_write_known(json, "processes_total", summary->processes_total);
	members_write_known(json, "processes_failed", summary->processes_failed);
	members_write_known(json, "processes_exact", summary->processes_exact);
	members_write_known(json, "processes_running", summary->processes_running);
	members_write_known(json, "threads_total", summary->threads_total);
	members_write_known(json, "peak_mem_at_ns", summary->peak_mem_at_ns);
	if (summary->peak_process_rss_kb != DENET_UNKNOWN) {
		json_u64(json, "peak_process_rss_kb", summary->peak_process_rss_kb);
		json_u64(json, "peak_process_pid", summary->peak_process_pid);
		if (summary->peak_process_comm)
			json_string(json, "peak_process_comm", summary->peak_process_comm);
	}
	members_write_events(json, &summary->used);
}

void members_write_totals(struct json *json, const struct denet_summary *summary)
{
	bool is_measured = summary->accounting != DENET_ACCOUNTING_NONE;

	members_write_args(json, "command", &summary->command);
	if (summary->command.truncated)
		json_bool(json, "command_truncated", true);
	members_write_end(json, &summary->end);
	members_write_known(json, "wall_ns", summary->wall_ns);
	if (is_measured)
		write_figures(json, summary);
	json_string(json, "accounting", members_accounting_name(summary->accounting));
	if (is_measured) {
		members_write_known(json, "events_lost", summary->events_lost);
		members_write_known(json, "records_lost", summary->records_lost);
		members_write_known(json, "tasks_lost", summary->tasks_lost);
	}
	if (summary->cpu_before_ns)
		members_write_known(json, "cpu_time_before_ns", summary->cpu_before_ns);
	members_write_known(json, "monitor_cpu_ns", summary->monitor_cpu_ns);
	members_write_known(json, "monitor_peak_rss_kb", summary->monitor_peak_rss_kb);
}
