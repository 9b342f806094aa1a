/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One monitor over a scripted source and a set clock, and what its observer hears. */
#ifndef DENET_UNIT_FOLLOW_WORLD_H
#define DENET_UNIT_FOLLOW_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scripted_source.h"
#include "set_clock.h"

#include "follow/monitor_internal.h"

#define HEARD_MAX 64

struct heard {
	unsigned int starts, arrivals, samples, processes, exits;
	char start_args[64];
	char start_exe[64];
	double start_cpu_limit_cores;
	uint64_t start_memory_limit_kb;
	char arrived[HEARD_MAX][32]; /* the arguments */
	struct denet_process ended[HEARD_MAX];
	char ended_comm[HEARD_MAX][DENET_COMM_LEN + 1];
	char ended_args[HEARD_MAX][32];
	uint64_t cpu_time_ns; /* of the last sample, as the next */
	uint64_t process_count;
	uint64_t children_count;
	double root_usage;
	uint64_t root_rss_kb, sum_rss_kb;
	uint64_t threads;
	bool is_over, is_root_over;
	uint64_t pss_kb;
	bool is_pss_rough;
	char warning[256];
	unsigned int warnings;
};

/* The root is a real process, which does nothing until it is let go. */
struct world {
	struct denet_options options;
	struct heard heard;
	struct denet_monitor *monitor;
	struct denet_error error;
	pid_t root;
	int hold_fd;
};

static inline void on_start(void *context, const struct denet_start *start)
{
	struct heard *heard = context;

	heard->starts++;
	heard->start_cpu_limit_cores = start->cpu_limit_cores;
	heard->start_memory_limit_kb = start->memory_limit_kb;
	(void)snprintf(heard->start_args, sizeof(heard->start_args), "%s",
		       start->command.args ? start->command.args : "");
	(void)snprintf(heard->start_exe, sizeof(heard->start_exe), "%s",
		       start->command.exe ? start->command.exe : "");
}

static inline void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct heard *heard = context;

	assert_true(heard->arrivals < HEARD_MAX);
	(void)snprintf(heard->arrived[heard->arrivals++], sizeof(heard->arrived[0]), "%s",
		       arrival->command.args ? arrival->command.args : "");
}

static inline void on_sample(void *context, const struct denet_tree *tree)
{
	struct heard *heard = context;

	heard->samples++;
	heard->cpu_time_ns = tree->aggregated.used.cpu_time_ns;
	heard->process_count = tree->process_count;
	heard->children_count = tree->children_count;
	heard->root_usage = tree->parent.cpu_usage;
	heard->root_rss_kb = tree->parent.mem_rss_kb;
	heard->sum_rss_kb = tree->aggregated.mem_rss_kb;
	heard->threads = tree->aggregated.thread_count;
	heard->is_over = tree->aggregated_is_over;
	heard->is_root_over = tree->parent_is_over;
	heard->pss_kb = tree->aggregated.pss_kb;
	heard->is_pss_rough = tree->pss_is_rough;
}

static inline void on_process(void *context, const struct denet_process *process)
{
	struct heard *heard = context;
	unsigned int at = heard->processes++;

	assert_true(at < HEARD_MAX);
	heard->ended[at] = *process;
	(void)snprintf(heard->ended_comm[at], sizeof(heard->ended_comm[0]), "%s", process->comm);
	(void)snprintf(heard->ended_args[at], sizeof(heard->ended_args[0]), "%s",
		       process->command.args ? process->command.args : "");
}

static inline void on_exit_record(void *context, const struct denet_exit *end)
{
	struct heard *heard = context;

	(void)end;
	heard->exits++;
}

static inline void on_warning(void *context, const char *text)
{
	struct heard *heard = context;

	heard->warnings++;
	(void)snprintf(heard->warning, sizeof(heard->warning), "%s", text);
}

static inline struct denet_observer observer_of(struct world *world)
{
	return (struct denet_observer){
		.size = sizeof(struct denet_observer),
		.context = &world->heard,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_record,
		.on_warning = on_warning,
	};
}

static inline void init_world(struct world *world)
{
	memset(world, 0, sizeof(*world));
	memset(&script, 0, sizeof(script));
	world->options.size = sizeof(world->options);
	world->error.size = sizeof(world->error);
	denet_options_init(&world->options);
	world->hold_fd = -1;
}

static inline void start_root(struct world *world)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	world->hold_fd = ends[1];
	world->root = fork();
	assert_true(world->root >= 0);
	if (!world->root) {
		(void)close(ends[1]);
		_exit(read(ends[0], &byte, 1) > 0);
	}
	(void)close(ends[0]);
}

static inline int try_attach(struct world *world)
{
	const struct denet_observer observer = observer_of(world);

	start_root(world);
	return start_following(&world->options, &observer, world->root, scripted_list,
			       &world->monitor, &world->error);
}

/* Its first step is over: the first sample was shown. */
static inline void attach(struct world *world)
{
	assert_int_equal(try_attach(world), 0);
	assert_int_equal(denet_monitor_step(world->monitor), 0);
}

/* A command that ends when its stdin does. */
static inline void run(struct world *world)
{
	const struct denet_observer observer = observer_of(world);
	struct denet_launch launch = { .size = sizeof(launch) };
	char name[] = "cat";
	char *argv[] = { name, NULL };
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	denet_launch_init(&launch);
	launch.argv = argv;
	launch.stdin_fd = ends[0];
	assert_int_equal(start_running(&world->options, &observer, &launch, scripted_list,
				       &world->monitor, &world->error),
			 0);
	(void)close(ends[0]);
	world->hold_fd = ends[1];
	world->root = denet_monitor_pid(world->monitor);
}

/* The process ends; what the source says of that is the script's. */
static inline void let_root_go(struct world *world)
{
	siginfo_t info;

	(void)close(world->hold_fd);
	world->hold_fd = -1;
	assert_int_equal(waitid(P_PID, (id_t)world->root, &info, WEXITED | WNOWAIT), 0);
}

static inline int step(struct world *world)
{
	return denet_monitor_step(world->monitor);
}

static inline int step_after_ms(struct world *world, uint64_t ms)
{
	clock_advance_ms(ms);
	return step(world);
}

static inline struct denet_summary summary_of(struct world *world)
{
	struct denet_summary summary = { .size = sizeof(summary) };

	assert_int_equal(denet_monitor_summary(world->monitor, &summary), 0);
	assert_int_equal(script.closed, script.opened);
	return summary;
}

static inline void end_world(struct world *world)
{
	if (world->hold_fd >= 0)
		(void)close(world->hold_fd);
	denet_monitor_free(world->monitor);
	(void)waitpid(world->root, NULL, 0);
	assert_int_equal(script.closed, script.opened);
}

#endif
