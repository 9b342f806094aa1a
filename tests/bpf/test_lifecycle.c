/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From start to end: several monitors, a killed one, what may fail, and what is left behind. */
#include "bpf/harness.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

#define OBJECTS_MAX 4096
#define GONE_TRIES 1000 /* of 10 ms */

/* --- several at once --- */

static void two_monitors_at_once_each_see_their_own(void **state)
{
	struct scene *scene = *state;
	void *other_state = NULL;
	struct scene *other;

	assert_int_equal(scene_setup(&other_state), 0);
	other = other_state;
	scene_start(scene, "forks", "300", "1000", NULL);
	scene_start(other, "forks", "200", "1500", NULL);
	scene_finish(scene);
	scene_finish(other);
	assert_int_equal(scene->summary.processes_total, 301);
	assert_int_equal(other->summary.processes_total, 201);
	scene_assert_exact(scene, "first monitor", scene->summary.used.cpu_time_ns);
	scene_assert_exact(other, "second monitor", other->summary.used.cpu_time_ns);
	assert_int_equal(scene_teardown(&other_state), 0);
}

static void two_monitors_may_follow_one_tree(void **state)
{
	struct scene *scene = *state;
	struct denet_observer none = { .size = sizeof(none) };
	struct denet_monitor *second = NULL;
	struct denet_summary summary = { .size = sizeof(summary) };
	char line[16];

	scene_start(scene, "idle", "10", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(denet_attach(&scene->options, &none, denet_monitor_pid(scene->monitor),
				      &second, &scene->error),
			 0);
	assert_int_equal(denet_monitor_signal(second, SIGTERM), 0);
	scene_finish(scene);
	while (denet_monitor_step(second) == 0) {
		struct pollfd ready = { .fd = denet_monitor_fd(second), .events = POLLIN };

		assert_true(poll(&ready, 1, 10000) > 0);
	}
	assert_int_equal(denet_monitor_summary(second, &summary), 0);
	assert_int_equal(summary.processes_total, 11);
	assert_int_equal(scene->summary.processes_total, 11);
	denet_monitor_free(second);
}

/* What this program does when it is called with --monitor: a monitor as small as can be. */
static int monitor_command(char *argv[])
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_launch launch = { .size = sizeof(launch) };
	struct denet_error error = { .size = sizeof(error) };
	struct denet_monitor *monitor = NULL;
	struct denet_summary summary = { .size = sizeof(summary) };

	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	denet_launch_init(&launch);
	launch.argv = argv;
	if (denet_run(&options, NULL, &launch, &monitor, &error))
		return 99;
	while (denet_monitor_step(monitor) == 0) {
		struct pollfd ready = { .fd = denet_monitor_fd(monitor), .events = POLLIN };

		(void)poll(&ready, 1, -1);
	}
	if (denet_monitor_summary(monitor, &summary))
		return 98;
	printf("%llu %llu\n", (unsigned long long)summary.processes_total,
	       (unsigned long long)summary.used.cpu_time_ns);
	denet_monitor_free(monitor);
	return 0;
}

static void monitor_inside_a_monitor_is_exact_for_both(void **state)
{
	struct scene *scene = *state;
	char self[PATH_MAX];
	char forks[PATH_MAX];
	char line[64];
	unsigned long long processes = 0;
	unsigned long long cpu_ns = 0;

	harness_path("bpf/test_lifecycle", self);
	harness_path("workloads/forks", forks);
	/* spawn COUNT CMD: the monitor as a grandchild. */
	scene_run(scene, "spawn", "1", self, "--monitor", forks, "100", "1000");
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(sscanf(line, "%llu %llu", &processes, &cpu_ns), 2);
	assert_int_equal(processes, 101);
	assert_int_equal(scene->summary.processes_total, 101 + 2);
	assert_true(cpu_ns >= 100000000 && cpu_ns < scene->summary.used.cpu_time_ns);
	scene_assert_exact(scene, "outer monitor", scene->summary.used.cpu_time_ns);
}

