/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/named.h"

#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "denet/denet.h"
#include "procfs/children.h"
#include "procfs/io.h"
#include "procfs/numbered.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define PERCENT 100.0

/* What one had used at the look before. */
struct used {
	pid_t pid;
	uint64_t start_boot_ns;
	uint64_t cpu_time_ns;
};

struct named {
	struct procfs procfs;
	enum named_how how;
	regex_t *patterns; /* owned */
	size_t pattern_count; /* compiled ones */
	struct named_row rows[NAMED_ROWS_MAX];
	size_t count;
	struct named_thread threads[NAMED_THREADS_MAX];
	size_t thread_count;
	struct used before[NAMED_ROWS_MAX]; /* by pid, as /proc lists them */
	size_t before_count;
	struct used now[NAMED_ROWS_MAX];
	size_t now_count;
	uint64_t before_ns; /* 0: there was none */
};

int named_new(const char *proc_root, const char *const *patterns, size_t count, enum named_how how,
	      struct named **ret_named)
{
	struct named *named = calloc(1, sizeof(*named));

	if (!named)
		return -ENOMEM;
	procfs_init(&named->procfs, proc_root);
	named->how = how;
	named->patterns = calloc(count + 1, sizeof(*named->patterns));
	for (size_t i = 0; named->patterns && i < count; i++) {
		if (regcomp(&named->patterns[i], patterns[i], REG_EXTENDED | REG_NOSUB)) {
			named_free(named);
			return -EINVAL;
		}
		named->pattern_count++;
	}
	if (!named->patterns) {
		named_free(named);
		return -ENOMEM;
	}
	*ret_named = named;
	return 0;
}

void named_free(struct named *named)
{
	if (!named)
		return;
	for (size_t i = 0; i < named->pattern_count; i++)
		regfree(&named->patterns[i]);
	free(named->patterns);
	free(named);
}

static bool is_wanted(const struct named *named, const char *comm)
{
	for (size_t i = 0; i < named->pattern_count; i++)
		if (!regexec(&named->patterns[i], comm, 0, NULL, 0))
			return true;
	return false;
}

static const struct used *used_before(const struct named *named, pid_t pid, uint64_t start_boot_ns)
{
	for (size_t i = 0; i < named->before_count; i++)
		if (named->before[i].pid == pid)
			return named->before[i].start_boot_ns == start_boot_ns ? &named->before[i]
									       : NULL;
	return NULL;
}

static double usage_of(const struct named *named, const struct used *used, uint64_t boot_ns)
{
	const struct used *before = used_before(named, used->pid, used->start_boot_ns);

	if (!before || boot_ns <= named->before_ns || used->cpu_time_ns < before->cpu_time_ns)
		return NAN;
	return PERCENT * (double)(used->cpu_time_ns - before->cpu_time_ns) /
	       (double)(boot_ns - named->before_ns);
}

static struct named_row row_of(const struct named *named, const struct process_stat *stat,
			       const struct used *used, uint64_t boot_ns)
{
	struct io_counts io;
	struct named_row row = {
		.cpu_user_ns = stat->cpu_user_ns,
		.cpu_system_ns = stat->cpu_system_ns,
		.cpu_usage = usage_of(named, used, boot_ns),
		.rss_bytes = stat->rss_pages * (uint64_t)sysconf(_SC_PAGESIZE),
		.vms_bytes = stat->vms_bytes,
		.read_bytes = DENET_UNKNOWN,
		.write_bytes = DENET_UNKNOWN,
		.read_count = DENET_UNKNOWN,
		.write_count = DENET_UNKNOWN,
		.threads = stat->threads,
		.uptime_ns = boot_ns > stat->start_boot_ns ? boot_ns - stat->start_boot_ns : 0,
	};

	if (named->how != NAMED_BY_NAME)
		(void)snprintf(row.who, sizeof(row.who), "%d", (int)used->pid);
	else
		memcpy(row.who, stat->comm, sizeof(stat->comm));
	if (io_read_process(&named->procfs, used->pid, &io))
		return row;
	row.read_bytes = io.disk_read_bytes;
	row.write_bytes = io.disk_write_bytes;
	row.read_count = io.syscall_read_count;
	row.write_count = io.syscall_write_count;
	return row;
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
	return a == DENET_UNKNOWN || b == DENET_UNKNOWN ? DENET_UNKNOWN : a + b;
}

