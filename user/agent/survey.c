/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/survey.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/options.h"
#include "denet/system.h"
#include "names/helper.h"
#include "procfs/cgroup_file.h"
#include "procfs/status.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/units.h"

#define MEMORY_NS (60 * NS_PER_S) /* how often the memory of groups is added up without the heavy */

static int read_exe(void *context, pid_t pid, size_t size, char *ret_path)
{
	return helper_ask_exe(context, pid, size, ret_path);
}

int survey_open(struct survey *survey, const struct procfs *procfs, struct helper *helper,
		const struct agent_options *options)
{
	const struct agent_rule *rules = options->rules.items;
	const struct heavy_limits limits = { options->heavy.cpu_percent,
					     options->heavy.memory_bytes, options->heavy.window };
	int r = 0;

	*survey = (struct survey){ .procfs = procfs, .options = options };
	if (helper) {
		survey->tasks.read_exe = read_exe;
		survey->tasks.context = helper;
	}
	heavy_init(&survey->heavy, &limits);
	families_init(&survey->families, &survey->rules);
	for (size_t i = 0; i < options->rules.count && !r; i++) {
		const struct rule_source source = {
			.name = rules[i].name,
			.patterns = { [FAMILY_UNIT] = rules[i].unit,
				      [FAMILY_COMM] = rules[i].comm,
				      [FAMILY_EXE] = rules[i].exe,
				      [FAMILY_USER] = rules[i].user },
		};

		r = rules_add(&survey->rules, &source);
	}
	/* Another machine's users have names that are not known here. */
	if (!r && !options->proc_root)
		r = users_read(&survey->users, "/etc/passwd");
	return r;
}

void survey_close(struct survey *survey)
{
	families_done(&survey->families);
	heavy_done(&survey->heavy);
	rules_done(&survey->rules);
	users_done(&survey->users);
	tasks_done(&survey->tasks);
	free(survey->by_name);
}

/* What the rules look at; the texts lie in it, in the task and in the cgroup. */
struct subject {
	const char *texts[RULE_TEXTS];
	char comm[FAMILY_COMM_BYTES];
	char user[USERS_NAME_BYTES];
};

static void describe(const struct survey *survey, const struct cgroup *owner, const char *comm,
		     size_t comm_len, uint32_t uid, const char *exe, struct subject *ret_subject)
{
	*ret_subject = (struct subject){ .texts = { [FAMILY_EXE] = exe } };
	memcpy(ret_subject->comm, comm, strnlen(comm, comm_len));
	ret_subject->texts[FAMILY_COMM] = ret_subject->comm;
	if (owner)
		ret_subject->texts[FAMILY_UNIT] = owner->figures.name;
	if (uid == TASKS_UID_UNKNOWN || !rules_want(&survey->rules, FAMILY_USER))
		return;
	users_name(&survey->users, uid, ret_subject->user);
	ret_subject->texts[FAMILY_USER] = ret_subject->user;
}

static int compare_name(const struct task *task, uint32_t uid, const char *comm)
{
	if (task->uid != uid)
		return task->uid < uid ? -1 : 1;
	return strncmp(task->comm, comm, sizeof(task->comm));
}

static int by_name(const void *a, const void *b)
{
	const struct task *one = *(const struct task *const *)a;
	const struct task *other = *(const struct task *const *)b;

	return compare_name(one, other->uid, other->comm);
}

static int by_key(const void *a, const void *b)
{
	const struct host_key *key = a;
	const struct task *task = *(const struct task *const *)b;

	return -compare_name(task, key->uid, key->comm);
}

