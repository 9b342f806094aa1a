/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "bpf/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/parse.h"

#define ARGS_MAX 32
#define PATIENCE_MS 120000 /* without anything happening: the test hangs */
#define TOLERANCE_NS 300000
#define SAMPLES_MAX 20000 /* without what is waited for: it does not come */

/* --- whether to run at all --- */

static int try_bpf(void)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static bool is_required(void)
{
	const char *require = getenv("DENET_REQUIRE_BPF");

	return require && strcmp(require, "1") == 0;
}

static bool say_missing(const char *name, const char *what, int error)
{
	printf("test %s: %s: %s%s%s\n", is_required() ? "failed" : "skipped", name, what,
	       error ? ": " : "", error ? strerror(error) : "");
	return true;
}

bool harness_skips(const char *name)
{
	struct referee referee;
	int r;

	if (geteuid() != 0)
		return say_missing(name, "not root", 0);
	r = try_bpf();
	if (r)
		return say_missing(name, "bpf()", -r);
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return say_missing(name, "/sys/kernel/btf/vmlinux", errno);
	r = referee_open(&referee);
	if (r)
		return say_missing(name, "no cgroup of version 2", -r);
	referee_close(&referee);
	return false;
}

int harness_skip_status(void)
{
	return is_required() ? 1 : 77;
}

void harness_skip_test(const char *reason)
{
	print_message("skipped: %s\n", reason);
	skip();
	abort(); /* not reached: skip() does not return */
}

/* --- the scene --- */

void harness_path(const char *name, char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	size_t room;

	assert_true(len > 0);
	path[len] = '\0';
	/* tests/bpf/test_x: two up. */
	for (int i = 0; i < 2; i++)
		*strrchr(path, '/') = '\0';
	room = PATH_MAX - strlen(path);
	assert_true((size_t)snprintf(path + strlen(path), room, "/%s", name) < room);
}

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -1;
	scene->spawned_stdout = -1;
	scene->release_fd = -1;
	scene->error.size = sizeof(scene->error);
	scene->options.size = sizeof(scene->options);
	denet_options_init(&scene->options);
	scene->options.accounting = DENET_ACCOUNTING_BPF;
	*state = scene;
	snprintf(scene->dir, sizeof(scene->dir), "/tmp/denet-test-XXXXXX");
	if (!mkdtemp(scene->dir))
		return -1;
	return referee_open(&scene->referee);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	denet_monitor_free(scene->monitor);
	referee_close(&scene->referee);
	if (scene->spawned_stdout >= 0)
		close(scene->spawned_stdout);
	if (scene->release_fd >= 0)
		close(scene->release_fd);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	seen_done(&scene->seen);
	nftw(scene->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(scene);
	return 0;
}

/* argv of incgroup with the workload; paths must live as long as argv. */
struct invocation {
	const char *argv[ARGS_MAX];
	char incgroup[PATH_MAX];
	char workload[PATH_MAX];
	char report[PATH_MAX + 16];
};

static void invocation_build(struct invocation *invocation, const struct scene *scene,
			     const char *workload, va_list args)
{
	size_t count = 0;
	char name[64];

	harness_path("workloads/incgroup", invocation->incgroup);
	snprintf(name, sizeof(name), "workloads/%s", workload);
	harness_path(name, invocation->workload);
	snprintf(invocation->report, sizeof(invocation->report), "%s/outside", scene->dir);
	invocation->argv[count++] = invocation->incgroup;
	invocation->argv[count++] = invocation->report;
	invocation->argv[count++] = scene->referee.v2;
	if (scene->referee.v1[0])
		invocation->argv[count++] = scene->referee.v1;
	invocation->argv[count++] = "--";
	invocation->argv[count++] = invocation->workload;
	do {
		assert_true(count < ARGS_MAX);
		invocation->argv[count] = va_arg(args, const char *);
	} while (invocation->argv[count++]);
}

int scene_try(struct scene *scene, char *const argv[], int stdout_fd)
{
	struct denet_observer observer = seen_observer(&scene->seen);
	struct denet_launch launch = { .size = sizeof(launch) };

	denet_launch_init(&launch);
	launch.argv = argv;
	launch.stdout_fd = stdout_fd;
	return denet_run(&scene->options, &observer, &launch, &scene->monitor, &scene->error);
}

/* The descriptor for the command's stdout: a pipe that scene_await_line() reads. */
static int open_stdout(struct scene *scene)
{
	int ends[2];

	assert_return_code(pipe2(ends, O_CLOEXEC), errno);
	scene->spawned_stdout = ends[0];
	return ends[1];
}

void scene_start(struct scene *scene, const char *workload, ...)
{
	struct invocation invocation;
	AUTO_FD int out = open_stdout(scene);
	va_list args;
	int r;

	va_start(args, workload);
	invocation_build(&invocation, scene, workload, args);
	va_end(args);
	r = scene_try(scene, (char *const *)(uintptr_t)invocation.argv, out);
	if (r)
		print_message("denet_run: %s: %s\n", strerror(-r), scene->error.text);
	assert_int_equal(r, 0);
}

