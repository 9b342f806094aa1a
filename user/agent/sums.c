/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/sums.h"

#include "agent/processes.h"
#include "denet/system.h"
#include "host/lives.h"

static void include(struct cgroup *group, const struct host_command *command)
{
	struct host_group *figures = &group->figures;

	figures->run_delay_ns += command->run_delay_ns;
	figures->page_faults_cached += command->page_faults_cached;
	figures->page_faults_disk += command->page_faults_disk;
	figures->processes_living += command->processes_living;
	figures->processes_ended += command->processes_ended;
	figures->processes_failed += command->processes_failed;
	figures->processes_killed += command->processes_killed;
	group->tasks_cpu_ns += command->cpu_time_ns;
	group->tasks_read_bytes += command->disk_read_bytes;
	group->tasks_write_bytes += command->disk_write_bytes;
}

static void include_ends(struct cgroup *group, const struct process_group *item)
{
	if (item->ends)
		ends_include(&group->ends, item->ends);
}

static void begin(struct cgroup *group, bool is_told)
{
	uint64_t none = is_told ? 0 : DENET_UNKNOWN;
	struct host_group *figures = &group->figures;

	figures->run_delay_ns = none;
	figures->page_faults_cached = none;
	figures->page_faults_disk = none;
	figures->processes_living = none;
	figures->processes_ended = none;
	figures->processes_failed = none;
	figures->processes_killed = none;
	figures->processes_started = none;
	group->tasks_cpu_ns = 0;
	group->tasks_read_bytes = 0;
	group->tasks_write_bytes = 0;
	group->ends = group->gone_ends;
	if (is_told)
		include(group, &group->gone);
}

/* A counter of what is around it does not fall when it is forgotten. */
static void keep(struct cgroup *group, const struct host_command *command)
{
	struct host_command *gone = &group->gone;

	gone->run_delay_ns += command->run_delay_ns;
	gone->page_faults_cached += command->page_faults_cached;
	gone->page_faults_disk += command->page_faults_disk;
	gone->processes_ended += command->processes_ended;
	gone->processes_failed += command->processes_failed;
	gone->processes_killed += command->processes_killed;
	gone->cpu_time_ns += command->cpu_time_ns;
	gone->disk_read_bytes += command->disk_read_bytes;
	gone->disk_write_bytes += command->disk_write_bytes;
}

/*
 * What the cgroup itself does not count, or was not asked for in time: version 1 counts no bytes of devices, and
 * a cgroup may be removed before its counters are read. Tasks have been counted since the agent's start: that is
 * all, of a group that began later.
 */
static void fill_in(struct cgroup *group)
{
	struct host_group *figures = &group->figures;

	if (group->has_task_bytes || figures->disk_read_bytes == DENET_UNKNOWN) {
		group->has_task_bytes = true;
		figures->disk_read_bytes = group->tasks_read_bytes;
		figures->disk_write_bytes = group->tasks_write_bytes;
	}
	if (!group->has_ended || figures->started_ms == DENET_UNKNOWN)
		return;
	if (figures->cpu_time_ns == DENET_UNKNOWN || figures->cpu_time_ns < group->tasks_cpu_ns)
		figures->cpu_time_ns = group->tasks_cpu_ns;
	/* Nothing of it was read too early: its tasks and the kernel have told all that stands there. */
	if (group->has_last_peak && group->has_task_bytes && !group->read_mono_ns)
		figures->is_final = true;
}

/* Who is moved out does not take a start along. */
static void count_started(struct cgroup *group, bool is_first)
{
	struct host_group *figures = &group->figures;
	uint64_t seen = figures->processes_ended + figures->processes_living;

	if (!group->is_counted && is_first)
		group->lived_before = figures->processes_living;
	group->is_counted = true;
	if (seen > group->lived_before + group->started)
		group->started = seen - group->lived_before;
	figures->processes_started = group->started;
}

static void finish(struct cgroup *group, bool is_first)
{
	struct host_group *figures = &group->figures;

	fill_in(group);
	count_started(group, is_first);
	figures->failed_by_status = ends_tell_statuses(&group->ends);
	figures->killed_by_signal = ends_tell_signals(&group->ends);
	figures->oom_victim = group->oom_victim[0] ? group->oom_victim : NULL;
}

static void begin_all(const struct cgroups *groups, bool is_told)
{
	for (size_t i = 0; i < cgroups_count(groups); i++)
		begin(cgroups_edit(groups, i), is_told);
	for (size_t i = 0; i < lives_ended_count(groups); i++)
		begin(lives_ended(groups, i), is_told);
}

/* They have their owner at one look alone. */
static void keep_ended(const struct process_group *item)
{
	struct cgroup *owner = item->owner;
	struct cgroup *group = owner && owner->has_ended ? owner->around : NULL;

	for (; group; group = group->around) {
		keep(group, &item->figures);
		if (item->ends)
			ends_include(&group->gone_ends, item->ends);
	}
}

void sums_take(const struct cgroups *groups, const struct processes *processes)
{
	begin_all(groups, processes != NULL);
	if (!processes)
		return;
	for (size_t i = 0; i < processes->count; i++)
		for (struct cgroup *group = processes->items[i].owner; group;
		     group = group->around) {
			include(group, &processes->items[i].figures);
			include_ends(group, &processes->items[i]);
		}
	for (size_t i = 0; i < cgroups_count(groups); i++)
		finish(cgroups_edit(groups, i), processes->is_first);
	for (size_t i = 0; i < lives_ended_count(groups); i++)
		finish(lives_ended(groups, i), processes->is_first);
	for (size_t i = 0; i < processes->count; i++)
		keep_ended(&processes->items[i]);
}
