/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/statsd.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/decimal.h"
#include "util/units.h"
#include "util/utf8.h"

#define PERCENT 100.0
#define MS_PER_S 1000.0
#define MACHINE_NAME "machine"
#define WHOLE_MAX 9007199254740992.0 /* 2^53: doubles are exact below */

/* What follows psutil for each detail. */
static const struct {
	enum expose_statsd_detail detail;
	const char *name;
} groups[] = {
	{ STATSD_NET, "net" },	   { STATSD_IO, "io" },		 { STATSD_CPU, "cpu" },
	{ STATSD_MEM, "meminfo" }, { STATSD_THREADS, "thread" }, { STATSD_BUSY, "busy" },
};

enum form { FORM_COUNT, FORM_SECONDS, FORM_REAL };

#define COUNT(detail, key, record, member)                                        \
	{                                                                         \
		STATSD_##detail, key, FORM_COUNT, offsetof(struct record, member) \
	}
#define SECONDS(detail, key, record, member)                                        \
	{                                                                           \
		STATSD_##detail, key, FORM_SECONDS, offsetof(struct record, member) \
	}
#define REAL(detail, key, record, member)                                        \
	{                                                                        \
		STATSD_##detail, key, FORM_REAL, offsetof(struct record, member) \
	}

struct figure {
	enum expose_statsd_detail detail;
	const char *key; /* NULL ends a table */
	enum form form;
	size_t offset;
};

static const struct figure of_machine[] = {
	REAL(CPU, "pcnt", host_machine, cpu_percent),
	REAL(MEM, "pcnt", host_machine, memory_percent),
	COUNT(IO, "read_bytes", host_machine, disk_read_bytes),
	COUNT(IO, "write_bytes", host_machine, disk_write_bytes),
	COUNT(NET, "sent_bytes", host_machine, net_bytes_sent),
	COUNT(NET, "recv_bytes", host_machine, net_bytes_recv),
	{ 0 },
};

static const struct figure of_group[] = {
	SECONDS(CPU, "user", host_group, cpu_user_ns),
	SECONDS(CPU, "sys", host_group, cpu_system_ns),
	REAL(CPU, "pcnt", host_group, cpu_usage),
	COUNT(IO, "read_bytes", host_group, disk_read_bytes),
	COUNT(IO, "write_bytes", host_group, disk_write_bytes),
	COUNT(IO, "read_count", host_group, disk_read_count),
	COUNT(IO, "write_count", host_group, disk_write_count),
	COUNT(MEM, "usage", host_group, memory_bytes),
	COUNT(MEM, "rss", host_group, memory_anon_bytes),
	COUNT(THREADS, "count", host_group, pids),
	COUNT(NET, "sent_bytes", host_group, net_sent_bytes),
	COUNT(NET, "recv_bytes", host_group, net_recv_bytes),
	SECONDS(BUSY, "total_cpu", host_group, cpu_time_ns),
	{ 0 },
};

static const struct figure of_processes[] = {
	REAL(CPU, "pcnt", host_processes, cpu_usage),
	COUNT(IO, "read_bytes", host_processes, disk_read_bytes),
	COUNT(IO, "write_bytes", host_processes, disk_write_bytes),
	COUNT(MEM, "rss", host_processes, memory_bytes),
	COUNT(THREADS, "count", host_processes, threads_living),
	SECONDS(BUSY, "total_cpu", host_processes, cpu_time_ns),
	{ 0 },
};

static const struct figure of_named[] = {
	SECONDS(CPU, "user", named_row, cpu_user_ns),
	SECONDS(CPU, "sys", named_row, cpu_system_ns),
	REAL(CPU, "pcnt", named_row, cpu_usage),
	COUNT(IO, "read_bytes", named_row, read_bytes),
	COUNT(IO, "write_bytes", named_row, write_bytes),
	COUNT(IO, "read_count", named_row, read_count),
	COUNT(IO, "write_count", named_row, write_count),
	COUNT(MEM, "rss", named_row, rss_bytes),
	COUNT(MEM, "vms", named_row, vms_bytes),
	COUNT(THREADS, "count", named_row, threads),
	SECONDS(BUSY, "uptime", named_row, uptime_ns),
	{ 0 },
};