/* --- a killed monitor --- */

struct objects {
	__u32 ids[OBJECTS_MAX];
	size_t count;
};

typedef int (*next_id_fn)(__u32 from, __u32 *ret_id);

static void objects_list(struct objects *objects, next_id_fn next_id)
{
	__u32 id = 0;

	objects->count = 0;
	while (objects->count < OBJECTS_MAX && next_id(id, &id) == 0)
		objects->ids[objects->count++] = id;
}

static bool objects_has(const struct objects *objects, __u32 id)
{
	for (size_t i = 0; i < objects->count; i++) {
		if (objects->ids[i] == id)
			return true;
	}
	return false;
}

/* How many are in now that were not in before; those of others go away in time too. */
static size_t objects_added(const struct objects *before, next_id_fn next_id)
{
	struct objects now;
	size_t added = 0;

	objects_list(&now, next_id);
	for (size_t i = 0; i < now.count; i++)
		added += !objects_has(before, now.ids[i]);
	return added;
}

static void await_none_added(const struct objects *before, next_id_fn next_id)
{
	for (int i = 0; i < GONE_TRIES && objects_added(before, next_id); i++)
		poll(NULL, 0, 10);
	assert_int_equal(objects_added(before, next_id), 0);
}

/* Monitors an idle tree for ever, and tells the root's pid. */
_Noreturn static void monitor_until_killed(struct scene *scene, int pid_fd)
{
	char line[16];
	pid_t pid;

	scene_start(scene, "idle", "2", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_await_samples(scene, 2);
	pid = denet_monitor_pid(scene->monitor);
	if (write(pid_fd, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	while (!scene_step(scene))
		;
	_exit(0);
}

static bool has_ended(int pidfd, int timeout_ms)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	return poll(&end, 1, timeout_ms) > 0;
}

static void killed_monitor_leaves_the_command_and_nothing_else(void **state)
{
	struct scene *scene = *state;
	struct objects programs, maps;
	int ends[2];
	pid_t monitor, command;
	AUTO_FD int pidfd = -1;

	objects_list(&programs, bpf_prog_get_next_id);
	objects_list(&maps, bpf_map_get_next_id);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	monitor = fork();
	if (monitor == 0)
		monitor_until_killed(scene, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &command, sizeof(command)), sizeof(command));
	close(ends[0]);
	pidfd = (int)syscall(SYS_pidfd_open, command, 0);
	assert_true(pidfd >= 0);
	assert_true(objects_added(&programs, bpf_prog_get_next_id) > 0);
	assert_true(objects_added(&maps, bpf_map_get_next_id) > 0);

	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(waitpid(monitor, NULL, 0), monitor);
	await_none_added(&programs, bpf_prog_get_next_id);
	await_none_added(&maps, bpf_map_get_next_id);
	assert_false(has_ended(pidfd, 0));
	assert_int_equal(kill(command, SIGTERM), 0);
	assert_true(has_ended(pidfd, 10000));
}

static void freed_monitor_leaves_nothing(void **state)
{
	struct scene *scene = *state;
	struct objects programs, maps;

	objects_list(&programs, bpf_prog_get_next_id);
	objects_list(&maps, bpf_map_get_next_id);
	scene_run(scene, "spin", "1");
	denet_monitor_free(scene->monitor);
	scene->monitor = NULL;
	await_none_added(&programs, bpf_prog_get_next_id);
	await_none_added(&maps, bpf_map_get_next_id);
}

/* --- what may fail --- */

static int exec_error(struct scene *scene, const char *path)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	int r = scene_try(scene, argv, -1);

	assert_true(r < 0);
	assert_null(scene->monitor);
	assert_true(strlen(scene->error.text) > 0);
	assert_null(strchr(scene->error.text, '\n'));
	/* Nothing was started that is still there. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(scene->seen.starts_count, 0);
	return scene->error.exec_errno;
}

static void failed_exec_tells_the_reason_of_the_kernel(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];

	assert_int_equal(exec_error(scene, "/no/such/program"), ENOENT);
	assert_int_equal(exec_error(scene, "no-such-program-in-the-path"), ENOENT);
	assert_int_equal(exec_error(scene, ""), ENOENT);
	assert_int_equal(exec_error(scene, scene->dir), EACCES);
	(void)scene_map(scene, "not-executable", 1, path);
	assert_int_equal(exec_error(scene, path), EACCES);
	assert_int_equal(exec_error(scene, "/proc/self/status/x"), ENOTDIR);
}

static void program_is_searched_for_in_the_path(void **state)
{
	struct scene *scene = *state;
	char *argv[] = { "nop", NULL };
	char dir[PATH_MAX];
	AUTO_FREE char *before = strdup(getenv("PATH") ? getenv("PATH") : "");

	harness_path("workloads", dir);
	assert_int_equal(setenv("PATH", dir, 1), 0);
	assert_int_equal(scene_try(scene, argv, -1), 0);
	assert_int_equal(setenv("PATH", before, 1), 0);
	scene_finish(scene);
	assert_int_equal(scene->seen.exit.end.exit_code, 0);
	assert_string_equal(scene->seen.processes[0].comm, "nop");
}

/* --- the end --- */

static void descendant_that_outlives_the_root_is_running(void **state)
{
	struct scene *scene = *state;
	size_t running = 0;

	scene_run(scene, "linger", "60000");
	assert_int_equal(scene->summary.processes_total, 2);
	assert_int_equal(scene->summary.processes_running, 1);
	assert_int_equal(scene->summary.survivors_count, 1);
	assert_string_equal(scene->summary.survivors[0].comm, "linger");
	assert_int_equal(kill((pid_t)scene->summary.survivors[0].pid, 0), 0);
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		running += process->is_running;
		assert_int_equal(process->end.known, !process->is_running);
	}
	assert_int_equal(running, 1);
}

