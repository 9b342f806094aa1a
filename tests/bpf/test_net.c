/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Bytes of sockets, by process and program: as many as the workload says that it moves. */
#include "bpf/harness.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "probe/probe.h"
#include "util/kernel_version.h"

static void want_net(struct scene *scene)
{
	if (!kernel_version_has(6, 3))
		harness_skip_test("no kernel before 6.3 tells of the bytes of sockets");
	scene->options.net = true;
}

static void assert_moved(const struct denet_counters *used, uint64_t received, uint64_t sent)
{
	assert_int_equal(used->socket_rx_bytes, received);
	assert_int_equal(used->socket_tx_bytes, sent);
}

/* What all processes have together is what the run has. */
static void assert_total(const struct scene *scene, uint64_t received, uint64_t sent)
{
	uint64_t sum_received = 0, sum_sent = 0;

	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		sum_received += scene->seen.processes[i].is.used.socket_rx_bytes;
		sum_sent += scene->seen.processes[i].is.used.socket_tx_bytes;
	}
	assert_int_equal(sum_received, received);
	assert_int_equal(sum_sent, sent);
	assert_moved(&scene->summary.used, received, sent);
}

static void all_ways_of_sending_count_where_they_are_made(void **state)
{
	struct scene *scene = *state;
	const uint64_t bytes = 2667000;

	want_net(scene);
	scene_run(scene, "net", "ways", "2667000");
	assert_moved(&scene_child(scene)->is.used, 1, 3 * bytes);
	assert_moved(&scene_root(scene)->is.used, 3 * bytes, 1);
	assert_total(scene, 3 * bytes + 1, 3 * bytes + 1);
}

static void a_datagram_that_is_looked_at_counts_once(void **state)
{
	struct scene *scene = *state;

	want_net(scene);
	scene_run(scene, "net", "udp", "500");
	assert_moved(&scene_child(scene)->is.used, 500, 50000);
	assert_moved(&scene_root(scene)->is.used, 50000, 500);
	assert_total(scene, 50500, 50500);
}

static void sockets_of_the_machine_alone_do_not_count(void **state)
{
	struct scene *scene = *state;

	want_net(scene);
	scene_run(scene, "net", "unix", "100000");
	assert_total(scene, 0, 0);
}

static void short_children_and_ended_threads_count(void **state)
{
	struct scene *scene = *state;

	want_net(scene);
	scene_run(scene, "net", "many", "200", "thread", "70000");
	assert_moved(&scene_root(scene)->is.used, 70000, 70000);
	assert_moved(&scene_child(scene)->is.used, 1000, 1000);
	assert_total(scene, 270000, 270000);
}

static void each_program_of_a_process_has_its_own(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;

	want_net(scene);
	scene_run(scene, "net", "self", "10000", "thread", "500", "exec", "0", "self", "20000",
		  "exec", "0", "unix", "1");
	root = &scene_root(scene)->is;
	/* It came into its cgroup by a program of the test. */
	assert_int_equal(root->programs_count, 4);
	assert_moved(&root->programs[0].used, 0, 0);
	assert_moved(&root->programs[1].used, 10500, 10500);
	assert_moved(&root->programs[2].used, 20000, 20000);
	assert_moved(&root->programs[3].used, 0, 0);
	assert_total(scene, 30500, 30500);
}

static const struct seen_sample *last_sample(const struct scene *scene)
{
	static const struct seen_sample none;

	return scene->seen.samples_count ? &scene->seen.samples[scene->seen.samples_count - 1]
					 : &none;
}

/* Of everybody. By then samples are taken by members where that is forced. */
static bool has_moved_all(const struct scene *scene)
{
	return scene->seen.samples_count > 4 &&
	       last_sample(scene)->aggregated.used.socket_tx_bytes == 7000;
}

static void samples_show_what_the_living_have_moved(void **state)
{
	struct scene *scene = *state;

	want_net(scene);
	scene->options.interval_ms = 20;
	scene->options.max_interval_ms = 20;
	scene_start(scene, "net", "many", "2", "self", "5000", "wait", "600000", NULL);
	scene_step_until(scene, has_moved_all);
	assert_moved(&last_sample(scene)->parent.used, 5000, 5000);
	assert_int_equal(denet_monitor_signal(scene->monitor, SIGTERM), 0);
	scene_finish(scene);
	assert_total(scene, 7000, 7000);
}

static void attach_counts_from_then(void **state)
{
	struct scene *scene = *state;

	char line[16];

	want_net(scene);
	scene_spawn(scene, "net", "self", "3000", "pause", "0", "self", "4000", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_attach(scene, scene->spawned);
	assert_int_equal(kill(scene->spawned, SIGUSR1), 0);
	scene_finish(scene);
	assert_moved(&scene_root(scene)->is.used, 4000, 4000);
	assert_total(scene, 4000, 4000);
}

static void who_is_in_a_cgroup_counts(void **state)
{
	struct scene *scene = *state;
	struct denet_observer observer = seen_observer(&scene->seen);
	const char *folder = scene->referee.v1[0] ? scene->referee.v1 : scene->referee.v2;
	int r;

	want_net(scene);
	r = denet_attach_cgroup(&scene->options, &observer, folder, &scene->monitor, &scene->error);
	if (r == -EOPNOTSUPP)
		harness_skip_test("a cgroup is followed by libbpf alone");
	assert_int_equal(r, 0);
	scene_spawn(scene, "net", "self", "5000", "many", "3", NULL);
	scene_finish(scene);
	assert_total(scene, 8000, 8000);
}

static void nothing_is_known_where_nobody_asked(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "net", "self", "1000");
	assert_moved(&scene_root(scene)->is.used, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_moved(&scene->summary.used, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_moved(&last_sample(scene)->aggregated.used, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_int_equal(scene->seen.warnings_count, 0);
}

/* As before 6.3. The last one: it holds for all that come after. */
static void it_is_said_where_nothing_tells(void **state)
{
	struct scene *scene = *state;

	probe_force(&(struct probe_options){ .no_net = true });
	scene->options.net = true;
	scene_run(scene, "net", "self", "1000");
	assert_moved(&scene_root(scene)->is.used, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_moved(&scene->summary.used, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_int_equal(scene->seen.warnings_count, 1);
	assert_non_null(strstr(scene->seen.warning, "bytes of sockets are not told: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(all_ways_of_sending_count_where_they_are_made),
		scene_test(a_datagram_that_is_looked_at_counts_once),
		scene_test(sockets_of_the_machine_alone_do_not_count),
		scene_test(short_children_and_ended_threads_count),
		scene_test(each_program_of_a_process_has_its_own),
		scene_test(samples_show_what_the_living_have_moved),
		scene_test(attach_counts_from_then),
		scene_test(who_is_in_a_cgroup_counts),
		scene_test(nothing_is_known_where_nobody_asked),
		scene_test(it_is_said_where_nothing_tells),
	};

	return harness_run("net", tests);
}