void scene_spawn(struct scene *scene, const char *workload, ...)
{
	struct invocation invocation;
	AUTO_FD int out = open_stdout(scene);
	int hold[2];
	char byte;
	va_list args;

	va_start(args, workload);
	invocation_build(&invocation, scene, workload, args);
	va_end(args);
	assert_return_code(pipe2(hold, O_CLOEXEC), errno);
	scene->spawned = fork();
	assert_true(scene->spawned >= 0);
	if (scene->spawned == 0) {
		close(hold[1]);
		if (scene->is_held && read(hold[0], &byte, 1) != 1)
			_exit(127);
		dup2(out, STDOUT_FILENO);
		execv(invocation.argv[0], (char *const *)(uintptr_t)invocation.argv);
		_exit(127);
	}
	close(hold[0]);
	scene->release_fd = hold[1];
}

void scene_release(struct scene *scene)
{
	assert_int_equal(write(scene->release_fd, "g", 1), 1);
}

void scene_await_line(struct scene *scene, char *line, size_t size)
{
	size_t len = 0;

	do {
		assert_true(len < size - 1);
		assert_int_equal(read(scene->spawned_stdout, line + len, 1), 1);
	} while (line[len++] != '\n');
	line[len - 1] = '\0';
}

void scene_attach(struct scene *scene, pid_t pid)
{
	struct denet_observer observer = seen_observer(&scene->seen);
	int r = denet_attach(&scene->options, &observer, pid, &scene->monitor, &scene->error);

	if (r)
		print_message("denet_attach: %s: %s\n", strerror(-r), scene->error.text);
	assert_int_equal(r, 0);
}

void scene_wait(const struct scene *scene)
{
	struct pollfd ready = { .fd = denet_monitor_fd(scene->monitor), .events = POLLIN };

	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
}

bool scene_step(struct scene *scene)
{
	int r;

	scene_wait(scene);
	r = denet_monitor_step(scene->monitor);
	assert_in_range(r, 0, 1);
	return r == 1;
}

void scene_await_samples(struct scene *scene, size_t count)
{
	while (scene->seen.samples_count < count)
		assert_false(scene_step(scene));
}

void scene_step_until(struct scene *scene, bool (*holds)(const struct scene *scene))
{
	while (!holds(scene)) {
		assert_true(scene->seen.samples_count < SAMPLES_MAX);
		assert_false(scene_step(scene));
	}
}

void scene_read_outside(struct scene *scene)
{
	char path[PATH_MAX + 16];
	char text[64] = "";
	struct parse_span span;
	int fd;

	snprintf(path, sizeof(path), "%s/outside", scene->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* the command was not started in the cgroup */
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	span = parse_span_of(text);
	assert_true(parse_take_u64(&span, &scene->outside_ns));
	assert_true(parse_take_u64(&span, &scene->outside_whole_ns));
	assert_true(parse_take_u64(&span, &scene->entering_ns));
}

/* No counter of the tree ever falls, and the summary is not below the last sample. */
static void check_growth(const struct scene *scene)
{
	const struct denet_counters *used = &scene->summary.used;

	for (size_t i = scene->seen.samples_count; i-- > 0;) {
		const struct denet_counters *now = &scene->seen.samples[i].aggregated.used;

		if (scene->options.exclude_children)
			now = &scene->seen.samples[i].parent.used;
		assert_true(now->cpu_time_ns <= used->cpu_time_ns);
		assert_true(now->run_delay_ns <= used->run_delay_ns);
		assert_true(now->syscall_read_bytes <= used->syscall_read_bytes);
		assert_true(now->syscall_write_bytes <= used->syscall_write_bytes);
		assert_true(now->page_faults_cached <= used->page_faults_cached);
		assert_true(now->ctx_switches_voluntary <= used->ctx_switches_voluntary);
		assert_true(now->ctx_switches_involuntary <= used->ctx_switches_involuntary);
		used = now;
	}
}

/* The shares of its programs are all of it, to the nanosecond. */
static void check_programs(const struct denet_process *process)
{
	uint64_t cpu_ns = process->programs_count ? 0 : process->used.cpu_time_ns;

	for (size_t i = 0; i < process->programs_count; i++)
		cpu_ns += process->programs[i].used.cpu_time_ns;
	assert_int_equal(cpu_ns, process->used.cpu_time_ns);
}

/* The parts add up to the whole: what every process used, and how many there were. */
static void check_sums(const struct scene *scene)
{
	const struct denet_summary *summary = &scene->summary;
	uint64_t cpu_ns = 0, write_bytes = 0, threads = 0, exact = 0, running = 0;

	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		cpu_ns += process->used.cpu_time_ns;
		write_bytes += process->used.syscall_write_bytes;
		threads += process->threads_total;
		exact += process->is_exact;
		running += process->is_running;
		check_programs(process);
	}
	if (scene->options.exclude_children) {
		assert_int_equal(summary->processes_total, 1);
		return;
	}
	assert_int_equal(summary->processes_total, scene->seen.processes_count);
	assert_int_equal(summary->processes_exact, exact);
	assert_int_equal(summary->processes_running, running);
	assert_int_equal(summary->used.cpu_time_ns, cpu_ns);
	assert_int_equal(summary->used.syscall_write_bytes, write_bytes);
	for (size_t i = 0; i < summary->groups_count; i++)
		cpu_ns -= summary->groups[i].cpu_time_ns;
	assert_int_equal(cpu_ns, 0);
	assert_int_equal(summary->threads_total, threads);
}

