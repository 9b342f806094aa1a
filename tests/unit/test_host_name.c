/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Paths as the runtimes make them: docker, podman, containerd, CRI, lxc, nspawn, runc and crun as seen on
 * machines, the others as they are described. */
#include "host/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
#define OUTER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define SHORT "0123456789ab"
#define UUID "12345678-9abc-def0-1234-56789abcdef0"
#define UUID_ESCAPED "12345678_9abc_def0_1234_56789abcdef0"
#define HASH "0123456789abcdef0123456789abcdef"
#define POD "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UUID_ESCAPED ".slice"

static const struct {
	const char *path;
	enum name_type type;
	const char *runtime;
	const char *text;
	const char *id; /* NULL for none */
} known[] = {
	{ "/system.slice/docker-" ID ".scope", NAME_CONTAINER, "docker", SHORT, ID },
	{ "/docker/" ID, NAME_CONTAINER, "docker", SHORT, ID },
	{ "/docker/" OUTER "/docker/" ID, NAME_CONTAINER, "docker", SHORT, ID },
	{ "/my.slice/docker-" ID ".scope", NAME_CONTAINER, "docker", SHORT, ID },
	{ "/system.slice/containerd.service/my.slice/" ID, NAME_CONTAINER, NULL, SHORT, ID },
	{ "/machine.slice/libpod-" ID ".scope", NAME_CONTAINER, "podman", SHORT, ID },
	{ "/libpod_parent/libpod-" ID, NAME_CONTAINER, "podman", SHORT, ID },
	{ "/system.slice/x.service/libpod-payload-" ID, NAME_CONTAINER, "podman", SHORT, ID },
	{ "/machine.slice/machine-libpod_pod_" ID ".slice", NAME_POD, "podman", SHORT, ID },
	{ POD "/cri-containerd-" ID ".scope", NAME_CONTAINER, "containerd", SHORT, ID },
	{ POD, NAME_POD, "kubernetes", UUID, UUID },
	{ "/kubepods.slice/kubepods-pod" UUID_ESCAPED ".slice", NAME_POD, "kubernetes", UUID,
	  UUID },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	  "kubelet-kubepods-besteffort-pod" UUID_ESCAPED ".slice",
	  NAME_POD, "kubernetes", UUID, UUID },
	{ POD "/crio-" ID ".scope", NAME_CONTAINER, "cri-o", SHORT, ID },
	{ "/kubepods/crio-" ID, NAME_CONTAINER, "cri-o", SHORT, ID },
	{ "/system.slice/containerd.service/kubepods-besteffort-pod" UUID_ESCAPED
	  ".slice:cri-containerd:" ID,
	  NAME_CONTAINER, "containerd", SHORT, ID },
	{ "/kubepods/burstable/pod" UUID "/" ID, NAME_CONTAINER, "kubernetes", SHORT, ID },
	{ "/kubepods/burstable/pod" UUID, NAME_POD, "kubernetes", UUID, UUID },
	{ "/kubepods/pod" HASH, NAME_POD, "kubernetes", HASH, HASH },
	{ "/system.slice/nerdctl-" ID ".scope", NAME_CONTAINER, "nerdctl", SHORT, ID },
	{ "/ecs/" HASH "/" ID, NAME_CONTAINER, "ecs", SHORT, ID },
	{ "/ecs/" HASH "/" HASH "-1234567890", NAME_CONTAINER, "fargate", SHORT,
	  HASH "-1234567890" },
	{ "/actions_job/" ID, NAME_CONTAINER, "actions", SHORT, ID },
	{ "/what/ever/" ID, NAME_CONTAINER, NULL, SHORT, ID },
	{ "/lxc.payload.web", NAME_CONTAINER, "lxc", "web", NULL },
	{ "/lxc.payload/web", NAME_CONTAINER, "lxc", "web", NULL },
	{ "/lxc/101", NAME_CONTAINER, "lxc", "101", NULL },
	{ "/machine.slice/machine-my\\x2dbox.scope", NAME_CONTAINER, "nspawn", "my-box", NULL },
	{ "/machine.slice/machine-lxc\\x2d4711\\x2dweb\\x2d1.scope", NAME_CONTAINER, "lxc", "web-1",
	  NULL },
	{ "/machine.slice/machine-qemu\\x2d3\\x2ddb.scope", NAME_VM, "libvirt", "db", NULL },
	{ "/qemu.slice/101.scope", NAME_VM, "proxmox", "101", NULL },
	{ "/machine.slice/systemd-nspawn@box.service", NAME_CONTAINER, "nspawn", "box", NULL },
	{ "/system.slice/slurmstepd.scope/job_42", NAME_JOB, "slurm", "42", NULL },
	{ "/system.slice/slurmstepd.scope/job_42/step_batch", NAME_JOB, "slurm", "42.batch", NULL },
	{ "/system.slice/n1_slurmstepd.scope/job_42", NAME_JOB, "slurm", "42", NULL },
	{ "/slurm/uid_1000/job_42", NAME_JOB, "slurm", "42", NULL },
	{ "/slurm_n1/uid_1000/job_42/step_0", NAME_JOB, "slurm", "42.0", NULL },
	{ "/nomad.slice/share.slice/" UUID ".web.scope", NAME_CONTAINER, "nomad", "web", UUID },
	{ "/garden/" UUID, NAME_CONTAINER, "garden", "12345678-9ab", UUID },
	{ "/system.slice/runc-my.scope", NAME_CONTAINER, "runc", "my", NULL },
	{ "/system.slice/crun-my.scope", NAME_CONTAINER, "crun", "my", NULL },
	{ "/system.slice/ssh.service", NAME_UNIT, NULL, "ssh.service", NULL },
	{ "/user.slice/user-0.slice/session-1.scope", NAME_UNIT, NULL, "session-1.scope", NULL },
	{ "/machine.slice/libpod-conmon-" ID ".scope", NAME_UNIT, NULL,
	  "libpod-conmon-" ID ".scope", NULL },
	{ POD "/crio-conmon-" ID ".scope", NAME_UNIT, NULL, "crio-conmon-" ID ".scope", NULL },
	{ "/user.slice/podman-4711.scope", NAME_UNIT, NULL, "podman-4711.scope", NULL },
};

