/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows of the probe, sorted to the groups that their cgroups are in. */
#include "agent/processes.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "agent/leftover.h"
#include "agent/sums.h"
#include "host/lives.h"
#include "denet/system.h"
#include "procfs/procfs.h"
#include "util/units.h"

#define PATH_BYTES 256

static char folder[] = "/tmp/denet-processes-XXXXXX";
static struct procfs made;

/* Makes it with a list of processes, and gives its id. */
static uint64_t put_cgroup(const char *name)
{
	char path[PATH_BYTES], file[PATH_BYTES + 32];
	struct stat facts;
	FILE *list;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)mkdir(path, 0755);
	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	list = fopen(file, "we");
	assert_non_null(list);
	assert_int_equal(fclose(list), 0);
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_ino;
}

static struct hostprobe_row row_of(uint64_t cgroup_id, const char *comm, uint64_t cpu_ns)
{
	struct hostprobe_row row = { .key.cgroup_id = cgroup_id, .key.uid = 7 };

	memcpy(row.key.comm, comm, strlen(comm));
	row.ended.used.cpu_time_ns = cpu_ns;
	row.ended.processes = 1;
	row.processes_living = 1;
	return row;
}

static const struct cgroup *find(const struct cgroups *groups, const char *name)
{
	for (size_t i = 0; i < cgroups_count(groups); i++)
		if (strcmp(cgroups_get(groups, i)->figures.name, name) == 0)
			return cgroups_get(groups, i);
	fail();
	return NULL;
}

