/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cpu_group.h"

#include <math.h>
#include <unistd.h>

#include "procfs/cgroup_folder.h"
#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/parse.h"
#include "util/units.h"

#define TEXT_BYTES 64

void cpu_group_init(struct cpu_group *group)
{
	*group = (struct cpu_group){
		.limit_cores = NAN,
		.first_limit_cores = NAN,
		.throttled_ns = UINT64_MAX,
	};
}

/* Without a quota it is no number: "max", -1. */
static bool take_number(struct parse_span *span, uint64_t *ret_number)
{
	struct parse_span word;

	return parse_take_word(span, &word) && parse_take_u64(&word, ret_number);
}

static bool read_number(const char *folder, const char *name, uint64_t *ret_number)
{
	char text[TEXT_BYTES];
	struct parse_span span = { .at = text };

	return !procfs_read_file(folder, name, sizeof(text), text, &span.len) &&
	       take_number(&span, ret_number);
}

/* "20000 100000" */
static bool read_pair(const char *folder, uint64_t *ret_quota, uint64_t *ret_period)
{
	char text[TEXT_BYTES];
	struct parse_span span = { .at = text };

	return !procfs_read_file(folder, "cpu.max", sizeof(text), text, &span.len) &&
	       take_number(&span, ret_quota) && take_number(&span, ret_period);
}

/* NaN without one. */
static double read_limit(const char *folder, bool is_v2)
{
	uint64_t quota = 0, period = 0;
	bool has_quota = is_v2 ? read_pair(folder, &quota, &period)
			       : read_number(folder, "cpu.cfs_quota_us", &quota) &&
					 read_number(folder, "cpu.cfs_period_us", &period);

	return has_quota && period ? (double)quota / (double)period : NAN;
}

static bool read_throttled(const struct cpu_group *group, unsigned int level, uint64_t *ret_time)
{
	bool is_v2 = group->v2_levels & 1u << level;

	return !lines_find_value(group->fds[level], is_v2 ? "throttled_usec " : "throttled_time ",
				 ret_time);
}

static void watch_level(struct cpu_group *group, const char *folder, bool is_v2, bool is_bound)
{
	unsigned int level = group->count;
	int fd;

	if (level == CPU_GROUP_LEVELS_MAX)
		return;
	fd = procfs_open(folder, "cpu.stat");
	if (fd < 0)
		return;
	group->fds[level] = fd;
	group->v2_levels |= (unsigned int)is_v2 << level;
	group->bound_levels |= (unsigned int)is_bound << level;
	if (!read_throttled(group, level, &group->before[level])) {
		(void)close(fd);
		return;
	}
	group->count++;
	if (is_bound)
		group->throttled_ns = 0;
}

static void lower(double *limit_cores, double cores)
{
	if (!isnan(cores) && !(*limit_cores <= cores))
		*limit_cores = cores;
}

static void take_limits(struct cpu_group *group, struct cgroup_folder place, bool is_v2)
{
	do {
		double cores = read_limit(place.path, is_v2);

		lower(&group->limit_cores, cores);
		watch_level(group, place.path, is_v2, !isnan(cores));
	} while (cgroup_folder_go_up(&place));
}

struct cgroup_search cpu_group_search(struct cpu_group *group)
{
	cpu_group_init(group);
	return (struct cgroup_search){ "cpu", group->places };
}

void cpu_group_begin(struct cpu_group *group)
{
	for (int is_v2 = 0; is_v2 < 2; is_v2++)
		if (group->places[is_v2].path[0])
			take_limits(group, group->places[is_v2], is_v2);
	group->first_limit_cores = group->limit_cores;
}

void cpu_group_open(struct cpu_group *group, const struct procfs *procfs, pid_t pid)
{
	const struct cgroup_search search = cpu_group_search(group);

	cgroup_folder_find(procfs, pid, &search, 1);
	cpu_group_begin(group);
}

static uint64_t throttled_ns(const struct cpu_group *group, unsigned int level)
{
	uint64_t now;

	if (!read_throttled(group, level, &now) || now < group->before[level])
		return 0;
	return (now - group->before[level]) * (group->v2_levels & 1u << level ? NS_PER_US : 1);
}

static void note_level(struct cpu_group *group, unsigned int level)
{
	uint64_t used_ns = throttled_ns(group, level);

	if (group->throttled_ns == UINT64_MAX ? used_ns > 0 : used_ns > group->throttled_ns)
		group->throttled_ns = used_ns;
}

void cpu_group_note(struct cpu_group *group)
{
	for (unsigned int i = 0; i < group->count; i++)
		if (group->bound_levels & 1u << i)
			note_level(group, i);
}

/* False when one of the groups is gone: what was known stays. */
static bool read_limits(const struct cpu_group *group, double *ret_cores)
{
	*ret_cores = NAN;
	for (int is_v2 = 0; is_v2 < 2; is_v2++) {
		struct cgroup_folder place = group->places[is_v2];

		if (!place.path[0])
			continue;
		if (access(place.path, F_OK))
			return false;
		do
			lower(ret_cores, read_limit(place.path, is_v2));
		while (cgroup_folder_go_up(&place));
	}
	return true;
}

void cpu_group_read_again(struct cpu_group *group)
{
	double cores;

	if (!read_limits(group, &cores))
		return;
	group->limit_cores = cores;
	if (!isnan(cores) && group->throttled_ns == UINT64_MAX)
		group->throttled_ns = 0;
	for (unsigned int i = 0; i < group->count; i++)
		note_level(group, i);
}

bool cpu_group_has_changed(const struct cpu_group *group)
{
	double now = group->limit_cores, first = group->first_limit_cores;

	return isnan(now) != isnan(first) || (!isnan(now) && now != first);
}

void cpu_group_close(struct cpu_group *group)
{
	for (unsigned int i = 0; i < group->count; i++)
		(void)close(group->fds[i]);
	group->count = 0;
}