static void last_descendant_can_be_waited_for(void **state)
{
	struct scene *scene = *state;

	scene->options.wait_all = true;
	scene_run(scene, "linger", "300", "100");
	assert_int_equal(scene->summary.processes_total, 2);
	assert_int_equal(scene->summary.processes_running, 0);
	assert_int_equal(scene->summary.processes_exact, 2);
	assert_true(scene->summary.used.cpu_time_ns > 100000000);
	scene_assert_exact(scene, "all waited for", scene->summary.used.cpu_time_ns);
}

static void duration_ends_the_monitoring_and_not_the_command(void **state)
{
	struct scene *scene = *state;
	char line[16];
	pid_t pid;

	/* All are there before it begins. */
	scene_spawn(scene, "idle", "2", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene->options.duration_ns = 300000000;
	scene_attach(scene, scene->spawned);
	scene_finish(scene);
	pid = denet_monitor_pid(scene->monitor);
	assert_true(denet_monitor_timed_out(scene->monitor));
	assert_false(scene->summary.end.known);
	assert_int_equal(scene->summary.processes_running, 3);
	assert_int_equal(kill(pid, 0), 0);
	assert_true(scene->summary.wall_ns >= 300000000);
}

static void finish_ends_the_monitoring_at_once(void **state)
{
	struct scene *scene = *state;
	size_t samples;

	scene_start(scene, "idle", "2", "0", NULL);
	scene_await_samples(scene, 1);
	samples = scene->seen.samples_count;
	assert_return_code(denet_monitor_finish(scene->monitor), errno);
	assert_int_equal(scene->seen.samples_count, samples + 1);
	assert_int_equal(denet_monitor_summary(scene->monitor, &scene->summary), 0);
	assert_false(denet_monitor_timed_out(scene->monitor));
	assert_int_equal(kill(denet_monitor_pid(scene->monitor), 0), 0);
}

static void signal_reaches_the_root(void **state)
{
	struct scene *scene = *state;

	scene_start(scene, "spin", "60000", NULL);
	scene_await_samples(scene, 1);
	assert_int_equal(denet_monitor_signal(scene->monitor, SIGUSR1), 0);
	scene_finish(scene);
	assert_int_equal(scene->summary.end.signal, SIGUSR1);
	assert_int_equal(scene->summary.end.exit_code, -1);
	assert_int_equal(scene->seen.exit.end.signal, SIGUSR1);
	assert_int_equal(scene->seen.exits_count, 1);
}

/* What the program `state` says into a file. */
static char *state_of(struct scene *scene, const char *name, bool is_monitored)
{
	char path[PATH_MAX];
	char program[PATH_MAX];
	char *argv[] = { program, NULL };
	AUTO_FREE char *text = calloc(1, 65536);
	AUTO_FD int fd = -1;
	pid_t pid;

	assert_true(snprintf(path, sizeof(path), "%s/%s", scene->dir, name) < PATH_MAX);
	harness_path("workloads/state", program);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	assert_return_code(fd, errno);
	assert_return_code(unlink(path), errno);
	if (is_monitored) {
		assert_int_equal(scene_try(scene, argv, fd), 0);
		scene_finish(scene);
	} else {
		pid = fork();
		if (pid == 0) {
			dup2(fd, STDOUT_FILENO);
			execv(program, argv);
			_exit(127);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	assert_true(pread(fd, text, 65535, 0) > 0);
	return TAKE(text);
}

/* The inode of descriptor 1 is all that may differ: each wrote into a file of its own. */
static void forget_stdout(char *text)
{
	char *line = strstr(text, "fd 1 ");

	assert_non_null(line);
	for (line += 5; *line >= '0' && *line <= '9'; line++)
		*line = '#';
}

/* Others may be in the mask: whoever runs the tests has signals of its own. */
static bool has_mask(const char *state, const char *key, int number)
{
	const char *line = strstr(state, key);
	unsigned long long mask;

	assert_non_null(line);
	assert_int_equal(sscanf(line + strlen(key), "%llx", &mask), 1);
	return mask >> (number - 1) & 1;
}

static void command_inherits_what_it_would_have_without_us(void **state)
{
	struct scene *scene = *state;
	AUTO_FD int kept = open("/dev/null", O_RDONLY); /* no O_CLOEXEC: the command's too */
	sigset_t blocked;
	AUTO_FREE char *bare = NULL;
	AUTO_FREE char *monitored = NULL;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	assert_true(signal(SIGQUIT, SIG_IGN) != SIG_ERR);
	bare = state_of(scene, "bare", false);
	monitored = state_of(scene, "monitored", true);
	forget_stdout(bare);
	forget_stdout(monitored);
	assert_string_equal(monitored, bare);
	assert_true(has_mask(monitored, "SigIgn:", SIGQUIT));
	assert_true(has_mask(monitored, "SigBlk:", SIGUSR2));
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	assert_true(signal(SIGQUIT, SIG_DFL) != SIG_ERR);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		scene_test(two_monitors_at_once_each_see_their_own),
		scene_test(two_monitors_may_follow_one_tree),
		scene_test(monitor_inside_a_monitor_is_exact_for_both),
		scene_test(killed_monitor_leaves_the_command_and_nothing_else),
		scene_test(freed_monitor_leaves_nothing),
		scene_test(failed_exec_tells_the_reason_of_the_kernel),
		scene_test(program_is_searched_for_in_the_path),
		scene_test(descendant_that_outlives_the_root_is_running),
		scene_test(last_descendant_can_be_waited_for),
		scene_test(duration_ends_the_monitoring_and_not_the_command),
		scene_test(finish_ends_the_monitoring_at_once),
		scene_test(signal_reaches_the_root),
		scene_test(command_inherits_what_it_would_have_without_us),
	};

	if (argc > 2 && strcmp(argv[1], "--monitor") == 0)
		return monitor_command(argv + 2);
	return harness_run("lifecycle", tests);
}
