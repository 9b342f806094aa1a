/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/row.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "record/scan.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#define SAMPLE_DEMANDS 0x3ffu /* the bits of all that a sample must have */
#define TREE_DEMANDS 0x7ffu

/* A member that is an unsigned integer, and where it goes. */
struct field {
	const char *name;
	size_t offset;
	unsigned int demand; /* a bit of its own, or 0 when it may be missing or null */
};

#define SAMPLE(name, member, demand)                              \
	{                                                         \
		name, offsetof(struct row, sample.member), demand \
	}

static const struct field sample_fields[] = {
	SAMPLE("ts_ms", ts_ms, 1u << 0),
	SAMPLE("mem_rss_kb", mem_rss_kb, 1u << 1),
	SAMPLE("mem_vms_kb", mem_vms_kb, 1u << 2),
	SAMPLE("disk_read_bytes", used.disk_read_bytes, 1u << 3),
	SAMPLE("disk_write_bytes", used.disk_write_bytes, 1u << 4),
	SAMPLE("sys_net_rx_bytes", sys_net_rx_bytes, 1u << 5),
	SAMPLE("sys_net_tx_bytes", sys_net_tx_bytes, 1u << 6),
	SAMPLE("thread_count", thread_count, 1u << 7),
	SAMPLE("uptime_secs", uptime_secs, 1u << 8),
	{ "process_count", offsetof(struct row, process_count), 1u << 10 },
	/* denet before 0.6 */
	SAMPLE("net_rx_bytes", sys_net_rx_bytes, 1u << 5),
	SAMPLE("net_tx_bytes", sys_net_tx_bytes, 1u << 6),
	SAMPLE("syscall_read_bytes", used.syscall_read_bytes, 0),
	SAMPLE("syscall_write_bytes", used.syscall_write_bytes, 0),
	SAMPLE("page_faults_cached", used.page_faults_cached, 0),
	SAMPLE("page_faults_disk", used.page_faults_disk, 0),
	SAMPLE("cpu_core", cpu_core, 0),
	SAMPLE("cpu_time_ns", used.cpu_time_ns, 0),
	SAMPLE("run_delay_ns", used.run_delay_ns, 0),
	SAMPLE("ctx_switches_voluntary", used.ctx_switches_voluntary, 0),
	SAMPLE("ctx_switches_involuntary", used.ctx_switches_involuntary, 0),
	SAMPLE("pss_kb", pss_kb, 0),
	{ "processes_started", offsetof(struct row, processes_started), 0 },
	{ "processes_exited", offsetof(struct row, processes_exited), 0 },
};

#define CPU_USAGE_DEMAND (1u << 9)

#define SUMMARY(name, member)                                 \
	{                                                     \
		name, offsetof(struct row, summary.member), 0 \
	}

static const struct field summary_fields[] = {
	SUMMARY("wall_ns", wall_ns),
	SUMMARY("sample_count", sample_count),
	SUMMARY("max_processes", processes_peak),
	SUMMARY("max_threads", threads_peak),
	SUMMARY("total_disk_read_bytes", used.disk_read_bytes),
	SUMMARY("total_disk_write_bytes", used.disk_write_bytes),
	SUMMARY("total_syscall_read_bytes", used.syscall_read_bytes),
	SUMMARY("total_syscall_write_bytes", used.syscall_write_bytes),
	SUMMARY("total_sys_net_rx_bytes", sys_net_rx_bytes),
	SUMMARY("total_sys_net_tx_bytes", sys_net_tx_bytes),
	SUMMARY("peak_mem_rss_kb", peak_mem_rss_kb),
	SUMMARY("cpu_time_ns", used.cpu_time_ns),
	SUMMARY("cpu_user_ns", used.cpu_user_ns),
	SUMMARY("cpu_system_ns", used.cpu_system_ns),
	SUMMARY("run_delay_ns", used.run_delay_ns),
	SUMMARY("processes_total", processes_total),
	SUMMARY("processes_failed", processes_failed),
	SUMMARY("processes_exact", processes_exact),
	SUMMARY("processes_running", processes_running),
	SUMMARY("threads_total", threads_total),
	SUMMARY("peak_mem_at_ns", peak_mem_at_ns),
	SUMMARY("peak_process_rss_kb", peak_process_rss_kb),
	SUMMARY("page_faults_cached", used.page_faults_cached),
	SUMMARY("page_faults_disk", used.page_faults_disk),
	SUMMARY("ctx_switches_voluntary", used.ctx_switches_voluntary),
	SUMMARY("ctx_switches_involuntary", used.ctx_switches_involuntary),
	SUMMARY("migrations", used.migrations),
	SUMMARY("events_lost", events_lost),
	SUMMARY("records_lost", records_lost),
	SUMMARY("tasks_lost", tasks_lost),
	SUMMARY("cpu_time_before_ns", cpu_before_ns),
	SUMMARY("monitor_cpu_ns", monitor_cpu_ns),
	SUMMARY("monitor_peak_rss_kb", monitor_peak_rss_kb),
};

