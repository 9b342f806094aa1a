/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who told a process to end, by which signal, and when. */
#include "bpf/harness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel refuses the program that listens, as a test may have it. */
static bool is_deaf(void)
{
	const char *path = getenv("DENET_TEST_PATH");

	return path && strcmp(path, "deaf") == 0;
}

struct pids {
	int receiver;
	int sender;
};

static const struct denet_process *run_tell(struct scene *scene, const char *number,
					    const char *how, struct pids *ret_pids)
{
	const struct seen_process *seen;
	char line[64];

	scene_run(scene, "tell", number, how);
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(sscanf(line, "%d %d", &ret_pids->receiver, &ret_pids->sender), 2);
	seen = scene_process(scene, (uint32_t)ret_pids->receiver);
	assert_non_null(seen);
	return &seen->is;
}

static void assert_told(const struct scene *scene, const struct denet_process *process, int number,
			int sender)
{
	if (is_deaf()) {
		assert_int_equal(process->told_signal, 0);
		return;
	}
	assert_int_equal(process->told_signal, number);
	assert_int_equal(process->told_by_pid, sender);
	assert_true(process->told_ns <= scene->summary.wall_ns);
}

static void sibling_that_tells_is_known(void **state)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct denet_process *process;
		void *own_state = NULL;
		struct scene *scene;
		struct pids pids;
		char number[8];

		assert_int_equal(scene_setup(&own_state), 0);
		scene = own_state;
		snprintf(number, sizeof(number), "%d", numbers[i]);
		process = run_tell(scene, number, NULL, &pids);
		assert_told(scene, process, numbers[i], pids.sender);
		assert_true(is_deaf() || process->told_by_id != 0);
		if (numbers[i] == SIGKILL)
			assert_int_equal(process->end.signal, SIGKILL);
		else
			assert_int_equal(process->end.exit_code, 7);
		assert_int_equal(scene_teardown(&own_state), 0);
	}
	(void)state;
}

static void other_signals_tell_nobody_to_end(void **state)
{
	struct scene *scene = *state;
	struct pids pids;

	/* SIGUSR2, which ends it all the same. */
	assert_int_equal(run_tell(scene, "12", NULL, &pids)->told_signal, 0);
}

static void what_is_ignored_has_told_nothing(void **state)
{
	struct scene *scene = *state;
	struct pids pids;

	assert_int_equal(run_tell(scene, "15", "ignore", &pids)->told_signal, 0);
}

static void who_tells_itself_is_told_by_nobody(void **state)
{
	struct scene *scene = *state;
	struct pids pids;

	assert_int_equal(run_tell(scene, "15", "self", &pids)->told_signal, 0);
}

static void stranger_that_tells_is_known_by_its_pid(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;
	char line[16];

	scene_start(scene, "idle", "2", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(kill(denet_monitor_pid(scene->monitor), SIGTERM), 0);
	scene_finish(scene);
	root = &scene_root(scene)->is;
	assert_told(scene, root, SIGTERM, getpid());
	assert_int_equal(root->told_by_id, 0);
	assert_int_equal(root->end.exit_code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sibling_that_tells_is_known),
		scene_test(other_signals_tell_nobody_to_end),
		scene_test(what_is_ignored_has_told_nothing),
		scene_test(who_tells_itself_is_told_by_nobody),
		scene_test(stranger_that_tells_is_known_by_its_pid),
	};

	return harness_run("told", tests);
}
