/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/files.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "denet/system.h"
#include "host/cgroup.h"
#include "procfs/pressure.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"
#include "util/units.h"

#define TEXT_BYTES 16384 /* io.stat has a line a device, memory.stat some sixty */
#define DESCRIPTORS_SPARED 128 /* twice as many as may be connected */
#define LIMIT_NONE (UINT64_C(1) << 62) /* v1 writes a number near 2^63 for none */

enum what {
	WHAT_CPU,
	WHAT_USER,
	WHAT_SYSTEM,
	WHAT_THROTTLED,
	WHAT_MEMORY,
	WHAT_PEAK,
	WHAT_LIMIT,
	WHAT_SWAP,
	WHAT_STAT,
	WHAT_OOM,
	WHAT_IO,
	WHAT_PIDS,
	WHAT_PIDS_LIMIT,
	WHAT_CPU_STALL,
	WHAT_MEMORY_STALL,
	WHAT_IO_STALL,
};

/* The last number in use of a text; false when there is none. */
typedef bool (*files_parse_fn)(struct parse_span text, struct host_group *figures);

/* "key 123" among lines of such; "key=123" among words is the same with another mark. */
static bool find_key(struct parse_span text, const char *key, uint64_t *ret_value)
{
	struct parse_span line;

	while (parse_take_line(&text, &line))
		if (parse_take_literal(&line, key) && parse_take_literal(&line, " ") &&
		    parse_take_u64(&line, ret_value))
			return true;
	return false;
}

static bool find_us(struct parse_span text, const char *key, uint64_t *ret_ns)
{
	uint64_t us;

	if (!find_key(text, key, &us))
		return false;
	*ret_ns = us * NS_PER_US;
	return true;
}

static bool parse_usage(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->cpu_time_ns);
}

static bool parse_user(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->cpu_user_ns);
}

static bool parse_system(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->cpu_system_ns);
}

/* One file has it all: the last two only where the controller counts them. */
static bool parse_cpu_stat(struct parse_span text, struct host_group *figures)
{
	(void)find_us(text, "user_usec", &figures->cpu_user_ns);
	(void)find_us(text, "system_usec", &figures->cpu_system_ns);
	(void)find_key(text, "nr_throttled", &figures->throttled_periods);
	(void)find_us(text, "throttled_usec", &figures->throttled_ns);
	return find_us(text, "usage_usec", &figures->cpu_time_ns);
}

static bool parse_throttled(struct parse_span text, struct host_group *figures)
{
	return find_key(text, "nr_throttled", &figures->throttled_periods) &&
	       find_key(text, "throttled_time", &figures->throttled_ns);
}

static bool parse_memory(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->memory_bytes);
}

static bool parse_peak(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->memory_peak_bytes);
}

/* "max", and what v1 has for it, is no limit. */
static bool parse_limit(struct parse_span text, struct host_group *figures)
{
	uint64_t limit;

	figures->memory_limit_bytes = DENET_UNKNOWN;
	if (parse_take_u64(&text, &limit) && limit < LIMIT_NONE)
		figures->memory_limit_bytes = limit;
	return true;
}

static bool parse_swap(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->memory_swap_bytes);
}

/* The two are read one after the other, so that the part may be larger. */
static void set_working_set(struct host_group *figures, uint64_t inactive)
{
	if (figures->memory_bytes == DENET_UNKNOWN)
		return;
	figures->memory_working_set_bytes =
		figures->memory_bytes > inactive ? figures->memory_bytes - inactive : 0;
}

static bool parse_stat(struct parse_span text, struct host_group *figures)
{
	uint64_t inactive;

	if (find_key(text, "total_inactive_file", &inactive))
		set_working_set(figures, inactive);
	(void)find_key(text, "total_shmem", &figures->memory_shmem_bytes);
	(void)find_key(text, "total_swap", &figures->memory_swap_bytes);
	return find_key(text, "total_rss", &figures->memory_anon_bytes) &&
	       find_key(text, "total_cache", &figures->memory_file_bytes);
}

static bool parse_v2_stat(struct parse_span text, struct host_group *figures)
{
	uint64_t inactive;

	if (find_key(text, "inactive_file", &inactive))
		set_working_set(figures, inactive);
	(void)find_key(text, "shmem", &figures->memory_shmem_bytes);
	return find_key(text, "anon", &figures->memory_anon_bytes) &&
	       find_key(text, "file", &figures->memory_file_bytes);
}

