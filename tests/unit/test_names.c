/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of containers: from the JSON of their runtimes, from who stands above them, and none from strangers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_cgroups.h"
#include "names/container_json.h"
#include "names/helper.h"
#include "names/lookup.h"
#include "names/supervisor.h"
#include "util/cleanup.h"

#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define DOCKER_FOLDER "var/lib/docker/containers/" ID
#define DOCKER_FILE DOCKER_FOLDER "/config.v2.json"
#define STAT " S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0\n"

static const char docker[] = "{\"State\":{\"Pid\":77},\"ID\":\"" ID
			     "\",\"Name\":\"/web\",\"Config\":{\"Image\":\"nginx:1\","
			     "\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker."
			     "compose.service\":\"front\","
			     "\"other\":\"x\"}}}";

static void docker_tells_name_image_and_compose(void **state)
{
	struct label label;

	(void)state;
	assert_int_equal(container_json_docker(docker, strlen(docker), &label), 0);
	assert_string_equal(label.name, "web");
	assert_string_equal(label.image, "nginx:1");
	assert_string_equal(label.project, "shop");
	assert_string_equal(label.service, "front");
	assert_string_equal(label.pod, "");
}

/* A file that is being written is cut anywhere; each part lies in a block that ends with it. */
static void what_is_cut_says_nothing(void **state)
{
	struct label label = { .name = "kept" };

	(void)state;
	for (size_t len = 0; len < strlen(docker); len++) {
		AUTO_FREE char *part = malloc(len + 1);

		assert_non_null(part);
		memcpy(part, docker, len);
		part[len] = 'x';
		assert_int_equal(container_json_docker(part, len, &label), -EBADMSG);
	}
	assert_string_equal(label.name, "kept");
}

static void hostile_json_is_refused_or_cut(void **state)
{
	static const char *const wrong[] = {
		"",
		"null",
		"[]",
		"\"Name\"",
		"{\"Name\":5}",
		"{\"Name\":[\"/x\"]}",
		"{\"Name\":\"\"}",
		"{\"Config\":{\"Image\":\"x\"}}",
		"{\"Name\":\"/\"}",
	};
	AUTO_FREE char *deep = malloc(200000);
	char name[4096], text[5000];
	struct label label;

	(void)state;
	assert_non_null(deep);
	memset(deep, '[', 200000);
	assert_int_equal(container_json_docker(deep, 200000, &label), -EBADMSG);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(container_json_docker(wrong[i], strlen(wrong[i]), &label),
				 -EBADMSG);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(text, sizeof(text), "{\"Name\":\"/%s\",\"Config\":7}", name);
	assert_int_equal(container_json_docker(text, strlen(text), &label), 0);
	assert_int_equal(strlen(label.name), LABEL_BYTES - 1);
	assert_string_equal(label.image, "");
	(void)snprintf(text, sizeof(text), "{\"Name\":\"/\\\"\\n\xff\xe2\x80\xae\"}");
	assert_int_equal(container_json_docker(text, strlen(text), &label), 0);
	assert_string_equal(label.name, "\"\n\xff\xe2\x80\xae");
}

static void bundles_tell_pod_and_container(void **state)
{
	static const char cri[] = "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
				  "\"io.kubernetes.cri.image-name\":\"i:2\","
				  "\"io.kubernetes.cri.sandbox-name\":\"pod-1\","
				  "\"io.kubernetes.cri.sandbox-namespace\":\"default\"}}";
	static const char pause[] = "{\"annotations\":{\"io.kubernetes.cri.container-type\":"
				    "\"sandbox\",\"io.kubernetes.cri.sandbox-name\":\"pod-1\"}}";
	static const char nerdctl[] = "{\"annotations\":{\"nerdctl/name\":\"box\"}}";
	static const char none[] = "{\"annotations\":{},\"process\":{}}";
	struct label label;

	(void)state;
	assert_int_equal(container_json_bundle(cri, strlen(cri), &label), 0);
	assert_string_equal(label.container, "app");
	assert_string_equal(label.image, "i:2");
	assert_string_equal(label.pod, "pod-1");
	assert_string_equal(label.pod_namespace, "default");
	assert_int_equal(container_json_bundle(pause, strlen(pause), &label), 0);
	assert_string_equal(label.container, "pause");
	assert_int_equal(container_json_bundle(nerdctl, strlen(nerdctl), &label), 0);
	assert_string_equal(label.name, "box");
	assert_int_equal(container_json_bundle(none, strlen(none), &label), -EBADMSG);
}