/* What is within it is in it; version 1 has no bytes of devices of its own. */
static void a_group_has_the_sums_of_all_within(void **state)
{
	uint64_t outer = put_cgroup("outer.service"),
		 inner = put_cgroup("outer.service/inner.scope");
	struct hostprobe_row rows[] = { row_of(outer, "a", 10), row_of(inner, "b", 5) };
	struct processes processes = { 0 };
	const struct host_group *figures;
	struct cgroups *groups;

	(void)state;
	rows[1].ended.failed = 1;
	rows[1].ended.used.run_delay_ns = 3;
	rows[1].ended.used.disk_write_bytes = 4096;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	sums_take(groups, NULL);
	figures = &find(groups, "outer.service")->figures;
	assert_true(figures->processes_ended == DENET_UNKNOWN);
	assert_true(figures->disk_write_bytes == DENET_UNKNOWN);
	/* Each look begins anew. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(processes_take(&processes, groups, rows, 2, NS_PER_S, 1), 0);
		sums_take(groups, &processes);
	}
	assert_int_equal(figures->processes_ended, 2);
	assert_int_equal(figures->processes_living, 2);
	assert_int_equal(figures->processes_failed, 1);
	assert_int_equal(figures->run_delay_ns, 3);
	assert_int_equal(figures->disk_write_bytes, 4096);
	figures = &find(groups, "inner.scope")->figures;
	assert_int_equal(figures->processes_ended, 1);
	assert_int_equal(figures->disk_read_bytes, 0);
	assert_true(figures->cpu_time_ns == DENET_UNKNOWN);
	processes_done(&processes);
	cgroups_free(groups);
}

/* And what was within it stays in it when that is gone and its rows are. */
static void sums_do_not_fall_with_what_is_gone(void **state)
{
	uint64_t outer = put_cgroup("lasting.service"),
		 inner = put_cgroup("lasting.service/short.scope");
	struct hostprobe_row rows[] = { row_of(outer, "a", 10), row_of(inner, "b", 5) };
	struct processes processes = { 0 };
	const struct host_group *figures;
	char path[PATH_BYTES + 32];
	struct cgroups *groups;

	(void)state;
	rows[1].ended.used.disk_write_bytes = 4096;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	(void)snprintf(path, sizeof(path), "%s/lasting.service/short.scope/cgroup.procs", folder);
	assert_int_equal(remove(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(remove(path), 0);
	figures = &find(groups, "lasting.service")->figures;
	rows[1].processes_living = 0;
	for (uint64_t look = 2; look < 5; look++) {
		assert_int_equal(cgroups_look(groups, look * NS_PER_S, look, 0), 0);
		assert_int_equal(processes_take(&processes, groups, rows, look < 4 ? 2 : 1,
						look * NS_PER_S, look),
				 0);
		sums_take(groups, &processes);
		assert_int_equal(figures->processes_ended, 2);
		assert_int_equal(figures->processes_living, 1);
		assert_int_equal(figures->disk_write_bytes, 4096);
	}
	processes_done(&processes);
	cgroups_free(groups);
}

/* Nobody could read it: its tasks and the kernel have told all the same. */
static void one_that_nobody_read_is_final_by_its_tasks_and_the_kernel(void **state)
{
	struct processes processes = { 0 };
	struct hostprobe_row rows[1];
	const struct host_group *figures;
	struct cgroups *groups;
	char path[PATH_BYTES];
	uint64_t id;

	(void)state;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	for (uint64_t peak = 0; peak <= 4096; peak += 4096) {
		id = put_cgroup("short.scope");
		rows[0] = row_of(id, "a", 10);
		assert_int_equal(lives_populated(groups, id, "/short.scope", NS_PER_S, 1), 0);
		(void)snprintf(path, sizeof(path), "%s/short.scope/cgroup.procs", folder);
		assert_int_equal(remove(path), 0);
		*strrchr(path, '/') = '\0';
		assert_int_equal(remove(path), 0);
		lives_emptied(groups, id, peak, NS_PER_S, 2);
		assert_int_equal(lives_removed(groups, id, 3), 0);
		assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 4, 0), 0);
		assert_int_equal(processes_take(&processes, groups, rows, 1, 2 * NS_PER_S, 4), 0);
		sums_take(groups, &processes);
		assert_int_equal(lives_ended_count(groups), 1);
		figures = &lives_ended(groups, 0)->figures;
		assert_int_equal(figures->cpu_time_ns, 10);
		assert_int_equal(figures->is_final, peak != 0);
	}
	processes_done(&processes);
	cgroups_free(groups);
}

static void the_innermost_group_has_them(void **state)
{
	struct processes processes = { 0 };
	struct cgroups *groups;
	const struct process_group *items;
	struct hostprobe_row rows[5];
	size_t count;

	(void)state;
	rows[0] = row_of(put_cgroup("a.service"), "one", 5);
	rows[1] = row_of(put_cgroup("a.service/part"), "one", 6);
	rows[2] = row_of(rows[1].key.cgroup_id, "sixteen-letters!", 100);
	rows[3] = row_of(put_cgroup("a.service/b.service"), "one", 9);
	rows[4] = row_of(1, "nobody's", 1000);
	(void)put_cgroup("");
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(processes_take(&processes, groups, rows, 5, NS_PER_S, 1), 0);
	assert_int_equal(processes.count, 3);
	items = processes_of(&processes, find(groups, "a.service"), &count);
	assert_int_equal(count, 2);
	/* The largest first, and a name of all letters that there can be. */
	assert_string_equal(items[0].figures.comm, "sixteen-letters!");
	assert_int_equal(items[1].figures.cpu_time_ns, 11);
	assert_int_equal(items[1].figures.processes_ended, 2);
	assert_int_equal(items[1].figures.processes_living, 2);
	assert_true(isnan(items[1].figures.cpu_usage));
	items = processes_of(&processes, find(groups, "b.service"), &count);
	assert_int_equal(count, 1);
	assert_string_equal(items[0].figures.group, "b.service");

	/* Rates by the look before; one that has come has used all since; one that fell tells none. */
	rows[0].ended.used.cpu_time_ns += NS_PER_S;
	rows[2] = row_of(rows[2].key.cgroup_id, "new", NS_PER_S / 2);
	rows[3].ended.used.cpu_time_ns = 1;
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 1, 0), 0);
	assert_int_equal(processes_take(&processes, groups, rows, 5, 3 * NS_PER_S, 1), 0);
	items = processes_of(&processes, find(groups, "a.service"), &count);
	assert_true(fabs(items[0].figures.cpu_usage - 50) < 1e-6);
	assert_true(fabs(items[1].figures.cpu_usage - 25) < 1e-6);
	items = processes_of(&processes, find(groups, "b.service"), &count);
	assert_true(isnan(items[0].figures.cpu_usage));
	processes_done(&processes);
	cgroups_free(groups);
}

