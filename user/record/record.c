/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/record.h"

#include <fcntl.h>
#include <unistd.h>

#include "record/json.h"
#include "record/members.h"
#include "record/stats.h"
#include "util/cleanup.h"

void record_style_init(struct record_style *style)
{
	/* With psi=0 on the kernel's command line the file exists and cannot be opened. */
	AUTO_FD int fd = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);

	*style = (struct record_style){ .has_system_psi = fd >= 0 };
}

static void begin(struct json *json, struct buf *buf, const char *kind)
{
	json_init(json, buf);
	json_object_begin(json, NULL);
	json_string(json, "kind", kind);
}

/* denet's readers want the array even when the arguments are not known. */
static void write_denet_command(struct json *json, const struct record_style *style,
				const struct denet_command *command)
{
	if (style->compat_denet && !command->args_len) {
		json_array_begin(json, "cmd");
		json_array_end(json);
	}
	members_write_args(json, "cmd", command);
	if (!style->compat_denet && command->truncated)
		json_bool(json, "cmd_truncated", true);
}

static void write_capabilities(struct json *json, const struct record_style *style)
{
	json_object_begin(json, "capabilities");
	json_object_begin(json, "psi");
	json_bool(json, "system", style->has_system_psi);
	json_bool(json, "per_process", false);
	json_object_end(json);
	json_object_begin(json, "perf_hw");
	json_bool(json, "available", false);
	json_array_begin(json, "events");
	json_array_end(json);
	json_string(json, "reason", "hardware counters are not read");
	json_object_end(json);
	json_object_end(json);
}

bool record_metadata(const struct record_style *style, const struct denet_start *start,
		     struct buf *buf)
{
	const char *exe = start->command.exe;
	struct json json;

	begin(&json, buf, "metadata");
	json_u64(&json, "pid", start->pid);
	write_denet_command(&json, style, &start->command);
	if (exe || style->compat_denet)
		json_string(&json, "executable", exe ? exe : "");
	json_u64(&json, "t0_ms", start->t0_ms);
	write_capabilities(&json, style);
	if (!style->compat_denet) {
		json_string(&json, "accounting", members_accounting_name(start->accounting));
		json_string(&json, "version", DENET_VERSION);
		json_u64(&json, "interval_ms", start->interval_ms);
		json_u64(&json, "max_interval_ms", start->max_interval_ms);
		json_i64(&json, "clk_tck", sysconf(_SC_CLK_TCK));
	}
	json_object_end(&json);
	return true;
}

bool record_child(const struct record_style *style, const struct denet_arrival *arrival,
		  struct buf *buf)
{
	struct json json;

	begin(&json, buf, "child");
	json_u64(&json, "ts_ms", arrival->ts_ms);
	json_u64(&json, "pid", arrival->pid);
	json_u64(&json, "ppid", arrival->ppid);
	write_denet_command(&json, style, &arrival->command);
	if (arrival->command.exe)
		json_string(&json, "exe", arrival->command.exe);
	json_object_end(&json);
	return true;
}

static void write_children(struct json *json, const struct denet_tree *tree, bool is_compat)
{
	json_array_begin(json, "children");
	for (size_t i = 0; i < tree->children_count; i++) {
		const struct denet_child *child = &tree->children[i];

		json_object_begin(json, NULL);
		json_u64(json, "pid", child->pid);
		json_string(json, "command", child->comm);
		json_object_begin(json, "metrics");
		members_write_sample(json, &child->sample, is_compat);
		json_object_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

bool record_tree(const struct record_style *style, const struct denet_tree *tree, struct buf *buf)
{
	struct json json;

	begin(&json, buf, "tree");
	json_u64(&json, "ts_ms", tree->ts_ms);
	json_object_begin(&json, "parent");
	members_write_sample(&json, &tree->parent, style->compat_denet);
	json_object_end(&json);
	write_children(&json, tree, style->compat_denet);
	json_object_begin(&json, "aggregated");
	members_write_aggregated(&json, tree, style->compat_denet);
	json_object_end(&json);
	if (!style->compat_denet && tree->children_omitted)
		json_u64(&json, "children_omitted", tree->children_omitted);
	json_object_end(&json);
	return true;
}

bool record_sample(const struct record_style *style, const struct denet_tree *tree, struct buf *buf)
{
	struct json json;

	begin(&json, buf, "sample");
	members_write_root(&json, tree, style->compat_denet);
	json_object_end(&json);
	return true;
}

bool record_process(const struct record_style *style, const struct denet_process *process,
		    struct buf *buf)
{
	struct json json;

	if (style->compat_denet)
		return false;

	begin(&json, buf, "process");
	json_u64(&json, "pid", process->pid);
	json_u64(&json, "ppid", process->ppid);
	json_string(&json, "comm", process->comm);
	write_denet_command(&json, style, &process->command);
	if (process->command.exe)
		json_string(&json, "exe", process->command.exe);
	members_write_known(&json, "uid", process->uid);
	members_write_known(&json, "start_ms", process->start_ms);
	members_write_known(&json, "wall_ns", process->wall_ns);
	members_write_cpu(&json, &process->used);
	members_write_end(&json, &process->end);
	if (process->end.known) {
		json_bool(&json, "core_dumped", process->end.core_dumped);
		json_bool(&json, "oom_killed", process->oom_killed);
	}
	members_write_known(&json, "threads_total", process->threads_total);
	members_write_known(&json, "peak_rss_kb", process->peak_rss_kb);
	if (process->peak_is_bound)
		json_bool(&json, "peak_rss_is_bound", true);
	members_write_io(&json, &process->used);
	members_write_events(&json, &process->used);
	if (process->cgroup)
		json_string(&json, "cgroup", process->cgroup);
	json_bool(&json, "exact", process->is_exact);
	if (process->is_partial)
		json_bool(&json, "partial", true);
	if (process->is_running)
		json_bool(&json, "running", true);
	json_object_end(&json);
	return true;
}

bool record_exit(const struct record_style *style, const struct denet_exit *exit, struct buf *buf)
{
	struct json json;

	begin(&json, buf, "exit");
	json_u64(&json, "ts_ms", exit->ts_ms);
	members_write_known(&json, "last_sample_to_exit_ms", exit->last_sample_to_exit_ms);
	if (!style->compat_denet)
		members_write_end(&json, &exit->end);
	json_object_end(&json);
	return true;
}

bool record_summary(const struct record_style *style, const struct denet_summary *summary,
		    struct buf *buf)
{
	struct stats stats;
	struct json json;

	if (style->compat_denet)
		return false;

	stats_from_summary(summary, &stats);
	begin(&json, buf, "summary");
	stats_write_members(&json, &stats);
	members_write_totals(&json, summary);
	json_object_end(&json);
	return true;
}