static void cri_o_s_names_are_split(void **state)
{
	struct label label = { 0 };

	(void)state;
	assert_true(supervisor_split_name("k8s_app_pod-1_default_1234_0", &label));
	assert_string_equal(label.container, "app");
	assert_string_equal(label.pod, "pod-1");
	assert_string_equal(label.pod_namespace, "default");
	assert_true(supervisor_split_name("k8s_POD_pod-1_default_1234_0", &label));
	assert_string_equal(label.container, "pause");
	assert_false(supervisor_split_name("web", &label));
	assert_false(supervisor_split_name("k8s_", &label));
	assert_false(supervisor_split_name("k8s_a_b", &label));
	assert_false(supervisor_split_name("k8s_a_b_c", &label));
}

static void put_process(int pid, int ppid, const char *comm, const char *cgroup)
{
	char path[PATH_BYTES], text[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "proc/%d/stat", pid);
	(void)snprintf(text, sizeof(text), "%d (%s)" STAT, pid, comm, ppid);
	put(path, text);
	(void)snprintf(path, sizeof(path), "proc/%d/cgroup", pid);
	(void)snprintf(text, sizeof(text), "0::%s\n", cgroup);
	put(path, text);
}

static void put_args(int pid, const char *args, size_t len)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)snprintf(path, sizeof(path), "proc/%d/cmdline", pid);
	put(path, "");
	(void)snprintf(path, sizeof(path), "%s/proc/%d/cmdline", folder, pid);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(args, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct lookup_question question_of(const char *runtime, const char *id)
{
	struct lookup_question question = { .pid = 77, .path = "/machine.slice/libpod-" ID };

	(void)snprintf(question.runtime, sizeof(question.runtime), "%s", runtime);
	(void)snprintf(question.id, sizeof(question.id), "%s", id);
	return question;
}

static void docker_s_file_is_found_by_the_id(void **state)
{
	const struct lookup_question question = question_of("docker", ID);
	const struct lookup_question other = question_of("docker", OTHER);
	const struct lookup_question escape = question_of("docker", "../../../../etc");
	struct label label;

	(void)state;
	put(DOCKER_FILE, docker);
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "web");
	assert_int_equal(lookup_label(&made, folder, &other, &label), -ENOENT);
	assert_int_equal(lookup_label(&made, folder, &escape, &label), -ENOENT);
	/* Renamed: the file says so at once. */
	put(DOCKER_FILE, "{\"Name\":\"/web2\"}");
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "web2");
	drop("var");
}

static void files_of_strangers_are_not_read(void **state)
{
	const struct lookup_question question = question_of("docker", ID);
	char path[PATH_BYTES], other[PATH_BYTES];
	struct label label;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/" DOCKER_FILE, folder);
	(void)snprintf(other, sizeof(other), "%s/" DOCKER_FOLDER "/other", folder);
	put(DOCKER_FILE, docker);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -EPERM);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -EPERM);
	assert_int_equal(unlink(path), 0);
	put(DOCKER_FILE, docker);
	/* A hundred megabytes of nothing. */
	assert_int_equal(truncate(path, 100 << 20), 0);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -EPERM);
	if (geteuid() == 0) {
		put(DOCKER_FILE, docker);
		assert_int_equal(truncate(path, (off_t)strlen(docker)), 0);
		assert_int_equal(chown(path, 12345, 12345), 0);
		assert_int_equal(lookup_label(&made, folder, &question, &label), -EPERM);
	}
	drop("var");
}

