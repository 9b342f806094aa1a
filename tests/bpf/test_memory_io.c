/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Memory and I/O: whose it was, and counted once. */
#include "bpf/harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Starts what holds its memory until it is told to end: as soon as a sample shows what is wanted. */
#define hold_until(scene, holds, ...)                                                 \
	do {                                                                          \
		(scene)->options.interval_ms = 20;                                    \
		(scene)->options.max_interval_ms = 20;                                \
		scene_start((scene), __VA_ARGS__, NULL);                              \
		scene_step_until((scene), (holds));                                   \
		assert_int_equal(denet_monitor_signal((scene)->monitor, SIGTERM), 0); \
		scene_finish(scene);                                                  \
	} while (0)

static const struct seen_sample *last_sample(const struct scene *scene)
{
	static const struct seen_sample none;

	return scene->seen.samples_count ? &scene->seen.samples[scene->seen.samples_count - 1]
					 : &none;
}

static bool one_thread_holds_100_mib(const struct scene *scene)
{
	return last_sample(scene)->aggregated.thread_count == 1 &&
	       last_sample(scene)->aggregated.mem_rss_kb > 100 * MIB_KB;
}

/* /proc shows no memory for a main thread that has ended, though its process lives. */
static void memory_outlives_the_main_thread(void **state)
{
	struct scene *scene = *state;

	hold_until(scene, one_thread_holds_100_mib, "leaderless", "100", "600000");
	assert_true(scene_root(scene)->is.peak_rss_kb > 100 * MIB_KB);
	assert_int_equal(scene_root(scene)->is.threads_total, 2);
}

static uint64_t largest_kb(const struct scene *scene)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < scene->seen.samples_count; i++) {
		if (scene->seen.samples[i].aggregated.mem_rss_kb > largest)
			largest = scene->seen.samples[i].aggregated.mem_rss_kb;
	}
	return largest;
}

static bool two_share_400_mib(const struct scene *scene)
{
	return last_sample(scene)->process_count == 2 &&
	       last_sample(scene)->aggregated.mem_rss_kb > 400 * MIB_KB;
}

static void memory_shared_by_vfork_counts_once(void **state)
{
	struct scene *scene = *state;

	hold_until(scene, two_share_400_mib, "vfork_sleep", "500", "600000");
	assert_in_range(largest_kb(scene), 499 * MIB_KB, 600 * MIB_KB);
	assert_true(scene->summary.peak_mem_rss_kb < 600 * MIB_KB);
}

static bool tree_holds_199_mib(const struct scene *scene)
{
	return last_sample(scene)->aggregated.mem_rss_kb >= 199 * MIB_KB;
}

static void memory_of_parent_and_child_adds_up(void **state)
{
	struct scene *scene = *state;

	hold_until(scene, tree_holds_199_mib, "touch", "200", "600000", "child");
	for (size_t i = 0; i < scene->seen.samples_count; i++) {
		const struct seen_sample *sample = &scene->seen.samples[i];

		assert_true(sample->aggregated.mem_rss_kb >= sample->parent.mem_rss_kb);
	}
	assert_in_range(largest_kb(scene), 199 * MIB_KB, 215 * MIB_KB);
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

static uint64_t line_number(struct scene *scene, const char *key)
{
	char line[64];
	size_t len = strlen(key);

	scene_await_line(scene, line, sizeof(line));
	assert_memory_equal(line, key, len);
	return strtoull(line + len, NULL, 10);
}

/* As the kernel has told the child itself, a read and a write before its end. */
static void calls_and_what_never_reached_the_disk_are_counted(void **state)
{
	struct scene *scene = *state;
	const struct denet_counters *child, *summary = &scene->summary.used;
	uint64_t written, cancelled;
	char path[PATH_MAX];

	assert_true(snprintf(path, sizeof(path), "%s/io", scene->dir) < PATH_MAX);
	scene_run(scene, "io", path, "8388701", "remove");
	child = &scene_child(scene)->is.used;
	assert_true(line_number(scene, "rchar: ") >= 8388701);
	assert_true(line_number(scene, "wchar: ") >= 8388701);
	assert_int_equal(child->syscall_read_count, line_number(scene, "syscr: ") + 1);
	assert_int_equal(child->syscall_write_count, line_number(scene, "syscw: ") + 1);
	assert_int_equal(child->disk_read_bytes, line_number(scene, "read_bytes: "));
	written = line_number(scene, "write_bytes: ");
	cancelled = line_number(scene, "cancelled_write_bytes: ");
	assert_int_equal(child->disk_write_bytes, written);
	assert_int_equal(child->disk_write_cancelled_bytes, cancelled);
	print_message("             %llu bytes written, %llu cancelled\n",
		      (unsigned long long)written, (unsigned long long)cancelled);
	assert_int_equal(summary->disk_write_cancelled_bytes, cancelled);
	assert_true(summary->syscall_write_count > child->syscall_write_count);
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
		scene_test(calls_and_what_never_reached_the_disk_are_counted),
		scene_test(page_faults_are_counted),
	};

	return harness_run("memory_io", tests);
}
