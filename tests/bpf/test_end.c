/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A monitor that has ended and is kept has nothing in the kernel, which others would pay for. */
#include "bpf/harness.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_MS 60000
#define GONE_TRIES 5000 /* of a millisecond */
#define IDS_MAX 4096
#define KINDS 3

struct objects {
	__u32 ids[KINDS][IDS_MAX];
	size_t counts[KINDS];
};

static int next_id(int kind, __u32 id, __u32 *ret_next)
{
	switch (kind) {
	case 0:
		return bpf_prog_get_next_id(id, ret_next);
	case 1:
		return bpf_map_get_next_id(id, ret_next);
	default:
		return bpf_link_get_next_id(id, ret_next);
	}
}

static void add(struct objects *objects, int kind, __u32 id)
{
	assert_true(objects->counts[kind] < IDS_MAX);
	objects->ids[kind][objects->counts[kind]++] = id;
}

/* By a descriptor, or through another object that is. */
static void add_held(struct objects *objects, const char *fd)
{
	static const char *const keys[KINDS] = { "prog_id:", "map_id:", "link_id:" };
	char path[64], line[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%.20s", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		for (int kind = 0; kind < KINDS; kind++)
			if (!strncmp(line, keys[kind], strlen(keys[kind])))
				add(objects, kind, (__u32)strtoul(strchr(line, ':') + 1, NULL, 10));
	if (file)
		(void)fclose(file);
}

/* What this process has in the kernel, beside which others have theirs. */
static void add_all_held(struct objects *objects)
{
	DIR *dir = opendir("/proc/self/fdinfo");
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		add_held(objects, entry->d_name);
	(void)closedir(dir);
}

/* Whether `bpftool prog|map|link` would list it. */
static bool is_listed(int kind, __u32 id)
{
	__u32 next;

	return !next_id(kind, id - 1, &next) && next == id;
}

static size_t count_listed(const struct objects *objects)
{
	size_t count = 0;

	for (int kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < objects->counts[kind]; i++)
			count += is_listed(kind, objects->ids[kind][i]);
	return count;
}

/* The kernel may take a moment for what has no descriptor any more. */
static void assert_gone(const struct objects *objects)
{
	for (int i = 0; i < GONE_TRIES && count_listed(objects); i++)
		poll(NULL, 0, 1);
	assert_int_equal(count_listed(objects), 0);
}

static void assert_all_kinds(const struct objects *objects)
{
	for (int kind = 0; kind < KINDS; kind++)
		assert_true(objects->counts[kind] > 0);
	assert_true(count_listed(objects) > 0);
}

static struct denet_monitor *start(const struct denet_options *options)
{
	struct denet_launch launch = { .size = sizeof(launch) };
	struct denet_monitor *monitor = NULL;
	char name[] = "true";
	char *argv[] = { name, NULL };

	denet_launch_init(&launch);
	launch.argv = argv;
	assert_int_equal(denet_run(options, NULL, &launch, &monitor, NULL), 0);
	return monitor;
}

static void kept_monitors_have_nothing_in_the_kernel(void **state)
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_monitor *kept[8];
	static struct objects held;

	(void)state;
	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	for (int i = 0; i < 8; i++) {
		kept[i] = start(&options);
		add_all_held(&held);
		assert_all_kinds(&held);
		assert_int_equal(denet_monitor_wait(kept[i], LONG_MS), 1);
	}
	assert_gone(&held);
	for (int i = 0; i < 8; i++) {
		struct denet_summary summary = { .size = sizeof(summary) };

		assert_int_equal(denet_monitor_summary(kept[i], &summary), 0);
		assert_int_equal(summary.accounting, DENET_ACCOUNTING_BPF);
		assert_int_equal(summary.processes_exact, 1);
		denet_monitor_free(kept[i]);
	}
}

/* What rests for the next run is the one thing that is left, until it is given back. */
static void kept_set_is_gone_once_it_is_released(void **state)
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_monitor *monitor;
	static struct objects held;

	(void)state;
	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	options.keep_loaded = true;
	monitor = start(&options);
	add_all_held(&held);
	assert_all_kinds(&held);
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	denet_release();
	assert_gone(&held);
	assert_int_equal(denet_monitor_summary(monitor, &summary), 0);
	assert_int_equal(summary.accounting, DENET_ACCOUNTING_BPF);
	assert_int_equal(summary.processes_exact, 1);
	denet_monitor_free(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_monitors_have_nothing_in_the_kernel),
		cmocka_unit_test(kept_set_is_gone_once_it_is_released),
	};

	return harness_run("end", tests);
}