/* The members of a record that are not plain figures; len 0 when missing. */
struct members {
	struct scan_value kind;
	struct scan_value aggregated;
	struct scan_value cmd;
	struct scan_value command;
	struct scan_value comm;
	struct scan_value accounting;
	struct scan_value characterization;
	struct scan_value exit_code;
	struct scan_value signal;
	struct scan_value t0_ms;
	struct scan_value ts_ms;
	struct scan_value last_sample;
	struct scan_value peak_pid;
	struct scan_value truncated;
	struct scan_value cpu_usage;
};

static const struct {
	const char *name;
	size_t offset;
} member_slots[] = {
	{ "kind", offsetof(struct members, kind) },
	{ "cpu_usage", offsetof(struct members, cpu_usage) },
	{ "aggregated", offsetof(struct members, aggregated) },
	{ "cmd", offsetof(struct members, cmd) },
	{ "command", offsetof(struct members, command) },
	{ "peak_process_comm", offsetof(struct members, comm) },
	{ "accounting", offsetof(struct members, accounting) },
	{ "memory_characterization", offsetof(struct members, characterization) },
	{ "exit_code", offsetof(struct members, exit_code) },
	{ "signal", offsetof(struct members, signal) },
	{ "t0_ms", offsetof(struct members, t0_ms) },
	{ "ts_ms", offsetof(struct members, ts_ms) },
	{ "last_sample_to_exit_ms", offsetof(struct members, last_sample) },
	{ "peak_process_pid", offsetof(struct members, peak_pid) },
	{ "cmd_truncated", offsetof(struct members, truncated) },
	{ "command_truncated", offsetof(struct members, truncated) },
};

/* How much of a sample's shape an object has. */
struct shape {
	unsigned int demands_met;
	bool is_bad; /* a figure is no figure */
};

static uint64_t *field_in(struct row *row, const struct field *field)
{
	return (uint64_t *)((char *)row + field->offset);
}

