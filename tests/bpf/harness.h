/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the BPF tests share: a scene is one monitored workload beside its referee, made afresh for
 * each test and cleared away after it, however it ends.
 */
#ifndef DENET_BPF_HARNESS_H
#define DENET_BPF_HARNESS_H

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/referee.h"
#include "bpf/seen.h"
#include "denet/denet.h"

/* Waits for what no descriptor tells of. */
#define await_that(condition)             \
	do {                              \
		while (!(condition))      \
			poll(NULL, 0, 1); \
	} while (0)

struct scene {
	struct referee referee;
	struct seen seen;
	struct denet_options options; /* accounting is BPF; a test changes the rest */
	struct denet_monitor *monitor; /* owned */
	struct denet_summary summary; /* valid once finished */
	struct denet_error error;
	char dir[PATH_MAX]; /* for files of the test, removed with everything in it */
	pid_t spawned; /* by scene_spawn(); 0 when there is none */
	int spawned_stdout;
	bool is_held; /* set before scene_spawn(): it waits before its exec for scene_release() */
	int release_fd;
	/* CPU of the workload before it was in the referee's cgroup: since our exec, since birth. */
	uint64_t outside_ns;
	uint64_t outside_whole_ns;
	uint64_t entering_ns; /* of outside_ns: may be in the referee's figure as well */
};

int scene_setup(void **state);
int scene_teardown(void **state);

#define scene_test(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

/* Returns the status for main(): 77, or 1 with DENET_REQUIRE_BPF=1, where BPF cannot be had. */
#define harness_run(name, tests)                     \
	(harness_skips(name) ? harness_skip_status() \
			     : cmocka_run_group_tests_name(name, tests, NULL, NULL))

/* Says why on stdout, by the name of the program. */
bool harness_skips(const char *name);
int harness_skip_status(void);

/* A program beside this one: "workloads/spin". In a static buffer of the caller's. */
void harness_path(const char *name, char path[PATH_MAX]);

/* For tests that the kernel or the machine does not allow: a skip that is seen. */
_Noreturn void harness_skip_test(const char *reason);

/*
 * The workload and its arguments, strings up to a NULL, under the monitor and in the cgroup. It is
 * held to succeed; scene_try() is not, and takes a whole argv as it is, outside the cgroup.
 */
void scene_start(struct scene *scene, const char *workload, ...);
int scene_try(struct scene *scene, char *const argv[], int stdout_fd);

/* Starts a workload in the cgroup without a monitor; its stdout is scene->spawned_stdout. */
void scene_spawn(struct scene *scene, const char *workload, ...);

void scene_release(struct scene *scene);

/* Waits until the spawned workload has written a line. */
void scene_await_line(struct scene *scene, char *line, size_t size);

void scene_attach(struct scene *scene, pid_t pid);

/* Waits until there is something to do. */
void scene_wait(const struct scene *scene);

/* Steps when there is something to do; true when monitoring has ended. */
bool scene_step(struct scene *scene);

/* Steps until that many samples were seen. */
void scene_await_samples(struct scene *scene, size_t count);

/* Steps until it holds: after each of the samples, of which it takes some and not all. */
void scene_step_until(struct scene *scene, bool (*holds)(const struct scene *scene));

/* Steps to the end, fetches the summary and checks that all the figures agree with each other. */
void scene_finish(struct scene *scene);

/* scene_start() with the arguments, then scene_finish(). */
#define scene_run(scene, ...)                            \
	do {                                             \
		scene_start((scene), __VA_ARGS__, NULL); \
		scene_finish(scene);                     \
	} while (0)

/* Fills in what was used outside; scene_finish() does it too. */
void scene_read_outside(struct scene *scene);

/* What the cgroup has used, with what the workload used on the way into it. */
uint64_t scene_referee_ns(const struct scene *scene);

/*
 * Holds when used is what the referee says, within 0.3 ms or 0.1 %; prints both. The fork and the
 * exec that began the workload may be in it or not: the referee has not seen them.
 */
void scene_assert_exact(const struct scene *scene, const char *what, uint64_t used_ns);

/* Whether a and b differ by no more than that. */
bool is_close(uint64_t a, uint64_t b, uint64_t tolerance);

/* CPU of all children that this program has waited for. */
uint64_t waited_cpu_ns(void);

/* The only process of that name; a failed test when there is none or are several. */
const struct seen_process *scene_only(const struct scene *scene, const char *comm);

/* The process with that pid, NULL when there is none; of several the last. */
const struct seen_process *scene_process(const struct scene *scene, uint32_t pid);

const struct seen_process *scene_root(const struct scene *scene);

/* The first of the root's own children; a failed test when there is none. */
const struct seen_process *scene_child(const struct scene *scene);

/* "dir/name" of a new file of that size, zeroed, and its mapping. */
void *scene_map(struct scene *scene, const char *name, size_t size, char path[PATH_MAX]);

#endif
