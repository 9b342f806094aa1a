/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Classes of containers: what they are called, and that their counters never fall. */
#include "host/classes.h"

#include <errno.h>
#include <math.h>

#include "denet/system.h"
#include "host/lives.h"
#include "host/workload.h"
#include "made_cgroups.h"
#include "util/units.h"

#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void assert_workload(const char *pod, const char *workload)
{
	print_message("%s\n", pod);
	assert_int_equal(workload_len(pod), strlen(workload));
	assert_memory_equal(pod, workload, strlen(workload));
}

static void pods_are_called_by_what_made_them(void **state)
{
	(void)state;
	assert_workload("web-5d8f9c7b64-x2zkq", "web");
	assert_workload("my-app-front-6b7c9d8f45-bcdfg", "my-app-front");
	assert_workload("backup-28391820-bcdfg", "backup");
	assert_workload("node-agent-bcdfg", "node-agent");
	assert_workload("db-0", "db");
	assert_workload("db-12", "db");
	assert_workload("plain", "plain");
	assert_workload("web-front", "web-front");
	/* With a vowel, or of another length: a word that somebody chose. */
	assert_workload("web-admin", "web-admin");
	assert_workload("web-bcdf", "web-bcdf");
	assert_workload("-bcdfg", "-bcdfg");
	assert_workload("", "");
}

static void put_container(const char *id, const char *usage)
{
	char path[PATH_BYTES], text[64];

	(void)snprintf(path, sizeof(path), "fs/docker/%s/cpu.stat", id);
	(void)snprintf(text, sizeof(text), "usage_usec %s\n", usage);
	put(path, text);
	(void)snprintf(path, sizeof(path), "fs/docker/%s/memory.current", id);
	put(path, "4096\n");
}

static struct cgroups *open_groups(void)
{
	struct cgroups *groups;

	put("fs/cgroup.controllers", "");
	assert_int_equal(cgroups_new(&made, cgroup_root, &groups), 0);
	return groups;
}

static const struct host_class *find(const struct classes *classes, const char *name)
{
	for (size_t i = 0; i < classes->count; i++)
		if (strcmp(classes->items[i]->class_name, name) == 0)
			return classes->items[i];
	fail_msg("no class %s", name);
	return classes->items[0];
}

static void look(struct cgroups *groups, struct classes *classes, const char *image,
		 uint64_t second)
{
	struct label label = { .name = "box" };

	(void)snprintf(label.image, sizeof(label.image), "%s", image);
	assert_int_equal(cgroups_look(groups, second * NS_PER_S, second * 1000, 0), 0);
	for (size_t i = 0; i < cgroups_count(groups); i++)
		assert_int_equal(cgroup_set_label(cgroups_edit(groups, i), &label), 0);
	assert_int_equal(classes_take(classes, groups, second * NS_PER_S, second * 1000), 0);
}

static void counters_never_fall(void **state)
{
	struct cgroups *groups = open_groups();
	struct classes classes = { 0 };
	const struct host_class *nginx;

	(void)state;
	put_container(ID, "1000000");
	put_container(OTHER, "500000");
	look(groups, &classes, "nginx", 1);
	nginx = find(&classes, "nginx");
	assert_int_equal(nginx->cpu_time_ns, 1500000000);
	assert_int_equal(nginx->containers_living, 2);
	assert_int_equal(nginx->memory_bytes, 8192);
	assert_true(isnan(nginx->cpu_usage));
	drop("fs/docker/" OTHER);
	put_container(ID, "1500000");
	look(groups, &classes, "nginx", 2);
	assert_int_equal(nginx->cpu_time_ns, 2000000000);
	assert_int_equal(nginx->containers_living, 1);
	assert_int_equal(nginx->containers_started, 2);
	assert_int_equal(nginx->containers_ended, 1);
	assert_true(fabs(nginx->cpu_usage - 50) < 1e-9);
	/* What one of another image uses from now on is that one's. */
	put_container(ID, "1600000");
	look(groups, &classes, "apache", 3);
	assert_int_equal(nginx->cpu_time_ns, 2000000000);
	assert_int_equal(find(&classes, "apache")->cpu_time_ns, 100000000);
	drop("fs/docker/" ID);
	look(groups, &classes, "", 4);
	assert_int_equal(nginx->cpu_time_ns, 2000000000);
	assert_int_equal(find(&classes, "apache")->containers_ended, 1);
	look(groups, &classes, "", 5);
	assert_int_equal(find(&classes, "apache")->containers_ended, 1);
	assert_int_equal(classes.count, 2);
	classes_done(&classes);
	cgroups_free(groups);
	drop("fs");
}