static const struct field *find_field(const struct field *fields, size_t count,
				      const struct scan_value *key)
{
	for (size_t i = 0; i < count; i++) {
		if (scan_is(key, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static void forget_all(struct row *row)
{
	memset(row, 0, sizeof(*row));
	for (size_t i = 0; i < ARRAY_LEN(sample_fields); i++)
		*field_in(row, &sample_fields[i]) = DENET_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(summary_fields); i++)
		*field_in(row, &summary_fields[i]) = DENET_UNKNOWN;
	row->sample.used.cpu_user_ns = DENET_UNKNOWN;
	row->sample.used.cpu_system_ns = DENET_UNKNOWN;
	row->sample.used.migrations = DENET_UNKNOWN;
	row->sample.cpu_usage = NAN;
	row->sample.psi_some_avg10 = NAN;
	row->sample.psi_full_avg10 = NAN;
	row->psi_some_fraction = NAN;
	row->exit.last_sample_to_exit_ms = DENET_UNKNOWN;
	row->exit.ts_ms = DENET_UNKNOWN;
}

static void read_psi(const struct scan_value *object, struct row *row)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	if (object->type != SCAN_OBJECT)
		return;
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		if (scan_is(&key, "some_avg10"))
			(void)scan_double(&value, &row->sample.psi_some_avg10);
		else if (scan_is(&key, "full_avg10"))
			(void)scan_double(&value, &row->sample.psi_full_avg10);
	}
}

static void read_cpu_usage(const struct scan_value *value, struct row *row, struct shape *shape)
{
	if (scan_double(value, &row->sample.cpu_usage))
		shape->is_bad = true;
	else
		shape->demands_met |= CPU_USAGE_DEMAND;
}

static void read_figure(const struct field *field, const struct scan_value *value, struct row *row,
			struct shape *shape)
{
	if (value->type == SCAN_NULL && !field->demand)
		return;
	if (scan_u64(value, field_in(row, field)))
		shape->is_bad = true;
	else
		shape->demands_met |= field->demand;
}

/* Takes back the zeros that stand in for figures that were not known. */
static void forget_listed(const struct scan_value *array, struct row *row)
{
	struct scan_value name;
	struct scan scan;

	if (array->type != SCAN_ARRAY)
		return;
	scan_enter(array, &scan);
	while (scan_next(&scan, NULL, &name)) {
		const struct field *field =
			find_field(sample_fields, ARRAY_LEN(sample_fields), &name);

		if (field)
			*field_in(row, field) = DENET_UNKNOWN;
		else if (scan_is(&name, "cpu_usage"))
			row->sample.cpu_usage = NAN;
	}
}

static struct shape read_sample(const struct scan_value *object, struct row *row)
{
	struct scan_value unknown = { SCAN_NULL, NULL, 0 };
	struct shape shape = { 0 };
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		const struct field *field =
			find_field(sample_fields, ARRAY_LEN(sample_fields), &key);

		if (field)
			read_figure(field, &value, row, &shape);
		else if (scan_is(&key, "cpu_usage"))
			read_cpu_usage(&value, row, &shape);
		else if (scan_is(&key, "psi_mem"))
			read_psi(&value, row);
		else if (scan_is(&key, "perf"))
			row->has_perf = value.type == SCAN_OBJECT;
		else if (scan_is(&key, "unknown"))
			unknown = value;
	}
	forget_listed(&unknown, row);
	return shape;
}

static bool has_shape(const struct shape *shape, unsigned int demands)
{
	return !shape->is_bad && (shape->demands_met & demands) == demands;
}

static void find_members(const struct scan_value *object, struct members *ret_members)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	memset(ret_members, 0, sizeof(*ret_members));
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		for (size_t i = 0; i < ARRAY_LEN(member_slots); i++) {
			if (!scan_is(&key, member_slots[i].name))
				continue;
			memcpy((char *)ret_members + member_slots[i].offset, &value, sizeof(value));
			break;
		}
	}
}

static bool read_int(const struct scan_value *value, int *ret_number)
{
	uint64_t number;

	if (!value->len || scan_u64(value, &number) || number > INT_MAX)
		return false;
	*ret_number = (int)number;
	return true;
}

static struct denet_end read_end(const struct members *members)
{
	struct denet_end end = { .exit_code = -1 };

	end.known = read_int(&members->signal, &end.signal) ||
		    read_int(&members->exit_code, &end.exit_code);
	return end;
}

/* Sets only the length: the strings may still move. */
static void read_args(const struct scan_value *array, struct buf *strings,
		      struct denet_command *ret_command)
{
	struct scan_value arg;
	struct scan scan;

	if (!array->len || array->type != SCAN_ARRAY)
		return;
	scan_enter(array, &scan);
	while (scan_next(&scan, NULL, &arg)) {
		if (arg.type == SCAN_STRING)
			scan_append_string(&arg, strings);
		buf_append_char(strings, '\0');
	}
	ret_command->args_len = strings->len;
}

static bool is_true(const struct scan_value *value)
{
	return value->len == 4 && value->type == SCAN_BOOL;
}

static int read_metadata(const struct members *members, struct buf *strings, struct row *row)
{
	row->kind = ROW_METADATA;
	read_args(&members->cmd, strings, &row->command);
	row->command.truncated = is_true(&members->truncated);
	row->command.args = buf_text(strings);
	return strings->error ? strings->error : 1;
}