static bool parse_oom(struct parse_span text, struct host_group *figures)
{
	return find_key(text, "oom_kill", &figures->oom_kills);
}

static uint64_t word_value(struct parse_span line, const char *key)
{
	struct parse_span word;
	uint64_t value;

	while (parse_take_word(&line, &word))
		if (parse_take_literal(&word, key) && parse_take_u64(&word, &value))
			return value;
	return 0;
}

/* No device yet is a file without lines: nothing was read or written. */
static bool parse_io(struct parse_span text, struct host_group *figures)
{
	struct parse_span line;

	figures->disk_read_bytes = figures->disk_write_bytes = 0;
	figures->disk_read_count = figures->disk_write_count = 0;
	while (parse_take_line(&text, &line)) {
		figures->disk_read_bytes += word_value(line, "rbytes=");
		figures->disk_write_bytes += word_value(line, "wbytes=");
		figures->disk_read_count += word_value(line, "rios=");
		figures->disk_write_count += word_value(line, "wios=");
	}
	return true;
}

static bool parse_pids(struct parse_span text, struct host_group *figures)
{
	return parse_take_u64(&text, &figures->pids);
}

static bool parse_pids_limit(struct parse_span text, struct host_group *figures)
{
	if (!parse_take_u64(&text, &figures->pids_limit))
		figures->pids_limit = DENET_UNKNOWN;
	return true;
}

static bool take_stall(struct parse_span text, uint64_t *ret_some_ns, uint64_t *ret_full_ns)
{
	struct pressure pressure;

	if (pressure_parse(text.at, text.len, &pressure))
		return false;
	if (pressure.some_total_us != UINT64_MAX)
		*ret_some_ns = pressure.some_total_us * NS_PER_US;
	if (ret_full_ns && pressure.full_total_us != UINT64_MAX)
		*ret_full_ns = pressure.full_total_us * NS_PER_US;
	return true;
}

static bool parse_cpu_stall(struct parse_span text, struct host_group *figures)
{
	return take_stall(text, &figures->cpu_stall_ns, NULL);
}

static bool parse_memory_stall(struct parse_span text, struct host_group *figures)
{
	return take_stall(text, &figures->memory_stall_ns, &figures->memory_full_stall_ns);
}

static bool parse_io_stall(struct parse_span text, struct host_group *figures)
{
	return take_stall(text, &figures->io_stall_ns, &figures->io_full_stall_ns);
}

/* The last is of what others change: limits, and what is written back of one that does nothing itself. */
enum cost { COST_CPU, COST_KEPT, COST_SLOW_KEPT, COST_SLOW, COST_OTHERS };

/* Of several that tell the same, which cost the same, the first that can be read. */
static const struct file {
	enum what what;
	enum mount mount;
	enum cost cost;
	const char *name;
	files_parse_fn parse;
} files[] = {
	{ WHAT_CPU, MOUNT_CPUACCT, COST_CPU, "cpuacct.usage", parse_usage },
	{ WHAT_CPU, MOUNT_V2, COST_CPU, "cpu.stat", parse_cpu_stat },
	{ WHAT_USER, MOUNT_CPUACCT, COST_SLOW, "cpuacct.usage_user", parse_user },
	{ WHAT_SYSTEM, MOUNT_CPUACCT, COST_SLOW, "cpuacct.usage_sys", parse_system },
	{ WHAT_THROTTLED, MOUNT_CPU, COST_SLOW, "cpu.stat", parse_throttled },
	{ WHAT_MEMORY, MOUNT_MEMORY, COST_KEPT, "memory.usage_in_bytes", parse_memory },
	{ WHAT_MEMORY, MOUNT_V2, COST_KEPT, "memory.current", parse_memory },
	{ WHAT_PEAK, MOUNT_MEMORY, COST_SLOW_KEPT, "memory.max_usage_in_bytes", parse_peak },
	{ WHAT_PEAK, MOUNT_V2, COST_SLOW_KEPT, "memory.peak", parse_peak },
	{ WHAT_LIMIT, MOUNT_MEMORY, COST_OTHERS, "memory.limit_in_bytes", parse_limit },
	{ WHAT_LIMIT, MOUNT_V2, COST_OTHERS, "memory.max", parse_limit },
	{ WHAT_SWAP, MOUNT_V2, COST_SLOW, "memory.swap.current", parse_swap },
	{ WHAT_STAT, MOUNT_MEMORY, COST_SLOW, "memory.stat", parse_stat },
	{ WHAT_STAT, MOUNT_V2, COST_SLOW, "memory.stat", parse_v2_stat },
	{ WHAT_OOM, MOUNT_MEMORY, COST_SLOW_KEPT, "memory.oom_control", parse_oom },
	{ WHAT_OOM, MOUNT_V2, COST_SLOW_KEPT, "memory.events", parse_oom },
	{ WHAT_IO, MOUNT_V2, COST_OTHERS, "io.stat", parse_io },
	{ WHAT_PIDS, MOUNT_PIDS, COST_KEPT, "pids.current", parse_pids },
	{ WHAT_PIDS, MOUNT_V2, COST_KEPT, "pids.current", parse_pids },
	{ WHAT_PIDS_LIMIT, MOUNT_PIDS, COST_OTHERS, "pids.max", parse_pids_limit },
	{ WHAT_PIDS_LIMIT, MOUNT_V2, COST_OTHERS, "pids.max", parse_pids_limit },
	{ WHAT_CPU_STALL, MOUNT_V2, COST_SLOW, "cpu.pressure", parse_cpu_stall },
	{ WHAT_MEMORY_STALL, MOUNT_V2, COST_SLOW, "memory.pressure", parse_memory_stall },
	{ WHAT_IO_STALL, MOUNT_V2, COST_SLOW, "io.pressure", parse_io_stall },
};