static void add_to(struct named_row *to, const struct named_row *row)
{
	to->cpu_user_ns += row->cpu_user_ns;
	to->cpu_system_ns += row->cpu_system_ns;
	/* One that is new has used little since. */
	if (isnan(to->cpu_usage))
		to->cpu_usage = row->cpu_usage;
	else if (!isnan(row->cpu_usage))
		to->cpu_usage += row->cpu_usage;
	to->rss_bytes += row->rss_bytes;
	to->vms_bytes += row->vms_bytes;
	to->read_bytes = sum_of(to->read_bytes, row->read_bytes);
	to->write_bytes = sum_of(to->write_bytes, row->write_bytes);
	to->read_count = sum_of(to->read_count, row->read_count);
	to->write_count = sum_of(to->write_count, row->write_count);
	to->threads += row->threads;
	if (row->uptime_ns > to->uptime_ns)
		to->uptime_ns = row->uptime_ns;
}

static void take_row(struct named *named, const struct named_row *row)
{
	for (size_t i = 0; i < named->count && named->how == NAMED_BY_NAME; i++)
		if (strcmp(named->rows[i].who, row->who) == 0) {
			add_to(&named->rows[i], row);
			return;
		}
	named->rows[named->count++] = *row;
}

static void take_thread(struct named *named, pid_t pid, pid_t tid)
{
	struct process_stat stat;

	/* It may have ended meanwhile. */
	if (named->thread_count == NAMED_THREADS_MAX ||
	    process_read_thread_stat(&named->procfs, pid, tid, &stat))
		return;
	named->threads[named->thread_count++] =
		(struct named_thread){ pid, tid, stat.cpu_user_ns, stat.cpu_system_ns };
}

static int take_threads(struct named *named, pid_t pid)
{
	__attribute__((cleanup(children_done))) struct pid_list tasks = { 0 };
	int r = children_list_tasks(&named->procfs, pid, &tasks);

	for (size_t i = 0; i < tasks.count && !r; i++)
		take_thread(named, pid, tasks.pids[i]);
	return r;
}

static int take_process(struct named *named, pid_t pid, uint64_t boot_ns)
{
	struct process_stat stat;
	struct named_row row;
	struct used used;
	int r = process_read_stat(&named->procfs, pid, &stat);

	if (r || stat.state == 'Z' || stat.state == 'X' || !is_wanted(named, stat.comm))
		return r == -ENOMEM ? r : 0;
	used = (struct used){ pid, stat.start_boot_ns, stat.cpu_user_ns + stat.cpu_system_ns };
	row = row_of(named, &stat, &used, boot_ns);
	named->now[named->now_count++] = used;
	take_row(named, &row);
	return named->how == NAMED_WITH_THREADS ? take_threads(named, pid) : 0;
}

int named_look(struct named *named, uint64_t boot_ns)
{
	AUTO_FREE uint32_t *pids = NULL;
	size_t count = 0;
	int r = numbered_list(named->procfs.proc, ".", "", &pids, &count);

	named->count = 0;
	named->thread_count = 0;
	named->now_count = 0;
	for (size_t i = 0; i < count && !r && named->now_count < NAMED_ROWS_MAX; i++)
		r = take_process(named, (pid_t)pids[i], boot_ns);
	memcpy(named->before, named->now, named->now_count * sizeof(named->now[0]));
	named->before_count = named->now_count;
	named->before_ns = boot_ns;
	return r;
}

const struct named_row *named_rows(const struct named *named, size_t *ret_count)
{
	*ret_count = named->count;
	return named->rows;
}

const struct named_thread *named_threads(const struct named *named, size_t *ret_count)
{
	*ret_count = named->thread_count;
	return named->threads;
}
