/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs a command, shows its memory and CPU while it runs, and what it has used at the end.
 *
 *	cc follow.c $(pkg-config --cflags --libs denet) -o follow
 *	./follow make -j8
 */
#include <denet/denet.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* The tree is valid until this returns. What is not known is DENET_UNKNOWN, never 0. */
static void on_sample(void *context, const struct denet_tree *tree)
{
	const struct denet_sample *sum = &tree->aggregated;

	(void)context;
	(void)fprintf(stderr, "%" PRIu64 " processes, %.0f%% of a CPU, %" PRIu64 " MiB\n",
		      tree->process_count, sum->cpu_usage, sum->mem_rss_kb / 1024);
}

static void on_process(void *context, const struct denet_process *process)
{
	uint64_t *longest_ns = context;

	if (process->used.cpu_time_ns == DENET_UNKNOWN || process->used.cpu_time_ns <= *longest_ns)
		return;
	*longest_ns = process->used.cpu_time_ns;
	(void)fprintf(stderr, "most CPU so far: %s[%" PRIu32 "]\n", process->comm, process->pid);
}

static void on_warning(void *context, const char *text)
{
	(void)context;
	(void)fprintf(stderr, "note: %s\n", text);
}

static int show_summary(struct denet_monitor *monitor)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	int r = denet_monitor_summary(monitor, &summary);

	if (r)
		return r;
	printf("%.3f s of CPU in %.3f s", (double)summary.used.cpu_time_ns / 1e9,
	       (double)summary.wall_ns / 1e9);
	if (summary.processes_total != DENET_UNKNOWN)
		printf(", %" PRIu64 " processes", summary.processes_total);
	if (summary.peak_mem_rss_kb != DENET_UNKNOWN)
		printf(", sum of RSS %" PRIu64 " kB", summary.peak_mem_rss_kb);
	printf(summary.accounting == DENET_ACCOUNTING_BPF ? ", exact\n" : ", sampled\n");
	return 0;
}

int main(int argc, char *argv[])
{
	/* Every struct that begins with its size is told it before it is handed over. */
	struct denet_options options = { .size = sizeof(options) };
	struct denet_launch launch = { .size = sizeof(launch) };
	struct denet_error error = { .size = sizeof(error) };
	uint64_t longest_ns = 0;
	const struct denet_observer observer = {
		.size = sizeof(observer),
		.context = &longest_ns,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_warning = on_warning,
	};
	struct denet_monitor *monitor;
	struct denet_end end = { .known = false };
	int r;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: follow COMMAND [ARGUMENT...]\n");
		return 125;
	}
	denet_options_init(&options);
	denet_launch_init(&launch);
	launch.argv = argv + 1;
	r = denet_run(&options, &observer, &launch, &monitor, &error);
	if (r) {
		(void)fprintf(stderr, "%s\n", error.text);
		return error.exec_errno == ENOENT ? 127 : 125;
	}

	/* Beside other things to do, poll denet_monitor_fd() and call denet_monitor_step() instead. */
	do
		r = denet_monitor_wait(monitor, -1);
	while (r == -EINTR);
	if (r == 1 && !show_summary(monitor))
		(void)denet_monitor_exit(monitor, &end);
	denet_monitor_free(monitor);
	return end.known ? (end.signal ? 128 + end.signal : end.exit_code) : 125;
}
