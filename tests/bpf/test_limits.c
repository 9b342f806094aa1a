/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What bounds a process, by the kernel's own structures: the files of its cgroups are the referee. */
#include "bpf/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe.h"
#include "probe/rest.h"
#include "source/source.h"

#define V1 "/sys/fs/cgroup/cpu"
#define V1_MEMORY "/sys/fs/cgroup/memory"
#define PERIOD_US 100000

/* A group with a quota around one without, and who uses all that it gets in the inner one. */
struct bounds {
	bool is_v2;
	char outer[64];
	char inner[80];
	char pool[64]; /* of memory, the same in version 2 */
	char part[80];
	pid_t hog; /* 0 when it is gone */
	struct source *source;
};

static bool write_text(const char *folder, const char *name, const char *text)
{
	char path[128];
	ssize_t written;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	written = write(fd, text, strlen(text));
	(void)close(fd);
	return written == (ssize_t)strlen(text);
}

static void set_quota(const struct bounds *bounds, unsigned int quota_us)
{
	char text[32];

	(void)snprintf(text, sizeof(text), bounds->is_v2 ? "%u 100000" : "%u", quota_us);
	assert_true(
		write_text(bounds->outer, bounds->is_v2 ? "cpu.max" : "cpu.cfs_quota_us", text));
}

static uint64_t throttled_ns(const struct bounds *bounds)
{
	const char *key = bounds->is_v2 ? "throttled_usec " : "throttled_time ";
	char path[128], line[128];
	uint64_t value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/cpu.stat", bounds->outer);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key), NULL, 10);
	(void)fclose(file);
	return bounds->is_v2 ? value * 1000 : value;
}

/* Where it is in a guest of check-vm comes last. */
static const char *find_root(bool *ret_is_v2)
{
	static const char *const v2[] = { "/sys/fs/cgroup", "/cgroup" };

	*ret_is_v2 = access(V1 "/cgroup.procs", F_OK) || access(V1_MEMORY "/cgroup.procs", F_OK);
	if (!*ret_is_v2)
		return V1;
	for (size_t i = 0; i < sizeof(v2) / sizeof(v2[0]); i++)
		if (write_text(v2[i], "cgroup.subtree_control", "+cpu +memory"))
			return v2[i];
	harness_skip_test("no cgroups for CPU and memory here");
}

/* Version 2 leaves out what is less than a microsecond. */
static uint64_t throttled_at_most_ns(const struct bounds *bounds)
{
	return throttled_ns(bounds) + (bounds->is_v2 ? 999 : 0);
}

static void make_pool(struct bounds *bounds)
{
	if (bounds->is_v2) {
		memcpy(bounds->pool, bounds->outer, sizeof(bounds->outer));
		memcpy(bounds->part, bounds->inner, sizeof(bounds->inner));
		return;
	}
	(void)snprintf(bounds->pool, sizeof(bounds->pool), "%s/denet-limits-%d", V1_MEMORY,
		       (int)getpid());
	(void)snprintf(bounds->part, sizeof(bounds->part), "%s/part", bounds->pool);
	assert_int_equal(mkdir(bounds->pool, 0755), 0);
	assert_int_equal(mkdir(bounds->part, 0755), 0);
}

static void set_memory(const struct bounds *bounds, const char *folder, uint64_t kb)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)kb * 1024);
	assert_true(
		write_text(folder, bounds->is_v2 ? "memory.max" : "memory.limit_in_bytes", text));
}

static void make_groups(struct bounds *bounds)
{
	const char *root = find_root(&bounds->is_v2);

	(void)snprintf(bounds->outer, sizeof(bounds->outer), "%s/denet-limits-%d", root,
		       (int)getpid());
	(void)snprintf(bounds->inner, sizeof(bounds->inner), "%s/inner", bounds->outer);
	assert_int_equal(mkdir(bounds->outer, 0755), 0);
	if (bounds->is_v2)
		assert_true(write_text(bounds->outer, "cgroup.subtree_control", "+cpu +memory"));
	assert_int_equal(mkdir(bounds->inner, 0755), 0);
	make_pool(bounds);
}

static void start_hog(struct bounds *bounds)
{
	bounds->hog = fork();
	assert_true(bounds->hog >= 0);
	if (bounds->hog)
		return;
	if (!write_text(bounds->part, "cgroup.procs", "0") ||
	    !write_text(bounds->inner, "cgroup.procs", "0"))
		_exit(1);
	for (;;)
		;
}