/* As metlog calls the states. */
static const struct figure of_connections[] = {
	COUNT(NET, "ESTABLISHED", host_connections, established),
	COUNT(NET, "SYN_SENT", host_connections, syn_sent),
	COUNT(NET, "SYN_RECV", host_connections, syn_recv),
	COUNT(NET, "FIN_WAIT", host_connections, fin_wait),
	COUNT(NET, "TIME_WAIT", host_connections, time_wait),
	COUNT(NET, "CLOSE_WAIT", host_connections, close_wait),
	COUNT(NET, "LAST_ACK", host_connections, last_ack),
	COUNT(NET, "CLOSING", host_connections, closing),
	COUNT(NET, "LISTEN", host_connections, listeners),
	{ 0 },
};

/* Whose figures they are. */
struct who {
	const char *type;
	const char *name;
	const char *listening; /* the address that connections came to; NULL for all else */
};

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* One part of a name: a point would make two of it. */
static void append_part(struct buf *buf, const char *text)
{
	AUTO(buf) struct buf visible = { 0 };

	utf8_append_visible(&visible, text, strlen(text));
	if (visible.error)
		buf->error = visible.error;
	if (!*text)
		buf_append_char(buf, '_');
	for (size_t i = 0; i < visible.len; i++)
		buf_append_char(buf, is_plain(visible.data[i]) ? visible.data[i] : '_');
}

static void append_tag(struct buf *buf, const char *key, char between, const char *value)
{
	buf_printf(buf, "%s%c", key, between);
	append_part(buf, value);
}

static void append_tags(struct buf *buf, const struct expose_statsd *statsd, const struct who *who,
			char between)
{
	append_tag(buf, "host", between, statsd->host);
	buf_append_char(buf, ',');
	append_tag(buf, "name", between, who->name);
	buf_append_char(buf, ',');
	append_tag(buf, "type", between, who->type);
	if (who->listening) {
		buf_append_char(buf, ',');
		append_tag(buf, "listening", between, who->listening);
	}
}

static const char *group_of(enum expose_statsd_detail detail)
{
	size_t i = 0;

	while (groups[i].detail != detail)
		i++;
	return groups[i].name;
}

static void append_value(struct buf *buf, double value)
{
	char text[DECIMAL_MAX_BYTES];

	/* One that begins with a sign would be added to what was there. */
	if (value < 0)
		value = 0;
	if (value < WHOLE_MAX && value == (double)(uint64_t)value)
		buf_append(buf, text, decimal_from_u64((uint64_t)value, text));
	else
		buf_append(buf, text, decimal_from_double(value, text));
}

static void append_gauge(struct buf *buf, const struct expose_statsd *statsd, const struct who *who,
			 enum expose_statsd_detail detail, const char *key, double value)
{
	if (!isfinite(value) || !(statsd->details & detail))
		return;
	buf_printf(buf, "psutil.%s.", group_of(detail));
	if (statsd->tags == STATSD_PLAIN) {
		append_part(buf, statsd->host);
		buf_append_char(buf, '.');
		append_part(buf, who->name);
		buf_append_char(buf, '.');
	}
	if (statsd->tags == STATSD_PLAIN && who->listening) {
		append_part(buf, who->listening);
		buf_append_char(buf, '.');
	}
	buf_append_text(buf, key);
	if (statsd->tags == STATSD_INFLUX) {
		buf_append_char(buf, ',');
		append_tags(buf, statsd, who, '=');
	}
	buf_append_char(buf, ':');
	append_value(buf, value);
	buf_append_text(buf, "|g");
	if (statsd->tags == STATSD_DOGSTATSD) {
		buf_append_text(buf, "|#");
		append_tags(buf, statsd, who, ':');
	}
	buf_append_char(buf, '\n');
}

/* NaN for what is not known. */
static double value_of(const struct figure *figure, const void *base)
{
	const char *at = (const char *)base + figure->offset;
	uint64_t whole;
	double real;

	if (figure->form == FORM_REAL) {
		memcpy(&real, at, sizeof(real));
		return real;
	}
	memcpy(&whole, at, sizeof(whole));
	if (whole == DENET_UNKNOWN)
		return NAN;
	return figure->form == FORM_SECONDS ? (double)whole / (double)NS_PER_S : (double)whole;
}

static void append_figures(struct buf *buf, const struct expose_statsd *statsd,
			   const struct who *who, const struct figure *figures, const void *base)
{
	for (; figures->key; figures++)
		append_gauge(buf, statsd, who, figures->detail, figures->key,
			     value_of(figures, base));
}

static double percent_of(uint64_t part, double whole)
{
	return part == DENET_UNKNOWN || !(whole > 0) ? NAN : PERCENT * (double)part / whole;
}

