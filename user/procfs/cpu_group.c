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
	*group = (struct cpu_group){ .limit_cores = NAN, .throttled_ns = UINT64_MAX };
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

static void watch_level(struct cpu_group *group, const char *folder, bool is_v2)
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
	if (!read_throttled(group, level, &group->before[level])) {
		(void)close(fd);
		return;
	}
	group->count++;
	group->throttled_ns = 0;
}

static void take_limits(struct cpu_group *group, struct cgroup_folder *place, bool is_v2)
{
	double cores;

	do {
		cores = read_limit(place->path, is_v2);
		if (isnan(cores))
			continue;
		if (!(group->limit_cores <= cores))
			group->limit_cores = cores;
		watch_level(group, place->path, is_v2);
	} while (cgroup_folder_go_up(place));
}

void cpu_group_open(struct cpu_group *group, const struct procfs *procfs, pid_t pid)
{
	struct cgroup_folder place;

	cpu_group_init(group);
	if (cgroup_folder_find(procfs, pid, "cpu", false, &place))
		take_limits(group, &place, false);
	if (cgroup_folder_find(procfs, pid, "cpu", true, &place))
		take_limits(group, &place, true);
}

void cpu_group_note(struct cpu_group *group)
{
	uint64_t now, used_ns;

	for (unsigned int i = 0; i < group->count; i++) {
		if (!read_throttled(group, i, &now) || now < group->before[i])
			continue;
		used_ns = (now - group->before[i]) * (group->v2_levels & 1u << i ? NS_PER_US : 1);
		if (used_ns > group->throttled_ns)
			group->throttled_ns = used_ns;
	}
}

void cpu_group_close(struct cpu_group *group)
{
	for (unsigned int i = 0; i < group->count; i++)
		(void)close(group->fds[i]);
	group->count = 0;
}
