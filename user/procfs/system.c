/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/system.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "procfs/lines.h"
#include "procfs/system_internal.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define TEXT_BYTES 256

/* A line "name number" of a file, and where the number goes. */
struct figure {
	const char *key;
	uint64_t *value;
};

static void take_ticks(struct parse_span *line, uint64_t *ret_ns)
{
	uint64_t ticks;

	if (!parse_take_u64(line, &ticks) ||
	    __builtin_mul_overflow(ticks, NS_PER_S / clock_ticks_per_s(), ret_ns))
		*ret_ns = DENET_UNKNOWN;
}

static void parse_times(struct parse_span line, struct denet_cpu_times *ret_times)
{
	take_ticks(&line, &ret_times->user_ns);
	take_ticks(&line, &ret_times->nice_ns);
	take_ticks(&line, &ret_times->system_ns);
	take_ticks(&line, &ret_times->idle_ns);
	take_ticks(&line, &ret_times->iowait_ns);
	take_ticks(&line, &ret_times->irq_ns);
	take_ticks(&line, &ret_times->softirq_ns);
	take_ticks(&line, &ret_times->steal_ns);
}

static int add_cpu(struct system_store *store, struct denet_system *system, uint64_t number,
		   struct parse_span line)
{
	struct denet_cpu *cpu;
	void *cpus = store->cpus;
	int r = system_grow(&cpus, system->cpus_count, sizeof(*cpu));

	if (r)
		return r;
	store->cpus = cpus;
	system->cpus = cpus;
	cpu = &store->cpus[system->cpus_count++];
	cpu->cpu = number;
	parse_times(line, &cpu->times);
	return 0;
}

static bool take_figure(struct parse_span line, const struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (lines_parse_value(line, figures[i].key, figures[i].value))
			return true;
	}
	return false;
}

static int parse_stat_line(struct system_store *store, struct denet_system *system,
			   struct parse_span line)
{
	const struct figure figures[] = {
		{ "ctxt ", &system->ctx_switches },
		{ "processes ", &system->processes_forked },
		{ "procs_running ", &system->procs_running },
		{ "procs_blocked ", &system->procs_blocked },
	};
	uint64_t number;

	if (!parse_take_literal(&line, "cpu")) {
		(void)take_figure(line, figures, sizeof(figures) / sizeof(figures[0]));
		return 0;
	}
	if (line.len && *line.at == ' ')
		parse_times(line, &system->cpu);
	else if (parse_take_u64(&line, &number))
		return add_cpu(store, system, number, line);
	return 0;
}

static int read_stat(const struct procfs *procfs, struct system_store *store,
		     struct denet_system *system)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "stat");
	struct parse_span line;
	struct lines lines;
	int more, r;

	if (fd < 0)
		return fd;
	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0) {
		r = parse_stat_line(store, system, line);
		if (r)
			return r;
	}
	if (system->cpus_count)
		system->cpus_online = system->cpus_count;
	return more;
}

static void read_memory(const struct procfs *procfs, struct denet_memory *memory)
{
	const struct figure figures[] = {
		{ "MemTotal:", &memory->total_kb },	    { "MemFree:", &memory->free_kb },
		{ "MemAvailable:", &memory->available_kb }, { "Buffers:", &memory->buffers_kb },
		{ "Cached:", &memory->cached_kb },	    { "Shmem:", &memory->shmem_kb },
		{ "SwapTotal:", &memory->swap_total_kb },   { "SwapFree:", &memory->swap_free_kb },
	};
	AUTO_FD int fd = procfs_open(procfs->proc, "meminfo");
	struct parse_span line;
	struct lines lines;

	if (fd < 0)
		return;
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0)
		(void)take_figure(line, figures, sizeof(figures) / sizeof(figures[0]));
}

static struct parse_span read_short(const struct procfs *procfs, const char *name, char *text)
{
	size_t len = 0;

	if (procfs_read_file(procfs->proc, name, TEXT_BYTES, text, &len))
		len = 0;
	return (struct parse_span){ text, len };
}

static bool take_decimal(struct parse_span *span, double *ret_value)
{
	uint64_t hundredths;

	if (!parse_take_hundredths(span, &hundredths))
		return false;
	*ret_value = (double)hundredths / 100;
	return true;
}

/* "0.35 0.12 0.05 2/345 6789": the second of the pair is how many threads there are. */
static void read_load(const struct procfs *procfs, struct denet_system *system)
{
	char text[TEXT_BYTES];
	struct parse_span span = read_short(procfs, "loadavg", text);
	uint64_t running, threads;
	size_t i;

	for (i = 0; i < 3; i++)
		if (!take_decimal(&span, &system->load[i]))
			return;
	if (parse_take_u64(&span, &running) && parse_take_literal(&span, "/") &&
	    parse_take_u64(&span, &threads))
		system->threads = threads;
}

static void read_uptime(const struct procfs *procfs, struct denet_system *system)
{
	char text[TEXT_BYTES];
	struct parse_span span = read_short(procfs, "uptime", text);

	(void)take_decimal(&span, &system->uptime_s);
}

static void forget_all(struct denet_system *system)
{
	const size_t size = system->size;

	/* DENET_UNKNOWN is all ones, and so are the counts and pointers for a moment. */
	memset(system, 0xff, sizeof(*system));
	system->size = size;
	system->storage = NULL;
	system->uptime_s = NAN;
	system->load[0] = system->load[1] = system->load[2] = NAN;
	system->disk.name = NULL;
	system->net.name = NULL;
	system->cpus = NULL;
	system->cpus_count = 0;
	system->disks = NULL;
	system->disks_count = 0;
	system->filesystems = NULL;
	system->filesystems_count = 0;
	system->interfaces = NULL;
	system->interfaces_count = 0;
}

int system_read(const struct procfs *procfs, struct denet_system *system)
{
	struct system_store *store = calloc(1, sizeof(*store));
	int r;

	forget_all(system);
	if (!store)
		return -ENOMEM;
	system->storage = store;
	r = read_stat(procfs, store, system);
	if (r)
		return r;
	read_memory(procfs, &system->memory);
	read_load(procfs, system);
	read_uptime(procfs, system);
	r = system_read_disks(procfs, store, system);
	if (!r)
		r = system_read_interfaces(procfs, store, system);
	if (!r)
		r = system_read_filesystems(procfs, store, system);
	return r;
}

void system_done(struct denet_system *system)
{
	struct system_store *store = system->storage;

	if (!store)
		return;
	system_store_free(store);
	system->storage = NULL;
}
