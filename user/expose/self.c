/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is told of the service itself. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "expose/exposition_internal.h"
#include "format/label.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"
#include "util/units.h"

#define STAT_BYTES 1024
#define MS_PER_S 1000
#define START_TIME_AT 19 /* words of /proc/self/stat between the state and when it began */

static void append_one(struct buf *buf, bool is_openmetrics, enum prometheus_type type,
		       const char *name, const char *help, uint64_t value)
{
	const struct prometheus_head head = { name, type, help, NULL };

	if (value != DENET_UNKNOWN)
		prometheus_append_single(buf, &head, value, false, is_openmetrics);
}

static void append_build(struct buf *buf, bool is_openmetrics)
{
	static const struct prometheus_head head = { "denet_build", PROMETHEUS_INFO,
						     "What tells all this.", NULL };
	AUTO(buf) struct buf labels = { 0 };

	buf_append_text(&labels, "version=\"" DENET_VERSION "\"");
	prometheus_append_head(buf, &head, is_openmetrics);
	prometheus_append_name(buf, &head, buf_text(&labels), NULL);
	buf_append_text(buf, "1\n");
}

static void append_sinks(const struct exposition *exposition, struct buf *buf, bool is_openmetrics)
{
	static const struct prometheus_head head = {
		"denet_sink_dropped", PROMETHEUS_COUNTER,
		"What could not be sent and was given up, since the start.", NULL
	};
	struct exposition_sink sinks[EXPOSITION_SINKS_MAX];
	size_t count = exposition->sinks ? exposition->sinks(exposition->sinks_context, sinks,
							     EXPOSITION_SINKS_MAX)
					 : 0;

	if (count)
		prometheus_append_head(buf, &head, is_openmetrics);
	for (size_t i = 0; i < count; i++) {
		AUTO(buf) struct buf labels = { 0 };

		buf_append_text(&labels, "sink=\"");
		label_append_quoted(&labels, sinks[i].name);
		buf_append_char(&labels, '"');
		prometheus_append_name(buf, &head, buf_text(&labels), NULL);
		buf_printf(buf, "%" PRIu64 "\n", sinks[i].dropped);
	}
}

void exposition_append_self(const struct exposition *exposition, struct buf *buf,
			    bool is_openmetrics)
{
	append_build(buf, is_openmetrics);
	if (exposition->looks) {
		append_one(buf, is_openmetrics, PROMETHEUS_COUNTER, "denet_looks",
			   "Looks at the machine since the start.", exposition->looks);
		append_one(buf, is_openmetrics, PROMETHEUS_GAUGE,
			   "denet_last_look_timestamp_seconds", "When the last one was.",
			   exposition->ts_ms / MS_PER_S);
		append_one(buf, is_openmetrics, PROMETHEUS_COUNTER, "denet_events_lost",
			   "Births and ends of cgroups that there was no room for.",
			   exposition->events_lost);
		append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "denet_groups_omitted",
			   "Cgroups that are not watched, as there are too many.",
			   exposition->groups_omitted);
	}
	append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "denet_series",
		   "Series that those have at most that are told of, of max_series.",
		   exposition->used);
	append_one(buf, is_openmetrics, PROMETHEUS_COUNTER, "denet_series_folded",
		   "Series that went into other, as there were max_series.", exposition->folded);
	append_sinks(exposition, buf, is_openmetrics);
}

static bool read_text(const char *path, char *ret_text, size_t room)
{
	FILE *file = fopen(path, "re");
	size_t len = file ? fread(ret_text, 1, room - 1, file) : 0;

	if (file)
		(void)fclose(file);
	ret_text[len] = '\0';
	return len != 0;
}

/* Since 1970; DENET_UNKNOWN. The name may hold anything, but nothing behind its last bracket. */
static uint64_t start_time_s(void)
{
	char text[STAT_BYTES];
	const char *end =
		read_text("/proc/self/stat", text, sizeof(text)) ? strrchr(text, ')') : NULL;
	struct parse_span left, word;
	uint64_t ticks, now_ms, age_ms;

	if (!end)
		return DENET_UNKNOWN;
	left = parse_span_of(end + 1);
	for (int i = 0; i < START_TIME_AT; i++)
		if (!parse_take_word(&left, &word))
			return DENET_UNKNOWN;
	if (!parse_take_u64(&left, &ticks))
		return DENET_UNKNOWN;
	now_ms = clock_wall_ms();
	age_ms = clock_boot_ns() / NS_PER_MS - ticks * MS_PER_S / clock_ticks_per_s();
	return age_ms < now_ms ? (now_ms - age_ms) / MS_PER_S : DENET_UNKNOWN;
}

static uint64_t open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (!folder)
		return DENET_UNKNOWN;
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	return count - 3; /* itself, and both dots */
}

static void append_memory(struct buf *buf, bool is_openmetrics)
{
	char text[STAT_BYTES];
	struct parse_span left;
	uint64_t pages, resident, page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!read_text("/proc/self/statm", text, sizeof(text)))
		return;
	left = parse_span_of(text);
	if (!parse_take_u64(&left, &pages) || !parse_take_u64(&left, &resident))
		return;
	append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "process_virtual_memory_bytes",
		   "Virtual memory of denet-bpf-host.", pages * page_bytes);
	append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "process_resident_memory_bytes",
		   "Resident memory of denet-bpf-host.", resident * page_bytes);
}

void exposition_append_process(struct buf *buf, bool is_openmetrics)
{
	static const struct prometheus_head cpu = { "process_cpu_seconds", PROMETHEUS_COUNTER,
						    "CPU time of denet-bpf-host.", NULL };
	struct rlimit files;

	prometheus_append_single(buf, &cpu, clock_process_cpu_ns(), true, is_openmetrics);
	append_memory(buf, is_openmetrics);
	append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "process_start_time_seconds",
		   "When denet-bpf-host began, since 1970.", start_time_s());
	append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "process_open_fds",
		   "Its open descriptors.", open_files());
	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur != RLIM_INFINITY)
		append_one(buf, is_openmetrics, PROMETHEUS_GAUGE, "process_max_fds",
			   "How many it may have.", files.rlim_cur);
}