void scene_finish(struct scene *scene)
{
	while (!scene_step(scene))
		;
	scene->summary = (struct denet_summary){ .size = sizeof(scene->summary) };
	assert_int_equal(denet_monitor_summary(scene->monitor, &scene->summary), 0);
	scene_read_outside(scene);
	assert_int_equal(scene->seen.starts_count, 1);
	assert_int_equal(scene->summary.accounting, DENET_ACCOUNTING_BPF);
	assert_int_equal(scene->summary.sample_count, scene->seen.samples_count);
	assert_int_equal(scene->summary.tasks_lost, 0);
	assert_int_equal(scene->summary.records_lost, 0);
	assert_int_equal(scene->summary.events_lost, 0);
	check_growth(scene);
	check_sums(scene);
}

uint64_t scene_referee_ns(const struct scene *scene)
{
	uint64_t ns = 0;

	assert_int_equal(referee_cpu_ns(&scene->referee, &ns), 0);
	return ns + scene->outside_ns;
}

bool is_close(uint64_t a, uint64_t b, uint64_t tolerance)
{
	return a > b ? a - b <= tolerance : b - a <= tolerance;
}

void scene_assert_exact(const struct scene *scene, const char *what, uint64_t used_ns)
{
	uint64_t least_ns = scene_referee_ns(scene);
	uint64_t most_ns = least_ns - scene->outside_ns + scene->outside_whole_ns;
	uint64_t tolerance_ns = (least_ns / 1000 > TOLERANCE_NS ? least_ns / 1000 : TOLERANCE_NS) +
				scene->entering_ns;
	uint64_t cpuacct_ns;

	print_message("             %s: %.3f ms, cgroup %.3f, with fork and exec %.3f\n", what,
		      (double)used_ns / 1e6, (double)least_ns / 1e6, (double)most_ns / 1e6);
	assert_true(used_ns + tolerance_ns >= least_ns);
	assert_true(used_ns <= most_ns + tolerance_ns);
	if (referee_cpuacct_ns(&scene->referee, &cpuacct_ns) == 0)
		assert_true(is_close(cpuacct_ns + scene->outside_ns, least_ns,
				     tolerance_ns + scene->outside_ns));
}

uint64_t waited_cpu_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static const struct seen_process *insist(const struct seen_process *process, const char *name)
{
	if (!process) {
		fail_msg("no process %s", name);
		abort(); /* not reached: fail_msg() does not return */
	}
	return process;
}

const struct seen_process *scene_only(const struct scene *scene, const char *comm)
{
	const struct seen_process *found = NULL;

	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		if (strcmp(scene->seen.processes[i].comm, comm) == 0) {
			assert_null(found);
			found = &scene->seen.processes[i];
		}
	}
	return insist(found, comm);
}

const struct seen_process *scene_process(const struct scene *scene, uint32_t pid)
{
	for (size_t i = scene->seen.processes_count; i-- > 0;) {
		if (scene->seen.processes[i].is.pid == pid)
			return &scene->seen.processes[i];
	}
	return NULL;
}

const struct seen_process *scene_root(const struct scene *scene)
{
	return insist(scene_process(scene, (uint32_t)denet_monitor_pid(scene->monitor)), "(root)");
}

const struct seen_process *scene_child(const struct scene *scene)
{
	uint32_t root_pid = (uint32_t)denet_monitor_pid(scene->monitor);
	const struct seen_process *found = NULL;

	for (size_t i = scene->seen.processes_count; i-- > 0;) {
		if (scene->seen.processes[i].is.ppid == root_pid)
			found = &scene->seen.processes[i];
	}
	return insist(found, "(child)");
}

void *scene_map(struct scene *scene, const char *name, size_t size, char path[PATH_MAX])
{
	AUTO_FD int fd = -1;
	void *map;

	assert_true(snprintf(path, PATH_MAX, "%s/%s", scene->dir, name) < PATH_MAX);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_return_code(fd, errno);
	assert_return_code(ftruncate(fd, (off_t)size), errno);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	return map;
}