static bool has_entered(const struct bounds *bounds)
{
	char path[128], line[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", bounds->inner);
	file = fopen(path, "re");
	assert_non_null(file);
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	(void)fclose(file);
	return strtol(line, NULL, 10) == bounds->hog;
}

static void end_hog(struct bounds *bounds)
{
	if (!bounds->hog)
		return;
	assert_int_equal(kill(bounds->hog, SIGKILL), 0);
	assert_int_equal(waitpid(bounds->hog, NULL, 0), bounds->hog);
	bounds->hog = 0;
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct bounds));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bounds *bounds = *state;

	end_hog(bounds);
	source_close(bounds->source);
	rest_release();
	(void)rmdir(bounds->part);
	(void)rmdir(bounds->pool);
	(void)rmdir(bounds->inner);
	(void)rmdir(bounds->outer);
	free(bounds);
	return 0;
}

static int ignore(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static void follow_hog(struct bounds *bounds)
{
	const struct source_options options = { .keep_loaded = true };

	start_hog(bounds);
	await_that(has_entered(bounds));
	assert_int_equal(probe_source_ops.open(&options, &bounds->source), 0);
	assert_int_equal(
		bounds->source->ops->seed(bounds->source, bounds->hog, false, ignore, NULL), 0);
}

static void read_limits(const struct bounds *bounds, pid_t pid, struct source_limits *ret_limits)
{
	memset(ret_limits, 0xff, sizeof(*ret_limits));
	assert_int_equal(bounds->source->ops->limits(bounds->source, pid, ret_limits), 0);
}

/* All levels: its own, the one with the quota, and those around that, up to the machine's. */
static void assert_levels(const struct source_limits *limits, unsigned int quota_us)
{
	assert_in_range(limits->cpu_count, 3, SOURCE_LIMITS_MAX);
	assert_int_equal(limits->cpu[0].quota_ns, SOURCE_NO_QUOTA);
	assert_int_equal(limits->cpu[0].above, limits->cpu[1].group);
	assert_int_equal(limits->cpu[1].quota_ns, quota_us * 1000ull);
	assert_int_equal(limits->cpu[1].period_ns, PERIOD_US * 1000ull);
	assert_int_equal(limits->cpu[limits->cpu_count - 1].above, 0);
}

static void quota_around_a_group_is_told_while_it_lives_and_after(void **state)
{
	struct bounds *bounds = *state;
	struct source_limits limits;
	uint64_t before, at_start;
	pid_t pid;

	make_groups(bounds);
	set_quota(bounds, 40000);
	follow_hog(bounds);
	pid = bounds->hog;
	read_limits(bounds, pid, &limits);
	assert_levels(&limits, 40000);
	at_start = limits.cpu[1].throttled_ns;
	await_that(throttled_ns(bounds) > at_start);
	before = throttled_ns(bounds);
	read_limits(bounds, pid, &limits);
	assert_in_range(limits.cpu[1].throttled_ns, before, throttled_at_most_ns(bounds));
	/* Nothing of it can be asked any more: what its end has left is told. */
	set_quota(bounds, 60000);
	before = throttled_ns(bounds);
	end_hog(bounds);
	read_limits(bounds, pid, &limits);
	assert_levels(&limits, 60000);
	assert_in_range(limits.cpu[1].throttled_ns, before, throttled_at_most_ns(bounds));
}

static void least_limit_of_memory_is_told_while_it_lives_and_after(void **state)
{
	struct bounds *bounds = *state;
	struct source_limits limits;
	pid_t pid;

	make_groups(bounds);
	set_memory(bounds, bounds->pool, 200 << 10);
	set_memory(bounds, bounds->part, 300 << 10);
	follow_hog(bounds);
	pid = bounds->hog;
	read_limits(bounds, pid, &limits);
	assert_int_equal(limits.memory_kb, 200 << 10);
	set_memory(bounds, bounds->part, 100 << 10);
	read_limits(bounds, pid, &limits);
	assert_int_equal(limits.memory_kb, 100 << 10);
	set_memory(bounds, bounds->pool, 150 << 10);
	end_hog(bounds);
	/* Of the group that had the least at first. */
	read_limits(bounds, pid, &limits);
	assert_int_equal(limits.memory_kb, 150 << 10);
}

static void what_is_kept_tells_nothing_of_the_use_before(void **state)
{
	struct bounds *bounds = *state;
	struct source_limits limits;
	pid_t pid;

	make_groups(bounds);
	set_quota(bounds, 40000);
	follow_hog(bounds);
	read_limits(bounds, bounds->hog, &limits);
	end_hog(bounds);
	source_close(bounds->source);
	bounds->source = NULL;
	follow_hog(bounds);
	pid = bounds->hog;
	/* Not asked for while it lived. */
	end_hog(bounds);
	assert_int_equal(bounds->source->ops->limits(bounds->source, pid, &limits), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			quota_around_a_group_is_told_while_it_lives_and_after, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			least_limit_of_memory_is_told_while_it_lives_and_after, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_kept_tells_nothing_of_the_use_before,
						set_up, tear_down),
	};

	return harness_run("test_limits", tests);
}