static void conmon_tells_podman_s_name(void **state)
{
	static const char args[] =
		"/usr/bin/conmon\0-c\0" ID "\0-n\0box\0-b\0/s/overlay-containers/" ID "/userdata";
	const struct lookup_question question = question_of("podman", ID);
	struct label label;

	(void)state;
	put_process(77, 50, "sleep", "/machine.slice/libpod-" ID);
	put_process(50, 1, "conmon", "/machine.slice/libpod-conmon-" ID);
	put_args(50, args, sizeof(args));
	put("s/overlay-containers/containers.json",
	    "[{\"id\":\"x\"},{\"id\":\"" ID "\",\"names\":[\"box2\"],\"metadata\":"
	    "\"{\\\"image-name\\\":\\\"bb:1\\\"}\"}]");
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "box2");
	assert_string_equal(label.image, "bb:1");
	drop("s");
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "box");
	assert_string_equal(label.image, "");
	drop("proc");
}

/* Whoever is in the container may call himself conmon. */
static void who_is_inside_is_not_believed(void **state)
{
	static const char args[] = "conmon\0-n\0bank\0-b\0/";
	const struct lookup_question question = question_of("podman", ID);
	struct label label;

	(void)state;
	put_process(77, 50, "sleep", "/machine.slice/libpod-" ID);
	put_process(50, 1, "conmon", "/machine.slice/libpod-" ID "/below");
	put_args(50, args, sizeof(args));
	assert_int_equal(lookup_label(&made, folder, &question, &label), -ENOENT);
	put_process(50, 77, "conmon", "/elsewhere");
	put_args(50, args, 3);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -ENOENT);
	drop("proc");
}

static void a_shim_leads_to_the_bundle_of_each_container(void **state)
{
	static const char args[] =
		"/usr/bin/containerd-shim-runc-v2\0-namespace\0k8s.io\0-id\0" OTHER;
	const struct lookup_question question = question_of("containerd", ID);
	char path[PATH_BYTES];
	struct label label;

	(void)state;
	put_process(77, 50, "sleep", "/machine.slice/libpod-" ID);
	put_process(50, 1, "containerd-shim", "/system.slice/containerd.service");
	put_args(50, args, sizeof(args));
	(void)snprintf(path, sizeof(path), "%s/proc/50/cwd", folder);
	assert_int_equal(symlink("/run/k8s.io/" OTHER, path), 0);
	put("run/k8s.io/" ID "/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\"}}");
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.container, "app");
	drop("run");
	drop("proc");
}

static void put_shim(const char *args, size_t len, const char *cgroup)
{
	char path[PATH_BYTES];

	put_process(77, 50, "sleep", cgroup);
	put_process(50, 1, "containerd-shim", "/system.slice/containerd.service");
	put_args(50, args, len);
	(void)snprintf(path, sizeof(path), "%s/proc/50/cwd", folder);
	assert_int_equal(symlink("/run/tasks/" ID, path), 0);
}

#define DOCKER_BUNDLE(folder)                                           \
	"{\"mounts\":[{\"destination\":\"/proc\",\"source\":\"proc\"}," \
	"{\"destination\":\"/etc/hostname\",\"source\":\"" folder "/hostname\"}]}"

/* docker with a --data-root: the bundle says where. What names another container's folder is not followed. */
static void docker_s_files_are_found_where_it_keeps_them(void **state)
{
	static const char args[] = "containerd-shim-runc-v2\0-namespace\0moby\0-id\0" ID;
	struct lookup_question question = question_of("docker", ID);
	struct label label;

	(void)state;
	put_shim(args, sizeof(args), question.path);
	put("data/containers/" ID "/config.v2.json", docker);
	put("run/tasks/" ID "/config.json", DOCKER_BUNDLE("/data/containers/" ID));
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "web");
	/* The same below a --cgroup-parent, whose path tells no runtime. */
	question.runtime[0] = '\0';
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "web");
	put("run/tasks/" ID "/config.json", DOCKER_BUNDLE("/data/containers/" OTHER));
	assert_int_equal(lookup_label(&made, folder, &question, &label), -EBADMSG);
	put("run/tasks/" ID "/config.json", "{\"mounts\":[7,{\"destination\":[]}]}");
	assert_int_equal(lookup_label(&made, folder, &question, &label), -EBADMSG);
	drop("data");
	drop("run");
	drop("proc");
}