/* One that no look has seen has used all of it in the class. */
static void what_lived_between_two_looks_is_in_it(void **state)
{
	struct cgroups *groups = open_groups();
	struct classes classes = { 0 };

	(void)state;
	look(groups, &classes, "", 1);
	assert_int_equal(lives_populated(groups, 4711, "/docker/" ID, NS_PER_S, 1500), 0);
	assert_int_equal(lives_removed(groups, 4711, 1600), 0);
	look(groups, &classes, "", 2);
	assert_int_equal(find(&classes, "docker")->containers_started, 1);
	assert_int_equal(find(&classes, "docker")->containers_ended, 1);
	assert_int_equal(find(&classes, "docker")->containers_living, 0);
	/* Nobody has read a counter of it. */
	assert_true(find(&classes, "docker")->cpu_time_ns == DENET_UNKNOWN);
	assert_true(find(&classes, "docker")->memory_bytes == DENET_UNKNOWN);
	classes_done(&classes);
	cgroups_free(groups);
	drop("fs");
}

static void too_many_are_one(void **state)
{
	struct cgroups *groups = open_groups();
	struct classes classes = { 0 };
	char image[32];

	(void)state;
	put_container(ID, "1");
	for (unsigned int i = 0; i < CLASSES_MAX + 5; i++) {
		(void)snprintf(image, sizeof(image), "image-%u", i);
		look(groups, &classes, image, i + 1);
	}
	assert_int_equal(classes.count, CLASSES_MAX + 1);
	assert_int_equal(find(&classes, CLASSES_REST)->containers_living, 1);
	classes_done(&classes);
	cgroups_free(groups);
	drop("fs");
}

/* Its figures are part of the outer one's; a unit is in no class. */
static void what_is_in_a_container_is_no_other(void **state)
{
	struct cgroups *groups = open_groups();
	struct classes classes = { 0 };

	(void)state;
	put_container(ID, "7");
	put("fs/docker/" ID "/docker/" OTHER "/cpu.stat", "usage_usec 3\n");
	put("fs/a.service/cpu.stat", "usage_usec 9\n");
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	assert_int_equal(cgroups_count(groups), 3);
	assert_int_equal(classes_take(&classes, groups, NS_PER_S, 1000), 0);
	assert_int_equal(classes.count, 1);
	assert_string_equal(classes.items[0]->class_name, "docker");
	assert_int_equal(classes.items[0]->cpu_time_ns, 7000);
	classes_done(&classes);
	cgroups_free(groups);
	drop("fs");
}

/* The first rule that matches, by the class it would be in or by its name; what none matches is as without. */
static void rules_go_before_images(void **state)
{
	struct cgroups *groups = open_groups();
	struct classes classes = { 0 };

	(void)state;
	assert_int_equal(classes_add_rule(&classes, "{1}", "(none|)apache"), 0);
	assert_int_equal(classes_add_rule(&classes, "{1}", "([^:]*):.*"), 0);
	assert_int_equal(classes_add_rule(&classes, "by name", "box"), 0);
	assert_int_equal(classes_add_rule(&classes, "never", "bo"), 0);
	assert_int_equal(classes_add_rule(&classes, "wrong", "("), -EINVAL);
	put_container(ID, "1000");
	look(groups, &classes, "nginx:1.27", 1);
	assert_int_equal(find(&classes, "nginx")->cpu_time_ns, 1000000);
	put_container(ID, "3000");
	look(groups, &classes, "redis", 2);
	assert_int_equal(find(&classes, "by name")->cpu_time_ns, 2000000);
	assert_string_equal(cgroups_get(groups, 0)->figures.class_name, "by name");
	look(groups, &classes, "apache", 3);
	assert_int_equal(find(&classes, "apache")->containers_started, 0);
	assert_int_equal(classes.count, 3);
	classes_done(&classes);
	cgroups_free(groups);
	drop("fs");
}

static void services_and_workloads_have_their_names(void **state)
{
	const struct label compose = { .name = "shop_front_1",
				       .project = "shop",
				       .service = "front" };
	const struct label pod = { .pod = "web-5d8f9c7b64-x2zkq",
				   .container = "app",
				   .pod_namespace = "default",
				   .image = "i" };
	char name[WORKLOAD_BYTES];
	struct cgroup *group;

	(void)state;
	assert_int_equal(cgroup_new(MOUNT_V2, 1, "/docker/" ID, "/nowhere", &group), 0);
	workload_of(group, name);
	assert_string_equal(name, "docker");
	assert_int_equal(cgroup_set_label(group, &compose), 0);
	workload_of(group, name);
	assert_string_equal(name, "shop/front");
	assert_int_equal(cgroup_set_label(group, &pod), 0);
	workload_of(group, name);
	assert_string_equal(name, "default/web/app");
	cgroup_free(group);
	assert_int_equal(cgroup_new(MOUNT_V2, 1, "/lxc.payload.box", "/nowhere", &group), 0);
	workload_of(group, name);
	assert_string_equal(name, "box");
	cgroup_free(group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_are_called_by_what_made_them),
		cmocka_unit_test(counters_never_fall),
		cmocka_unit_test(what_lived_between_two_looks_is_in_it),
		cmocka_unit_test(too_many_are_one),
		cmocka_unit_test(what_is_in_a_container_is_no_other),
		cmocka_unit_test(rules_go_before_images),
		cmocka_unit_test(services_and_workloads_have_their_names),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
