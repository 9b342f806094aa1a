/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A monitor that has ended and is kept has nothing in the kernel, which others would pay for. */
#include "bpf/harness.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
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

/* What `bpftool prog|map|link` would list. */
static void list(struct objects *ret_objects)
{
	memset(ret_objects, 0, sizeof(*ret_objects));
	for (int kind = 0; kind < KINDS; kind++) {
		__u32 id = 0;

		while (!next_id(kind, id, &id)) {
			assert_true(ret_objects->counts[kind] < IDS_MAX);
			ret_objects->ids[kind][ret_objects->counts[kind]++] = id;
		}
	}
}

static bool has(const struct objects *objects, int kind, __u32 id)
{
	for (size_t i = 0; i < objects->counts[kind]; i++)
		if (objects->ids[kind][i] == id)
			return true;
	return false;
}

/* How many there are that were not there before. */
static size_t count_new(const struct objects *before)
{
	static struct objects now;
	size_t count = 0;

	list(&now);
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < now.counts[kind]; i++)
			count += !has(before, kind, now.ids[kind][i]);
	return count;
}

/* The kernel may take a moment for what has no descriptor any more. */
static void assert_nothing_new(const struct objects *before)
{
	for (int i = 0; i < GONE_TRIES && count_new(before); i++)
		poll(NULL, 0, 1);
	assert_int_equal(count_new(before), 0);
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
	static struct objects before;

	(void)state;
	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	list(&before);
	for (int i = 0; i < 8; i++) {
		kept[i] = start(&options);
		assert_true(count_new(&before) > 0);
		assert_int_equal(denet_monitor_wait(kept[i], LONG_MS), 1);
	}
	assert_nothing_new(&before);
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
	static struct objects before;

	(void)state;
	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	options.keep_loaded = true;
	list(&before);
	monitor = start(&options);
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	denet_release();
	assert_nothing_new(&before);
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