static void a_path_tells_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct name name;

		print_message("%s\n", known[i].path);
		assert_true(name_of_cgroup(known[i].path, strlen(known[i].path), &name));
		assert_int_equal(name.type, known[i].type);
		if (known[i].runtime)
			assert_string_equal(name.runtime, known[i].runtime);
		else
			assert_null(name.runtime);
		assert_string_equal(name.text, known[i].text);
		assert_string_equal(name.id, known[i].id ? known[i].id : "");
	}
}

static void what_only_looks_like_one_is_none(void **state)
{
	static const char *const paths[] = {
		"",
		"/",
		"/system.slice",
		"/kubepods.slice/kubepods-burstable.slice",
		"/system.slice/var-lib-docker-overlay2-" ID "-merged.mount",
		"/lxc.monitor.web",
		"/lxc.monitor/web",
		"/lxc.pivot",
		"/libpod_parent/conmon",
		"/machine.slice/box.scope/supervisor",
		"/docker",
		"/docker/" ID "0", /* a digit too many */
		"/docker/0123456789abcdef",
		"/ecs/" HASH "/" HASH "-",
		"/ecs/" HASH "/" HASH "-12x",
		"/job_42", /* of nobody */
		"/garden/12345678-9abc-def0-1234+56789abcdef0",
		"/podx/y",
		".service",
		"/.scope",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct name name;

		print_message("%s\n", paths[i]);
		assert_false(name_of_cgroup(paths[i], strlen(paths[i]), &name));
	}
}

static void the_innermost_counts_and_those_around_it_are_found(void **state)
{
	static const char path[] =
		"/lxc.payload.box/system.slice/docker.service/docker/" ID "/inner/deeper";
	struct name name;
	size_t len = strlen(path);

	(void)state;
	assert_true(name_find(path, len, &name, &len));
	assert_string_equal(name.id, ID);
	assert_true(name_find(path, len - 1 - strlen(ID), &name, &len));
	assert_string_equal(name.text, "docker.service");
	assert_true(name_find(path, len - strlen("/docker.service"), &name, &len));
	assert_string_equal(name.text, "box");
	assert_int_equal(len, strlen("/lxc.payload.box"));
	assert_false(name_find(path, 0, &name, &len));
}

static void escapes_that_are_none_stay(void **state)
{
	struct name name;
	static const char path[] = "/machine.slice/machine-a\\x2gb\\x00c\\x2.scope";

	(void)state;
	assert_true(name_of_cgroup(path, strlen(path), &name));
	assert_string_equal(name.text, "a\\x2gb\\x00c\\x2");
}

/* No path of a file system has such a part, but whoever hands one in is answered. */
static void a_part_that_is_too_long_is_cut(void **state)
{
	char path[4 * NAME_BYTES] = "/lxc.payload.";
	struct name name;
	size_t len = strlen(path);

	(void)state;
	memset(path + len, 'x', sizeof(path) - 1 - len);
	path[sizeof(path) - 1] = '\0';
	assert_true(name_of_cgroup(path, strlen(path), &name));
	assert_int_equal(strlen(name.text), NAME_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_tells_what_it_is),
		cmocka_unit_test(what_only_looks_like_one_is_none),
		cmocka_unit_test(the_innermost_counts_and_those_around_it_are_found),
		cmocka_unit_test(escapes_that_are_none_stay),
		cmocka_unit_test(a_part_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
