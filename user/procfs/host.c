/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/host.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procfs/cpulist.h"
#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define CPU_PATH "devices/system/cpu"
#define NAME_BYTES 96
#define TEXT_BYTES_MAX 65536
#define CPUINFO_BYTES_MAX (64u << 20)
/* The kernel's NR_CPUS ends far below. */
#define CPUS_MAX 65536u

static bool is_absent(int err)
{
	return err && err != -ENOMEM;
}

static int copy_span(struct parse_span span, char **ret_text)
{
	char *text = malloc(span.len + 1);

	if (!text)
		return -ENOMEM;
	memcpy(text, span.at, span.len);
	text[span.len] = '\0';
	*ret_text = text;
	return 0;
}

/* The file's text without white space at its ends; a file that can't be read leaves NULL. */
static int read_text(const char *root, const char *name, char **ret_text)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;
	int err = procfs_load(root, name, TEXT_BYTES_MAX, &text, &len);

	if (is_absent(err))
		return 0;
	return err ? err : copy_span(parse_span_trim((struct parse_span){ text, len }), ret_text);
}

bool host_parse_cpu_model(struct parse_span cpuinfo, struct parse_span *ret_model)
{
	struct parse_span line;
	struct parse_span key;

	while (parse_take_line(&cpuinfo, &line)) {
		if (!parse_take_until(&line, ':', &key) || line.len == 0 ||
		    !parse_span_equals(parse_span_trim(key), "model name"))
			continue;
		*ret_model = parse_span_trim(line);
		return true;
	}
	return false;
}

static int read_cpu_model(const struct procfs *procfs, char **ret_model)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;
	struct parse_span model;
	int err = procfs_load(procfs->proc, "cpuinfo", CPUINFO_BYTES_MAX, &text, &len);

	if (is_absent(err) ||
	    (!err && !host_parse_cpu_model((struct parse_span){ text, len }, &model)))
		return 0;
	return err ? err : copy_span(model, ret_model);
}

/* Not const: musl's CPU_ISSET_S() would cast that away. */
static int list_cpus(cpu_set_t *set, size_t set_bytes, char **ret_list)
{
	AUTO_FREE uint32_t *cpus = calloc(set_bytes, 8 * sizeof(*cpus));
	size_t count = 0;

	if (!cpus)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < set_bytes * 8; cpu++) {
		if (CPU_ISSET_S(cpu, set_bytes, set))
			cpus[count++] = cpu;
	}
	return cpulist_format(cpus, count, ret_list);
}

/* The kernel refuses a set with less room than it has CPUs. */
static int read_affinity(char **ret_list)
{
	for (size_t cpus = 1024; cpus <= CPUS_MAX; cpus *= 2) {
		AUTO_FREE cpu_set_t *set = calloc(1, CPU_ALLOC_SIZE(cpus));

		if (!set)
			return -ENOMEM;
		if (!sched_getaffinity(0, CPU_ALLOC_SIZE(cpus), set))
			return list_cpus(set, CPU_ALLOC_SIZE(cpus), ret_list);
		if (errno != EINVAL)
			break;
	}
	return 0;
}

static int read_cpufreq(const struct procfs *procfs, uint32_t cpu, const char *file,
			char **ret_text)
{
	char name[NAME_BYTES];

	(void)snprintf(name, sizeof(name), CPU_PATH "/cpu%u/cpufreq/%s", cpu, file);
	return read_text(procfs->sys, name, ret_text);
}

static int read_governors(const struct procfs *procfs, uint32_t cpus, struct host *host)
{
	host->governors = calloc(cpus + 1, sizeof(*host->governors));
	if (!host->governors)
		return -ENOMEM;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		int err = read_cpufreq(procfs, cpu, "scaling_governor", &host->governors[cpu]);

		if (err || !host->governors[cpu])
			return err;
		host->governors_count++;
	}
	return 0;
}

static int read_freqs(const struct procfs *procfs, uint32_t cpus, struct host *host)
{
	host->freqs_khz = calloc(cpus + 1, sizeof(*host->freqs_khz));
	if (!host->freqs_khz)
		return -ENOMEM;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		AUTO_FREE char *text = NULL;
		int err = read_cpufreq(procfs, cpu, "scaling_cur_freq", &text);

		if (err)
			return err;
		if (!text || parse_u64(text, 0, UINT64_MAX, &host->freqs_khz[cpu]))
			break;
		host->freqs_count++;
	}
	return 0;
}

/* As many CPUs as there are directories: an upper bound for numbers without a gap. */
static int read_frequencies(const struct procfs *procfs, struct host *host)
{
	AUTO_FREE uint32_t *numbers = NULL;
	size_t count = 0;
	int err = numbered_list(procfs->sys, CPU_PATH, "cpu", &numbers, &count);

	if (!err)
		err = read_governors(procfs, (uint32_t)count, host);
	if (!err)
		err = read_freqs(procfs, (uint32_t)count, host);
	return err;
}

static int read_smt(const struct procfs *procfs, struct host *host)
{
	AUTO_FREE char *text = NULL;
	int err = read_text(procfs->sys, CPU_PATH "/smt/active", &text);

	if (err || !text)
		return err;
	host->has_smt = !strcmp(text, "0") || !strcmp(text, "1");
	host->is_smt_active = !strcmp(text, "1");
	return 0;
}

static int read_cgroup(const struct procfs *procfs, pid_t pid, char **ret_text)
{
	char name[NAME_BYTES];

	(void)snprintf(name, sizeof(name), "%d/cgroup", (int)pid);
	return read_text(procfs->proc, name, ret_text);
}

int host_read(const struct procfs *procfs, pid_t pid, struct host *ret_host)
{
	struct host host = { 0 };
	int err = read_text(procfs->proc, "sys/kernel/hostname", &host.hostname);

	if (!err)
		err = read_text(procfs->proc, "sys/kernel/osrelease", &host.kernel);
	if (!err)
		err = read_cpu_model(procfs, &host.cpu_model);
	if (!err)
		err = topology_read(procfs, &host.topology);
	if (!err)
		err = numa_read(procfs, &host.numa);
	if (!err)
		err = read_affinity(&host.affinity);
	if (!err)
		err = read_frequencies(procfs, &host);
	if (!err)
		err = read_text(procfs->sys, "kernel/mm/transparent_hugepage/enabled", &host.thp);
	if (!err)
		err = read_smt(procfs, &host);
	if (!err)
		err = read_cgroup(procfs, pid, &host.cgroup);
	if (err) {
		host_done(&host);
		return err;
	}

	*ret_host = host;
	return 0;
}

void host_done(struct host *host)
{
	for (size_t i = 0; i < host->governors_count; i++)
		free(host->governors[i]);
	free(host->governors);
	free(host->freqs_khz);
	free(host->hostname);
	free(host->kernel);
	free(host->cpu_model);
	free(host->affinity);
	free(host->thp);
	free(host->cgroup);
	numa_done(&host->numa);
	*host = (struct host){ 0 };
}