static void append_part_of_memory(struct buf *buf, const struct expose_statsd *statsd,
				  const struct who *who, uint64_t bytes)
{
	bool is_known = statsd->memory_total != DENET_UNKNOWN;

	append_gauge(buf, statsd, who, STATSD_MEM, "pcnt",
		     percent_of(bytes, is_known ? (double)statsd->memory_total : 0));
}

/* How much of its life it was busy, where it is known when that began. */
static void append_busy(struct buf *buf, const struct expose_statsd *statsd, const struct who *who,
			const struct host_group *group)
{
	uint64_t until_ms = group->ended_ms != DENET_UNKNOWN ? group->ended_ms : group->ts_ms;
	double uptime_s;

	if (group->started_ms == DENET_UNKNOWN || until_ms < group->started_ms)
		return;
	uptime_s = (double)(until_ms - group->started_ms) / MS_PER_S;
	append_gauge(buf, statsd, who, STATSD_BUSY, "uptime", uptime_s);
	append_gauge(buf, statsd, who, STATSD_BUSY, "pcnt",
		     percent_of(group->cpu_time_ns, uptime_s * (double)NS_PER_S));
}

static void append_group(struct buf *buf, const struct expose_statsd *statsd,
			 const struct host_group *group)
{
	const struct who who = { group->type ? group->type : "", group->name ? group->name : "",
				 NULL };

	append_figures(buf, statsd, &who, of_group, group);
	append_part_of_memory(buf, statsd, &who, group->memory_bytes);
	append_busy(buf, statsd, &who, group);
}

static void append_processes(struct buf *buf, const struct expose_statsd *statsd,
			     const struct host_processes *processes)
{
	const struct who who = { "processes", processes->name ? processes->name : "", NULL };

	append_figures(buf, statsd, &who, of_processes, processes);
	append_part_of_memory(buf, statsd, &who, processes->memory_bytes);
}

static void append_connections(struct buf *buf, const struct expose_statsd *statsd,
			       const struct host_connections *connections)
{
	const struct who who = { "namespace",
				 connections->group ? connections->group : MACHINE_NAME,
				 connections->listening };

	append_figures(buf, statsd, &who, of_connections, connections);
}

void expose_statsd_append(struct buf *buf, const struct expose_statsd *statsd,
			  const struct view_row *row)
{
	static const struct who machine = { MACHINE_NAME, MACHINE_NAME, NULL };

	switch (row->record) {
	case DENET_RECORD_MACHINE:
		append_figures(buf, statsd, &machine, of_machine, row->figures);
		break;
	case DENET_RECORD_GROUP:
	case DENET_RECORD_CONTAINER:
		append_group(buf, statsd, row->figures);
		break;
	case DENET_RECORD_PROCESSES:
		append_processes(buf, statsd, row->figures);
		break;
	case DENET_RECORD_CONNECTIONS:
		append_connections(buf, statsd, row->figures);
		break;
	default:
		break;
	}
}

void expose_statsd_append_named(struct buf *buf, const struct expose_statsd *statsd,
				const struct named_row *row)
{
	const struct who who = { "process", row->who, NULL };
	uint64_t cpu_time_ns = row->cpu_user_ns + row->cpu_system_ns;

	append_figures(buf, statsd, &who, of_named, row);
	append_part_of_memory(buf, statsd, &who, row->rss_bytes);
	append_gauge(buf, statsd, &who, STATSD_BUSY, "total_cpu",
		     (double)cpu_time_ns / (double)NS_PER_S);
	append_gauge(buf, statsd, &who, STATSD_BUSY, "pcnt",
		     percent_of(cpu_time_ns, (double)row->uptime_ns));
}

static void append_thread_s(struct buf *buf, const struct expose_statsd *statsd,
			    const struct named_thread *thread, const char *key, uint64_t cpu_ns)
{
	char pid[NAMED_WHO_BYTES], full[NAMED_WHO_BYTES];
	const struct who who = { "process", pid, NULL };

	(void)snprintf(pid, sizeof(pid), "%d", (int)thread->pid);
	(void)snprintf(full, sizeof(full), "%d.%s", (int)thread->tid, key);
	append_gauge(buf, statsd, &who, STATSD_THREADS, full, (double)cpu_ns / (double)NS_PER_S);
}

void expose_statsd_append_thread(struct buf *buf, const struct expose_statsd *statsd,
				 const struct named_thread *thread)
{
	append_thread_s(buf, statsd, thread, "user", thread->cpu_user_ns);
	append_thread_s(buf, statsd, thread, "sys", thread->cpu_system_ns);
}
