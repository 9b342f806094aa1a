/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/group.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "follow/group_memory.h"
#include "follow/group_name.h"
#include "procfs/cgroup_place.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/caps.h"
#include "util/cleanup.h"
#include "util/units.h"

#define UNKNOWN UINT64_MAX
#define TRIES_MAX 50
#define PAUSE_NS 500000

static const char *const controllers[GROUP_PARTS] = {
	[GROUP_CPU] = "cpuacct",
	[GROUP_MEMORY] = "memory",
};

static void warn(struct group *group, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first reason is the one that counts. */
static void warn(struct group *group, const char *format, ...)
{
	va_list args;

	if (group->warning[0])
		return;
	va_start(args, format);
	(void)vsnprintf(group->warning, sizeof(group->warning), format, args);
	va_end(args);
}

static void take_breath(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	(void)nanosleep(&pause, NULL);
}

static int make_below(const struct cgroup_place *place, const char *name, pid_t pid,
		      char **ret_path)
{
	AUTO_FREE char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", place->path, name) < 0)
		return -ENOMEM;
	if (mkdir(path, 0755))
		return -errno;
	r = group_memory_put(path, pid);
	if (r) {
		(void)rmdir(path);
		return r;
	}
	*ret_path = TAKE(path);
	return 0;
}

/* Without use_hierarchy the limits above would not hold below. */
static bool is_bound_from_above(const struct cgroup_place *place)
{
	uint64_t is_used;

	return place->is_root ||
	       !cgroup_place_read(place->path, "memory.use_hierarchy", NULL, &is_used) || is_used;
}

/* What also divides the CPU would give the command another share, where v2 counts without that. */
static bool is_wanted(const struct group *group, enum group_part part,
		      const struct cgroup_place *place)
{
	if (part == GROUP_CPU)
		return !place->has_cpu || !group->made[GROUP_V2];
	return part != GROUP_MEMORY || is_bound_from_above(place);
}

/* Where v1 has memory, v2 has not. */
static void pass_memory_on(struct group *group, enum group_part part, const struct procfs *procfs,
			   const struct cgroup_place *place)
{
	if (part == GROUP_V2)
		group->aside = group_memory_pass_on(procfs, place);
}

static int make_part(struct group *group, enum group_part part, const struct procfs *procfs,
		     pid_t pid)
{
	char name[NAME_MAX + 1];
	struct cgroup_place place;
	int r;

	if (!cgroup_place_find(procfs, controllers[part], &place) ||
	    (place.is_root && !cgroup_place_lists_us(place.path)) ||
	    !is_wanted(group, part, &place))
		return -ENOENT;
	group_name_clean_up(procfs, place.path);
	pass_memory_on(group, part, procfs, &place);
	group_name(procfs, name);
	r = make_below(&place, name, pid, &group->made[part]);
	if (r)
		warn(group, "the command has no cgroup of its own for its %s: '%s': %s",
		     part == GROUP_MEMORY ? "memory" : "cpu", place.path, strerror(-r));
	return r;
}

static bool counts_memory(const char *path)
{
	uint64_t bytes;

	return path && cgroup_place_read(path, "memory.peak", NULL, &bytes);
}

void group_make(struct group *group, const struct procfs *procfs, pid_t pid)
{
	static const enum group_part order[] = { GROUP_V2, GROUP_CPU, GROUP_MEMORY };
	const char *counter;

	group->maker = getpid();
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		(void)make_part(group, order[i], procfs, pid);
	group->is_counter_v2 = !group->made[GROUP_CPU];
	counter = group->made[group->is_counter_v2 ? GROUP_V2 : GROUP_CPU];
	group->counter = counter ? strdup(counter) : NULL;
	if (!group->counter)
		warn(group, "the command has no cgroup of its own: there is none to make it in");
	else if (!group->made[GROUP_MEMORY] && !counts_memory(group->made[GROUP_V2]))
		warn(group,
		     "the command's cgroup tells no peak of memory: '%s' has no "
		     "memory.peak",
		     group->counter);
}

static bool is_child_of_ours(const struct procfs *procfs, pid_t pid)
{
	struct process_stat stat;

	return pid == getpid() || (!process_read_stat(procfs, pid, &stat) && stat.ppid == getpid());
}

static bool is_ours(const void *context, pid_t pid)
{
	return is_child_of_ours(context, pid);
}

/* Groups below are folders in it. */
static bool has_groups_below(const char *path)
{
	struct stat facts;

	return stat(path, &facts) || facts.st_nlink > 2;
}

/* The command is a child of ours as well. */
void group_share(struct group *group, const struct procfs *procfs)
{
	struct cgroup_place place;
	bool is_v2 = false;

	if (!cgroup_place_find(procfs, controllers[GROUP_CPU], &place) || place.is_root) {
		is_v2 = true;
		if (!cgroup_place_find(procfs, NULL, &place) || place.is_root)
			return;
	}
	if (has_groups_below(place.path) || !cgroup_place_holds_only(place.path, is_ours, procfs))
		return;
	group->is_counter_v2 = is_v2;
	group->is_shared = true;
	group->counter = strdup(place.path);
}

static bool read_counter(const struct group *group, uint64_t *ret_ns)
{
	if (!group->counter)
		return false;
	if (!group->is_counter_v2)
		return cgroup_place_read(group->counter, "cpuacct.usage", NULL, ret_ns);
	if (!cgroup_place_read(group->counter, "cpu.stat", "usage_usec ", ret_ns))
		return false;
	*ret_ns *= NS_PER_US;
	return true;
}

void group_begin(struct group *group)
{
	if (read_counter(group, &group->cpu_before_ns))
		group->cpu_ns = 0;
}

void group_read(struct group *group)
{
	uint64_t now_ns;

	if (group->cpu_ns != UNKNOWN && read_counter(group, &now_ns) &&
	    now_ns >= group->cpu_before_ns)
		group->cpu_ns = now_ns - group->cpu_before_ns;
}

bool group_is_made(const struct group *group)
{
	return group->counter && !group->is_shared && group->cpu_ns != UNKNOWN;
}

void group_settle(struct group *group)
{
	uint64_t before_ns;
	int i;

	if (!group_is_made(group))
		return;
	group_read(group);
	for (i = 0; i < TRIES_MAX; i++) {
		before_ns = group->cpu_ns;
		take_breath();
		group_read(group);
		if (group->cpu_ns == before_ns)
			return;
	}
}

struct company {
	const struct procfs *procfs;
	group_member_fn is_member;
	const void *context;
};

static bool is_company(const void *context, pid_t pid)
{
	const struct company *company = context;

	return is_child_of_ours(company->procfs, pid) || company->is_member(company->context, pid);
}

static void read_peak(struct group *group)
{
	uint64_t bytes;

	if ((group->made[GROUP_MEMORY] &&
	     cgroup_place_read(group->made[GROUP_MEMORY], "memory.max_usage_in_bytes", NULL,
			       &bytes)) ||
	    (group->made[GROUP_V2] &&
	     cgroup_place_read(group->made[GROUP_V2], "memory.peak", NULL, &bytes)))
		group->peak_kb = bytes / 1024;
}

void group_end(struct group *group, const struct procfs *procfs, group_member_fn is_member,
	       const void *context)
{
	const struct company company = { procfs, is_member, context };

	group_read(group);
	read_peak(group);
	if (group->is_shared && (has_groups_below(group->counter) ||
				 !cgroup_place_holds_only(group->counter, is_company, &company)))
		group->cpu_ns = UNKNOWN;
}

static bool nobody(const void *context, pid_t pid)
{
	(void)context;
	(void)pid;
	return false;
}

/* It sleeps where the host has laid its rights down; it is woken for this alone. */
static int remove_folder(const char *path)
{
	struct caps had, awake;
	bool is_raised;
	int r;

	is_raised =
		!caps_get(&had) && (had.permitted & ~had.effective & CAPS_BIT(CAP_DAC_OVERRIDE));
	if (is_raised) {
		awake = had;
		awake.effective |= CAPS_BIT(CAP_DAC_OVERRIDE);
		is_raised = !caps_set(&awake);
	}
	r = rmdir(path) ? -errno : 0;
	if (is_raised)
		(void)caps_set(&had);
	return r;
}

/* Who has ended is in it until the last switch. */
static int remove_part(const char *path)
{
	int i, r = 0;

	for (i = 0; i < TRIES_MAX; i++) {
		r = remove_folder(path);
		if (!r || r == -ENOENT)
			return 0;
		if (r != -EBUSY || !cgroup_place_holds_only(path, nobody, NULL) ||
		    has_groups_below(path))
			break;
		take_breath();
	}
	return r;
}

void group_remove(struct group *group)
{
	for (int part = 0; part < GROUP_PARTS; part++) {
		int r;

		if (!group->made[part] || group->maker != getpid())
			continue;
		r = remove_part(group->made[part]);
		if (r && r != -EBUSY)
			warn(group, "the command's cgroup cannot be removed: '%s': %s",
			     group->made[part], strerror(-r));
		else if (r)
			warn(group,
			     "the command's cgroup stays, as it is in use: '%s'; the next run "
			     "with --own-cgroup that finds it empty removes it",
			     group->made[part]);
		free(TAKE(group->made[part]));
	}
	if (group->maker == getpid())
		group_memory_take_back(TAKE(group->aside));
}

void group_done(struct group *group)
{
	group_remove(group);
	for (int part = 0; part < GROUP_PARTS; part++)
		free(group->made[part]);
	free(group->aside);
	free(group->counter);
	*group = GROUP_NONE;
}