static int read_exit(const struct members *members, struct row *row)
{
	row->kind = ROW_EXIT;
	row->exit.end = read_end(members);
	(void)scan_u64(&members->ts_ms, &row->exit.ts_ms);
	(void)scan_u64(&members->last_sample, &row->exit.last_sample_to_exit_ms);
	return 1;
}

static enum denet_accounting read_accounting(const struct scan_value *name)
{
	if (!name->len)
		return DENET_ACCOUNTING_AUTO;
	if (scan_is(name, "bpf"))
		return DENET_ACCOUNTING_BPF;
	if (scan_is(name, "proc"))
		return DENET_ACCOUNTING_PROC;
	return scan_is(name, "none") ? DENET_ACCOUNTING_NONE : DENET_ACCOUNTING_AUTO;
}

static void read_characterization(const struct scan_value *object, struct row *row)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	if (!object->len || object->type != SCAN_OBJECT)
		return;
	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		if (scan_is(&key, "psi_some_fraction"))
			(void)scan_double(&value, &row->psi_some_fraction);
	}
}

static void read_summary_figures(const struct scan_value *object, struct row *row)
{
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		const struct field *field =
			find_field(summary_fields, ARRAY_LEN(summary_fields), &key);

		if (field)
			(void)scan_u64(&value, field_in(row, field));
	}
}

static int read_summary(const struct scan_value *object, const struct members *members,
			struct buf *strings, struct row *row)
{
	struct denet_summary *summary = &row->summary;
	size_t comm_offset;
	int pid = 0;

	row->kind = ROW_SUMMARY;
	read_summary_figures(object, row);
	read_characterization(&members->characterization, row);
	summary->accounting = read_accounting(&members->accounting);
	summary->end = read_end(members);
	(void)read_int(&members->peak_pid, &pid);
	summary->peak_process_pid = (uint32_t)pid;

	read_args(&members->command, strings, &summary->command);
	summary->command.truncated = is_true(&members->truncated);
	comm_offset = strings->len;
	if (members->comm.len && members->comm.type == SCAN_STRING)
		scan_append_string(&members->comm, strings);
	buf_append_char(strings, '\0');
	summary->command.args = buf_text(strings);
	if (members->comm.len)
		summary->peak_process_comm = buf_text(strings) + comm_offset;
	return strings->error ? strings->error : 1;
}

static bool is_kind(const struct members *members, const char *kind)
{
	return members->kind.len && scan_is(&members->kind, kind);
}

/* Before kinds were written, metadata is known by its members. */
static bool is_metadata(const struct members *members)
{
	if (members->kind.len)
		return is_kind(members, "metadata");
	return members->cmd.len && members->t0_ms.len;
}

static int read_tree(const struct members *members, struct row *row)
{
	struct shape shape = { 0 };

	/* denet writes null when the root has vanished. */
	if (members->aggregated.type == SCAN_NULL)
		return 0;
	forget_all(row);
	row->kind = ROW_TREE;
	if (members->aggregated.type == SCAN_OBJECT)
		shape = read_sample(&members->aggregated, row);
	return has_shape(&shape, TREE_DEMANDS) ? 1 : -EINVAL;
}

int row_read(const char *text, size_t len, struct buf *strings, struct row *ret_row)
{
	struct scan_value record;
	struct members members;
	struct shape shape = { 0 };

	if (scan_document(text, len, &record) || record.type != SCAN_OBJECT)
		return -EBADMSG;

	buf_reset(strings);
	find_members(&record, &members);
	forget_all(ret_row);
	if (is_kind(&members, "summary"))
		return read_summary(&record, &members, strings, ret_row);
	if (is_kind(&members, "exit"))
		return read_exit(&members, ret_row);
	if (is_metadata(&members))
		return read_metadata(&members, strings, ret_row);

	if (members.cpu_usage.len)
		shape = read_sample(&record, ret_row);
	ret_row->kind = ROW_SAMPLE;
	if (has_shape(&shape, SAMPLE_DEMANDS))
		return 1;
	if (members.aggregated.len)
		return read_tree(&members, ret_row);
	return is_kind(&members, "sample") || is_kind(&members, "tree") ? -EINVAL : 0;
}
