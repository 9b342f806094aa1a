/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Memory and I/O: whose it was, and counted once. */
#include "bpf/harness.h"

#include <stdio.h>

#define MIB_KB 1024

static void peak_of_a_short_child_is_its_own(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;

	scene_run(scene, "touch", "300", "0", "child");
	child = &scene_child(scene)->is;
	assert_in_range(child->peak_rss_kb, 299 * MIB_KB, 310 * MIB_KB);
	assert_true(scene_root(scene)->is.peak_rss_kb < 20 * MIB_KB);
	assert_int_equal(scene->summary.peak_process_pid, child->pid);
	assert_int_equal(scene->summary.peak_process_rss_kb, child->peak_rss_kb);
	assert_true(scene->summary.peak_mem_rss_kb >= child->peak_rss_kb);
}

static void program_does_not_inherit_the_peak_of_what_forked_it(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;

	/* Often enough to see the child while it still shares the memory of its parent. */
	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_run(scene, "vfork_sleep", "300", "100");
	child = &scene_child(scene)->is;
	if (child->peak_rss_kb != DENET_UNKNOWN)
		assert_true(child->peak_rss_kb < 100 * MIB_KB);
	assert_in_range(scene_root(scene)->is.peak_rss_kb, 299 * MIB_KB, 310 * MIB_KB);
}

/* /proc shows no memory for a main thread that has ended, though its process lives. */
static void memory_outlives_the_main_thread(void **state)
{
	struct scene *scene = *state;
	bool was_seen = false;

	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_run(scene, "leaderless", "100", "200");
	for (size_t i = 0; i + 1 < scene->seen.samples_count; i++)
		was_seen |= scene->seen.samples[i].aggregated.thread_count == 1 &&
			    scene->seen.samples[i].aggregated.mem_rss_kb > 100 * MIB_KB;
	assert_true(was_seen);
	assert_true(scene_root(scene)->is.peak_rss_kb > 100 * MIB_KB);
	assert_int_equal(scene_root(scene)->is.threads_total, 2);
}

static void memory_shared_by_vfork_counts_once(void **state)
{
	struct scene *scene = *state;
	bool were_two = false;
	uint64_t largest_kb = 0;

	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_run(scene, "vfork_sleep", "500", "300");
	for (size_t i = 0; i < scene->seen.samples_count; i++) {
		const struct seen_sample *sample = &scene->seen.samples[i];

		were_two |=
			sample->process_count == 2 && sample->aggregated.mem_rss_kb > 400 * MIB_KB;
		if (sample->aggregated.mem_rss_kb > largest_kb)
			largest_kb = sample->aggregated.mem_rss_kb;
	}
	assert_true(were_two);
	assert_in_range(largest_kb, 499 * MIB_KB, 600 * MIB_KB);
	assert_true(scene->summary.peak_mem_rss_kb < 600 * MIB_KB);
}

static void memory_of_parent_and_child_adds_up(void **state)
{
	struct scene *scene = *state;
	uint64_t largest_kb = 0;

	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_run(scene, "touch", "200", "300", "child");
	for (size_t i = 0; i < scene->seen.samples_count; i++) {
		const struct seen_sample *sample = &scene->seen.samples[i];

		if (sample->aggregated.mem_rss_kb > largest_kb)
			largest_kb = sample->aggregated.mem_rss_kb;
		assert_true(sample->aggregated.mem_rss_kb >= sample->parent.mem_rss_kb);
	}
	assert_in_range(largest_kb, 199 * MIB_KB, 215 * MIB_KB);
}

static void bytes_of_a_waited_child_count_once(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	const struct denet_counters *child;
	const struct denet_counters *root;

	assert_true(snprintf(path, sizeof(path), "%s/io", scene->dir) < PATH_MAX);
	scene_run(scene, "io", path, "8388701", "child");
	child = &scene_child(scene)->is.used;
	root = &scene_root(scene)->is.used;
	assert_int_equal(child->syscall_write_bytes, 8388701);
	assert_true(child->syscall_read_bytes >= 8388701);
	/* The root wrote its pid and a number, and read its own program. */
	assert_true(root->syscall_write_bytes < 200);
	assert_true(root->syscall_read_bytes < 100000);
	assert_int_equal(scene->summary.used.syscall_write_bytes,
			 root->syscall_write_bytes + 8388701);
}

static void page_faults_are_counted(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "touch", "64");
	assert_in_range(scene->summary.used.page_faults_cached, 64 * 256, 64 * 256 + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(peak_of_a_short_child_is_its_own),
		scene_test(program_does_not_inherit_the_peak_of_what_forked_it),
		scene_test(memory_outlives_the_main_thread),
		scene_test(memory_shared_by_vfork_counts_once),
		scene_test(memory_of_parent_and_child_adds_up),
		scene_test(bytes_of_a_waited_child_count_once),
		scene_test(page_faults_are_counted),
	};

	return harness_run("memory_io", tests);
}