static int make_folder(void **state)
{
	char path[PATH_BYTES];
	FILE *file;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	made = (struct procfs){ .proc = folder, .sys = folder };
	(void)snprintf(path, sizeof(path), "%s/cgroup.controllers", folder);
	file = fopen(path, "we");
	return file ? fclose(file) : -1;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct hostprobe_ending ending_of(uint64_t cgroup_id, const char *comm, uint32_t end)
{
	struct hostprobe_ending ending = {
		.key = { .cgroup_id = cgroup_id, .uid = 7, .end = end },
		.count = 2,
		.added = 2,
	};

	memcpy(ending.key.comm, comm, strlen(comm));
	return ending;
}

static void remove_cgroup(const char *name)
{
	char path[PATH_BYTES + 32];

	(void)snprintf(path, sizeof(path), "%s/%s/cgroup.procs", folder, name);
	assert_int_equal(remove(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(remove(path), 0);
}

static void look_at_all(struct processes *processes, struct cgroups *groups,
			const struct hostprobe_row *rows, size_t count,
			const struct hostprobe_ending *endings, size_t endings_count, uint64_t at_s)
{
	assert_int_equal(cgroups_look(groups, at_s * NS_PER_S, at_s, 0), 0);
	assert_int_equal(processes_take(processes, groups, rows, count, at_s * NS_PER_S, at_s), 0);
	assert_int_equal(processes_take_endings(processes, groups, endings, endings_count), 0);
	sums_take(groups, processes);
}

/* Of what is within it and gone, too. */
static void how_they_ended_is_told_of_commands_and_groups(void **state)
{
	uint64_t outer = put_cgroup("ends.service"), inner = put_cgroup("ends.service/one.scope");
	struct hostprobe_row rows[] = { row_of(outer, "a", 1), row_of(inner, "b", 1) };
	struct hostprobe_ending endings[] = {
		ending_of(inner, "b", 0x100),
		ending_of(inner, "b", 9 | HOST_END_OOM),
		ending_of(outer, "a", 0x100),
		ending_of(outer, "stranger", 0x200),
	};
	struct processes processes = { 0 };
	const struct host_group *figures;
	const struct process_group *items;
	struct cgroups *groups;
	size_t count;

	(void)state;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	look_at_all(&processes, groups, rows, 2, endings, 4, 1);
	figures = &find(groups, "one.scope")->figures;
	assert_string_equal(figures->failed_by_status, "1:2");
	assert_string_equal(figures->killed_by_signal, "9:2");
	assert_string_equal(figures->oom_victim, "b");
	items = processes_of(&processes, find(groups, "ends.service"), &count);
	assert_int_equal(count, 1);
	assert_string_equal(items->figures.failed_by_status, "1:2");
	assert_null(items->figures.killed_by_signal);
	/* The last one is the new one. */
	endings[1].added = 0;
	endings[3] = ending_of(outer, "a", 9 | HOST_END_OOM);
	look_at_all(&processes, groups, rows, 2, endings, 4, 2);
	figures = &find(groups, "ends.service")->figures;
	assert_string_equal(figures->failed_by_status, "1:4");
	assert_string_equal(figures->killed_by_signal, "9:4");
	assert_string_equal(figures->oom_victim, "a");
	remove_cgroup("ends.service/one.scope");
	look_at_all(&processes, groups, rows, 2, endings, 3, 3);
	look_at_all(&processes, groups, rows, 1, endings + 2, 1, 4);
	assert_string_equal(figures->failed_by_status, "1:4");
	assert_string_equal(figures->killed_by_signal, "9:2");
	processes_done(&processes);
	cgroups_free(groups);
	remove_cgroup("ends.service");
}

/* A folder of a living group that is gone: its rows go when they were told twice, and the group's figures stay. */
static void what_was_in_a_folder_that_is_gone_is_kept(void **state)
{
	uint64_t outer = put_cgroup("keeps.service"), inner = put_cgroup("keeps.service/sub");
	struct hostprobe_row rows[] = { row_of(outer, "a", 10), row_of(inner, "a", 5),
					row_of(inner, "b", 2) };
	struct hostprobe_ending endings[] = { ending_of(inner, "b", 0x100) };
	const struct leftover_look look = { rows, 3, endings, 1 };
	struct processes processes = { 0 };
	const struct host_group *figures;
	struct leftover leftover = { 0 };
	struct cgroups *groups;
	struct leftover_look all;

	(void)state;
	rows[1].processes_living = rows[2].processes_living = 0;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	look_at_all(&processes, groups, rows, 3, endings, 1, 1);
	figures = &find(groups, "keeps.service")->figures;
	assert_int_equal(figures->processes_ended, 3);
	remove_cgroup("keeps.service/sub");
	look_at_all(&processes, groups, rows, 3, endings, 1, 2);
	assert_false(cgroups_is_gone(groups, inner));
	assert_int_equal(figures->processes_ended, 3);
	look_at_all(&processes, groups, rows, 3, endings, 1, 3);
	assert_int_equal(figures->processes_ended, 3);
	assert_true(cgroups_is_gone(groups, inner));
	assert_false(cgroups_is_gone(groups, outer));
	assert_int_equal(leftover_add(&leftover, groups, inner, &look), 0);
	/* It is known no more; a second one of that name would have an id of its own. */
	for (int i = 4; i < 6; i++) {
		const struct leftover_look left = { rows, 1, NULL, 0 };

		assert_int_equal(cgroups_look(groups, (uint64_t)i * NS_PER_S, 1, 0), 0);
		assert_null(cgroups_owner(groups, inner));
		assert_int_equal(leftover_join(&leftover, groups, &left, &all), 0);
		look_at_all(&processes, groups, all.rows, all.count, all.endings, all.endings_count,
			    (uint64_t)i);
		assert_int_equal(figures->processes_ended, 3);
		assert_int_equal(figures->processes_living, 1);
		assert_string_equal(figures->failed_by_status, "1:2");
		assert_int_equal(processes.count, 2);
		assert_int_equal(processes.items[0].figures.cpu_time_ns, 15);
	}
	remove_cgroup("keeps.service");
	assert_int_equal(cgroups_look(groups, 6 * NS_PER_S, 6, 0), 0);
	assert_int_equal(cgroups_look(groups, 7 * NS_PER_S, 7, 0), 0);
	assert_int_equal(leftover_join(&leftover, groups, &(struct leftover_look){ 0 }, &all), 0);
	assert_int_equal(all.count + all.endings_count, 0);
	leftover_done(&leftover);
	processes_done(&processes);
	cgroups_free(groups);
}

static void those_that_lived_before_were_not_started(void **state)
{
	struct hostprobe_row rows[] = { row_of(put_cgroup("starts.service"), "sh", 1),
					row_of(0, "true", 1) };
	struct processes processes = { 0 };
	const struct host_group *figures;
	struct cgroups *groups;

	(void)state;
	rows[1].key.cgroup_id = rows[0].key.cgroup_id;
	rows[0].processes_living = 3;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	look_at_all(&processes, groups, rows, 1, NULL, 0, 1);
	figures = &find(groups, "starts.service")->figures;
	/* What has ended since the agent began. */
	assert_int_equal(figures->processes_started, 1);
	rows[0].processes_living = 5;
	look_at_all(&processes, groups, rows, 1, NULL, 0, 2);
	assert_int_equal(processes.items[0].figures.processes_started, 3);
	assert_int_equal(figures->processes_started, 3);
	/* One calls itself otherwise, and one goes elsewhere. */
	rows[0].processes_living = 3;
	look_at_all(&processes, groups, rows, 2, NULL, 0, 3);
	assert_int_equal(figures->processes_started, 3);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(processes.items[i].figures.processes_started,
				 strcmp(processes.items[i].comm, "sh") == 0 ? 3 : 2);
	processes_done(&processes);
	cgroups_free(groups);
	remove_cgroup("starts.service");
}

/* A shell's child that a look saw before its exec is started once: as what it executed. */
static void one_that_is_seen_before_its_exec_was_started_once(void **state)
{
	struct hostprobe_row rows[] = { row_of(put_cgroup("execs.service"), "sh", 1),
					row_of(0, "true", 1) };
	struct processes processes = { 0 };
	struct cgroups *groups;

	(void)state;
	rows[1].key.cgroup_id = rows[0].key.cgroup_id;
	rows[0].ended.processes = 0;
	assert_int_equal(cgroups_new(&made, folder, &groups), 0);
	look_at_all(&processes, groups, rows, 1, NULL, 0, 1);
	rows[0].processes_living = 2;
	rows[0].processes_forked = 1;
	look_at_all(&processes, groups, rows, 1, NULL, 0, 2);
	assert_int_equal(processes.items[0].figures.processes_started, 0);
	assert_int_equal(find(groups, "execs.service")->figures.processes_started, 1);
	rows[0].processes_living = 1;
	rows[0].processes_forked = 0;
	rows[1].ended.processes = 1;
	rows[1].processes_living = 0;
	look_at_all(&processes, groups, rows, 2, NULL, 0, 3);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(processes.items[i].figures.processes_started,
				 strcmp(processes.items[i].comm, "true") == 0);
	/* One that goes on as it is counts then. */
	rows[0].processes_living = 2;
	look_at_all(&processes, groups, rows, 2, NULL, 0, 4);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(processes.items[i].figures.processes_started, 1);
	processes_done(&processes);
	cgroups_free(groups);
	remove_cgroup("execs.service");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_has_the_sums_of_all_within),
		cmocka_unit_test(one_that_nobody_read_is_final_by_its_tasks_and_the_kernel),
		cmocka_unit_test(how_they_ended_is_told_of_commands_and_groups),
		cmocka_unit_test(what_was_in_a_folder_that_is_gone_is_kept),
		cmocka_unit_test(those_that_lived_before_were_not_started),
		cmocka_unit_test(one_that_is_seen_before_its_exec_was_started_once),
		cmocka_unit_test(sums_do_not_fall_with_what_is_gone),
		cmocka_unit_test(the_innermost_group_has_them),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