static void containerd_s_own_are_known_by_their_shim(void **state)
{
	static const char args[] = "containerd-shim-runc-v2\0-namespace\0builds\0-id\0box";
	struct lookup_question question = question_of("", "");
	struct label label = { 0 };
	struct cgroup *group;

	(void)state;
	(void)snprintf(question.path, sizeof(question.path), "/builds/box");
	put_shim(args, sizeof(args), question.path);
	assert_int_equal(lookup_label(&made, folder, &question, &label), 0);
	assert_string_equal(label.name, "box");
	assert_string_equal(label.runtime, "containerd");
	assert_int_equal(cgroup_new(MOUNT_V2, 1, question.path, "/nowhere", &group), 0);
	assert_string_equal(group->figures.type, "cgroup");
	assert_int_equal(cgroup_set_label(group, &label), 0);
	assert_string_equal(group->figures.type, "container");
	assert_string_equal(group->figures.runtime, "containerd");
	assert_string_equal(group->figures.name, "box");
	cgroup_free(group);
	/* A group that something in the container has made, or that is called otherwise. */
	(void)snprintf(question.path, sizeof(question.path), "/builds/other");
	put_process(77, 50, "sleep", question.path);
	assert_int_equal(lookup_label(&made, folder, &question, &label), -ENOENT);
	drop("proc");
}

static void a_helper_answers_until_it_is_gone(void **state)
{
	struct lookup_question question = question_of("docker", ID);
	struct helper *helper;
	struct label label;

	(void)state;
	put(DOCKER_FILE, docker);
	assert_int_equal(helper_start(proc_root, folder, &helper), 0);
	assert_int_equal(helper_ask(helper, &question, &label), 0);
	assert_string_equal(label.image, "nginx:1");
	drop("var");
	assert_int_equal(helper_ask(helper, &question, &label), -ENOENT);
	helper_stop(helper);
	helper_stop(NULL);
}

static void a_label_goes_before_an_id(void **state)
{
	const struct label web = { .name = "web", .image = "nginx:1" };
	const struct label pod = { .pod = "p", .container = "app", .pod_namespace = "default" };
	struct cgroup *group;

	(void)state;
	assert_int_equal(cgroup_new(MOUNT_V2, 1, "/docker/" ID, "/nowhere", &group), 0);
	assert_string_equal(group->figures.name, "0123456789ab");
	assert_null(group->figures.image);
	assert_int_equal(cgroup_set_label(group, &web), 0);
	assert_string_equal(group->figures.name, "web");
	assert_string_equal(group->figures.image, "nginx:1");
	assert_int_equal(cgroup_set_label(group, &pod), 0);
	assert_string_equal(group->figures.name, "p/app");
	assert_string_equal(group->figures.pod_namespace, "default");
	assert_null(group->figures.image);
	cgroup_free(group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_tells_name_image_and_compose),
		cmocka_unit_test(what_is_cut_says_nothing),
		cmocka_unit_test(hostile_json_is_refused_or_cut),
		cmocka_unit_test(bundles_tell_pod_and_container),
		cmocka_unit_test(cri_o_s_names_are_split),
		cmocka_unit_test(docker_s_file_is_found_by_the_id),
		cmocka_unit_test(files_of_strangers_are_not_read),
		cmocka_unit_test(conmon_tells_podman_s_name),
		cmocka_unit_test(who_is_inside_is_not_believed),
		cmocka_unit_test(a_shim_leads_to_the_bundle_of_each_container),
		cmocka_unit_test(docker_s_files_are_found_where_it_keeps_them),
		cmocka_unit_test(containerd_s_own_are_known_by_their_shim),
		cmocka_unit_test(a_helper_answers_until_it_is_gone),
		cmocka_unit_test(a_label_goes_before_an_id),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