#define FILES (sizeof(files) / sizeof(files[0]))

_Static_assert(FILES <= CGROUP_FILES_MAX, "a descriptor for each");

/* Who connects, and what is opened for a moment, has the rest of them. */
static bool may_keep(int fd)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur > DESCRIPTORS_SPARED &&
	       (rlim_t)fd < limit.rlim_cur - DESCRIPTORS_SPARED;
}

/* Without descriptors to keep it is opened anew each time. */
static int open_file(struct cgroup *group, size_t index)
{
	const struct file *file = &files[index];
	int fd = group->fds[index];

	if (fd != CGROUP_FILE_NOT_OPEN)
		return fd;
	fd = procfs_open(group->folders[file->mount], file->name);
	if (fd == -ENOENT)
		group->fds[index] = CGROUP_FILE_NOT_THERE;
	return fd;
}

static bool is_kept(const struct file *file)
{
	return file->cost <= COST_SLOW_KEPT;
}

/* Of a cgroup's files the kernel gives all that there is room for at once. */
static int read_text(int fd, char text[TEXT_BYTES], size_t *ret_len)
{
	ssize_t got;

	do
		got = pread(fd, text, TEXT_BYTES, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	*ret_len = (size_t)got;
	return 0;
}

static bool read_file(struct cgroup *group, size_t index)
{
	const struct file *file = &files[index];
	char text[TEXT_BYTES];
	size_t len = 0;
	int fd = open_file(group, index);
	int r = fd < 0 ? fd : read_text(fd, text, &len);

	if (fd >= 0 && is_kept(file) && (group->fds[index] == fd || may_keep(fd)))
		group->fds[index] = fd;
	else if (fd >= 0)
		(void)close(fd);
	if (r == -ENODEV)
		group->is_gone = true;
	return !r && file->parse((struct parse_span){ text, len }, &group->figures);
}

static bool read_all(struct cgroup *group, enum cost from, enum cost to)
{
	unsigned int told = 0;

	for (size_t i = 0; i < FILES; i++) {
		const struct file *file = &files[i];

		if (told >> file->what & 1 || !group->folders[file->mount] || file->cost < from ||
		    file->cost > to || group->fds[i] == CGROUP_FILE_NOT_THERE)
			continue;
		if (read_file(group, i))
			told |= 1u << file->what;
	}
	return told;
}

bool files_read_cpu(struct cgroup *group)
{
	return read_all(group, COST_CPU, COST_CPU);
}

bool files_read_cheap(struct cgroup *group)
{
	return read_all(group, COST_KEPT, COST_KEPT);
}

bool files_read_dear(struct cgroup *group)
{
	return read_all(group, COST_SLOW_KEPT, COST_OTHERS);
}

void files_read_others(struct cgroup *group)
{
	(void)read_all(group, COST_OTHERS, COST_OTHERS);
}