static int index_names(struct survey *survey)
{
	const struct task **items =
		array_resize(survey->by_name, survey->tasks.count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	survey->by_name = items;
	survey->named = 0;
	for (size_t i = 0; i < survey->tasks.count; i++)
		if (survey->tasks.items[i].exe)
			items[survey->named++] = &survey->tasks.items[i];
	if (survey->named)
		qsort(items, survey->named, sizeof(*items), by_name);
	return 0;
}

/* Any living process of that name and user: the rows do not tell. */
static const char *exe_of(const struct survey *survey, const struct host_key *key)
{
	const struct task *const *found =
		survey->named ? bsearch(key, survey->by_name, survey->named, sizeof(*found), by_key)
			      : NULL;

	return found ? (*found)->exe : NULL;
}

static struct host_processes counters_of_row(const struct hostprobe_row *row)
{
	const struct host_used *used = &row->ended.used;

	return (struct host_processes){
		.accounting = "exact",
		.cpu_time_ns = used->cpu_time_ns,
		.run_delay_ns = used->run_delay_ns,
		.page_faults_cached = used->page_faults_cached,
		.page_faults_disk = used->page_faults_disk,
		.disk_read_bytes = used->disk_read_bytes,
		.disk_write_bytes = used->disk_write_bytes,
		.processes_living = row->processes_living,
		.threads_living = row->threads_living,
		.processes_ended = row->ended.processes,
		.processes_failed = row->ended.failed,
		.processes_killed = row->ended.killed,
		.oom_kills = row->ended.oom_killed,
	};
}

static int compare_row(const struct host_key *one, const struct host_key *other)
{
	if (one->cgroup_id != other->cgroup_id)
		return one->cgroup_id < other->cgroup_id ? -1 : 1;
	if (one->uid != other->uid)
		return one->uid < other->uid ? -1 : 1;
	return memcmp(one->comm, other->comm, sizeof(one->comm));
}

/* They are in the order of rows. */
static void take_endings(struct survey *survey, const struct survey_look *look,
			 const struct host_key *key)
{
	size_t first = 0, end = look->endings_count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (compare_row(&look->endings[middle].key, key) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	for (; first < look->endings_count; first++) {
		const struct hostprobe_ending *ending = &look->endings[first];

		if (compare_row(&ending->key, key))
			return;
		families_add_end(&survey->families, (uint16_t)ending->key.end, ending->count,
				 ending->added);
	}
}

static int take_row(struct survey *survey, const struct survey_look *look,
		    const struct hostprobe_row *row)
{
	struct family_part part = { .ids = { row->key.cgroup_id, row->key.uid },
				    .used = counters_of_row(row),
				    .forked = row->processes_forked };
	struct subject subject;
	int r;

	_Static_assert(sizeof(row->key.comm) == 2 * sizeof(part.ids[0]), "the name is two ids");
	memcpy(&part.ids[2], row->key.comm, sizeof(row->key.comm));
	memcpy(part.comm, row->key.comm, sizeof(row->key.comm));
	describe(survey, cgroups_owner(look->groups, row->key.cgroup_id), row->key.comm,
		 sizeof(row->key.comm), row->key.uid, exe_of(survey, &row->key), &subject);
	r = families_add(&survey->families, &part, subject.texts, true);
	if (!r)
		take_endings(survey, look, &row->key);
	return r;
}

/* By the path of its cgroup: the innermost group at or above it. */
static const struct cgroup *owner_of(const struct survey *survey, const struct cgroups *groups,
				     const struct task *task)
{
	bool is_v2 = cgroups_key(groups) == MOUNT_V2;
	char path[PATH_MAX];

	if (cgroup_file_read_one(survey->procfs, task->pid, is_v2 ? "" : "cpuacct", is_v2,
				 sizeof(path), path))
		return NULL;
	while (path[0]) {
		const struct cgroup *group = cgroups_at(groups, path);

		if (group)
			return group;
		*strrchr(path, '/') = '\0';
	}
	return NULL;
}

static void describe_task(const struct survey *survey, const struct survey_look *look,
			  const struct task *task, struct subject *ret_subject)
{
	const struct cgroup *owner = rules_want(&survey->rules, FAMILY_UNIT)
					     ? owner_of(survey, look->groups, task)
					     : NULL;

	describe(survey, owner, task->comm, sizeof(task->comm), task->uid, task->exe, ret_subject);
}

static int take_task(struct survey *survey, const struct survey_look *look, const struct task *task)
{
	struct family_part part = {
		.ids = { (uint64_t)task->pid, task->start_boot_ns },
		.used = { .accounting = "at_least",
			  .cpu_time_ns = task->cpu_time_ns,
			  .run_delay_ns = DENET_UNKNOWN,
			  .page_faults_cached = DENET_UNKNOWN,
			  .page_faults_disk = DENET_UNKNOWN,
			  .disk_read_bytes = DENET_UNKNOWN,
			  .disk_write_bytes = DENET_UNKNOWN,
			  .processes_living = 1,
			  .threads_living = task->threads,
			  .processes_ended = DENET_UNKNOWN,
			  .processes_failed = DENET_UNKNOWN,
			  .processes_killed = DENET_UNKNOWN,
			  .oom_kills = DENET_UNKNOWN },
	};
	struct subject subject;

	memcpy(part.comm, task->comm, sizeof(task->comm));
	describe_task(survey, look, task, &subject);
	return families_add(&survey->families, &part, subject.texts, false);
}

static int take_parts(struct survey *survey, const struct survey_look *look)
{
	size_t count = look->has_rows ? look->count : survey->tasks.count;
	int r = families_begin(&survey->families, count);

	for (size_t i = 0; i < count && !r; i++)
		r = look->has_rows ? take_row(survey, look, &look->rows[i])
				   : take_task(survey, look, &survey->tasks.items[i]);
	return r;
}

static int take_memory(struct survey *survey, const struct survey_look *look)
{
	int r = 0;

	families_forget_memory(&survey->families);
	for (size_t i = 0; i < survey->tasks.count && !r; i++) {
		const struct task *task = &survey->tasks.items[i];
		struct subject subject;

		describe_task(survey, look, task, &subject);
		r = families_add_memory(&survey->families, subject.texts, task->rss_bytes);
	}
	return r;
}

static int walk(struct survey *survey)
{
	unsigned int wants = 0;
	int r;

	wants |= rules_want(&survey->rules, FAMILY_USER) ? TASKS_WITH_UID : 0;
	wants |= rules_want(&survey->rules, FAMILY_EXE) ? TASKS_WITH_UID | TASKS_WITH_EXE : 0;
	r = tasks_look(&survey->tasks, survey->procfs, wants);
	return r ? r : index_names(survey);
}

/* A process keeps its user and its container for as long as it is heavy. */
static void name_heavy(const struct survey *survey, const struct survey_look *look,
		       struct heavy_found *found)
{
	const struct cgroup *owner = owner_of(survey, look->groups, &found->task);
	uint64_t boot_ns = clock_boot_ns();
	uint32_t uid;

	if (!status_read_uid(survey->procfs, found->task.pid, &uid, NULL))
		users_name(&survey->users, uid, found->username);
	if (owner && owner->name.type == NAME_CONTAINER)
		(void)snprintf(found->container, sizeof(found->container), "%s",
			       owner->figures.name);
	found->create_time_s = (double)look->ts_ms / 1000 -
			       ((double)boot_ns - (double)found->task.start_boot_ns) / NS_PER_S;
	found->is_named = true;
}

static int take_heavy(struct survey *survey, const struct survey_look *look)
{
	struct heavy *heavy = &survey->heavy;
	int r = heavy_take(heavy, &survey->tasks, look->mono_ns);

	for (size_t i = 0; i < heavy->found_count && !r; i++) {
		if (!heavy->found[i].is_named)
			name_heavy(survey, look, &heavy->found[i]);
		heavy_tell(&heavy->found[i], look->ts_ms);
	}
	return r;
}

static int take_families(struct survey *survey, const struct survey_look *look, bool is_due)
{
	int r = take_parts(survey, look);

	if (!r && is_due)
		r = take_memory(survey, look);
	if (!r)
		families_end(&survey->families, look->mono_ns, look->ts_ms);
	return r;
}

/* With --once the second look is all that there is. */
static bool is_walk_due(const struct survey *survey, uint64_t mono_ns)
{
	uint64_t every_ns =
		survey->options->heavy.every_ns ? survey->options->heavy.every_ns : MEMORY_NS;

	if (!survey->options->heavy.every_ns && !survey->rules.count)
		return false;
	return survey->options->once || !survey->walked_mono_ns ||
	       mono_ns - survey->walked_mono_ns >= every_ns;
}

int survey_take(struct survey *survey, const struct survey_look *look)
{
	bool is_due = is_walk_due(survey, look->mono_ns);
	bool has_rules = survey->rules.count;
	int r = 0;

	survey->heavy.is_fresh = false;
	if (is_due || (has_rules && (!look->has_rows || rules_want(&survey->rules, FAMILY_EXE))))
		r = walk(survey);
	if (is_due)
		survey->walked_mono_ns = look->mono_ns;
	if (!r && has_rules)
		r = take_families(survey, look, is_due);
	if (!r && is_due && survey->options->heavy.every_ns)
		r = take_heavy(survey, look);
	return r;
}
