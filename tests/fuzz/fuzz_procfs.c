/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Every parser of what the kernel writes, on one input. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "procfs/cpulist.h"
#include "procfs/host.h"
#include "procfs/lines.h"
#include "procfs/mountinfo.h"
#include "procfs/netdev.h"
#include "procfs/numa.h"
#include "procfs/pressure.h"
#include "procfs/process.h"
#include "procfs/sockets.h"
#include "procfs/statm.h"
#include "util/cleanup.h"
#include "util/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void fuzz_strings(const char *text)
{
	uint64_t value;

	if (!parse_u64(text, 3, 1000, &value))
		check(value >= 3 && value <= 1000);
	(void)parse_seconds(text, &value);
}

static void fuzz_records(const char *text, size_t len)
{
	struct process_stat stat;
	struct pressure pressure;
	uint64_t rss_kb;
	uint64_t vms_kb;

	(void)statm_parse(text, len, 4096, &rss_kb, &vms_kb);
	(void)pressure_parse(text, len, &pressure);
	if (!process_parse_stat(text, len, 100, &stat))
		check(memchr(stat.comm, 0, sizeof(stat.comm)) && stat.ppid >= 0);
}

static void fuzz_host(struct parse_span text)
{
	AUTO_FREE uint32_t *distances = NULL;
	struct parse_span model;
	size_t count;
	uint64_t mb;

	(void)cpulist_count(text);
	(void)numa_parse_size(text, &mb);
	(void)numa_parse_distances(text, &distances, &count);
	if (host_parse_cpu_model(text, &model))
		check(model.at >= text.at && model.at + model.len <= text.at + text.len);
}

static void fuzz_cpus(const uint8_t *data, size_t size)
{
	size_t count = size / sizeof(uint32_t);
	AUTO_FREE uint32_t *cpus = calloc(count + 1, sizeof(*cpus));
	AUTO_FREE char *list = NULL;

	if (!cpus)
		return;
	memcpy(cpus, data, count * sizeof(*cpus));
	if (!cpulist_format(cpus, count, &list))
		check(cpulist_count(parse_span_of(list)) <= count);
}

static void fuzz_socket(struct parse_span line)
{
	char text[SOCKETS_ADDRESS_BYTES];
	struct sockets sockets = { 0 };

	sockets_add_line(&sockets, line, false);
	sockets_add_line(&sockets, line, true);
	check(sockets.count <= 2);
	for (size_t i = 0; i < sockets.count; i++) {
		sockets_format(&sockets.listeners[i].address, text);
		check(strrchr(text, ':') && text[0] != ':');
	}
}

static void fuzz_line(struct parse_span line, struct netdev_totals *totals)
{
	struct mountinfo mount;
	char path[64];

	netdev_add_line(totals, line);
	fuzz_socket(line);
	if (!mountinfo_parse(line, &mount))
		return;
	(void)mountinfo_has_option(mount.super_options, "memory");
	if (!mountinfo_unescape(mount.point, sizeof(path), path))
		check(strlen(path) < sizeof(path));
}

static void fuzz_lines(const uint8_t *data, size_t size)
{
	AUTO_FD int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct netdev_totals totals = { 0 };
	struct parse_span line;
	struct lines lines;
	uint64_t value;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return;
	(void)lines_find_value(fd, "VmHWM:", &value);
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0) {
		check(!memchr(line.at, '\n', line.len));
		fuzz_line(line, &totals);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *string = calloc(1, size + 1);
	/* Of the exact size, so that a byte read past the end is seen. */
	AUTO_FREE char *text = malloc(size ? size : 1);

	if (!string || !text)
		return 0;
	if (size > 0) {
		memcpy(string, data, size);
		memcpy(text, data, size);
	}

	fuzz_strings(string);
	fuzz_records(text, size);
	fuzz_host((struct parse_span){ text, size });
	fuzz_cpus(data, size);
	fuzz_lines(data, size);
	return 0;
}
