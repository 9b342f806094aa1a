/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the files of a process say of what it and its children have used. */
#include <errno.h>
#include <time.h>

#include "poller/poller_internal.h"
#include "procfs/io.h"
#include "tree/counters.h"
#include "util/clock.h"
#include "util/units.h"

/* To read the I/O of more threads than this one by one costs more than it tells. */
#define THREADS_READ_MAX 64

/* The kernel's own numbering of the CPU clocks of other processes: CPUCLOCK_SCHED is 2. */
static clockid_t clock_of(pid_t pid)
{
	return (clockid_t)(~(unsigned int)pid << 3 | 2);
}

int figures_clock(const struct poller *poller, pid_t pid, uint64_t *ret_ns)
{
	struct timespec used;

	if (!poller->has_clocks)
		return -ENOSYS;
	/* EINVAL is what the kernel says of a process that is not there. */
	if (clock_gettime(clock_of(pid), &used))
		return -ESRCH;
	*ret_ns = units_ns_of_timespec(&used);
	return 0;
}

static uint64_t rest(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

/* CPU by ticks is used where there is no clock; the split of user and system is always by ticks. */
void figures_take_stat(struct member *member)
{
	const struct process_stat *stat = &member->stat;
	struct task_counters *own = &member->own, *reaped = &member->reaped;
	const struct task_counters *before = &member->before;
	uint64_t ticks_used_ns = stat->cpu_user_ns + stat->cpu_system_ns;
	uint64_t used_ns = member->clock_ns > ticks_used_ns ? member->clock_ns : ticks_used_ns;

	own->cpu_time_ns = rest(used_ns, before->cpu_time_ns);
	own->cpu_user_ns = rest(stat->cpu_user_ns, before->cpu_user_ns);
	own->cpu_system_ns = rest(stat->cpu_system_ns, before->cpu_system_ns);
	own->page_faults_cached = rest(stat->page_faults_cached, before->page_faults_cached);
	own->page_faults_disk = rest(stat->page_faults_disk, before->page_faults_disk);
	reaped->cpu_user_ns = stat->reaped_user_ns;
	reaped->cpu_system_ns = stat->reaped_system_ns;
	reaped->cpu_time_ns = stat->reaped_user_ns + stat->reaped_system_ns;
	reaped->page_faults_cached = stat->reaped_faults_cached;
	reaped->page_faults_disk = stat->reaped_faults_disk;
}

static void add_io(struct io_counts *sum, const struct io_counts *io)
{
	sum->syscall_read_bytes += io->syscall_read_bytes;
	sum->syscall_write_bytes += io->syscall_write_bytes;
	sum->disk_read_bytes += io->disk_read_bytes;
	sum->disk_write_bytes += io->disk_write_bytes;
	sum->disk_write_cancelled_bytes += io->disk_write_cancelled_bytes;
	sum->syscall_read_count += io->syscall_read_count;
	sum->syscall_write_count += io->syscall_write_count;
}

static void raise(__u64 *value, uint64_t to)
{
	if (*value < to)
		*value = to;
}

/* Of the threads that live: what has ended is in one sum with the children. */
static int read_threads(struct poller *poller, const struct member *member,
			struct io_counts *ret_sum)
{
	struct io_counts sum = { 0 }, io;
	size_t i;
	int r;

	if (member->stat.threads <= 1)
		return io_read_thread(poller->procfs, member->pid, member->pid, ret_sum);
	if (member->stat.threads > THREADS_READ_MAX)
		return -E2BIG;
	poller->pids.count = 0;
	r = children_list_tasks(poller->procfs, member->pid, &poller->pids);
	for (i = 0; !r && i < poller->pids.count; i++)
		if (!io_read_thread(poller->procfs, member->pid, poller->pids.pids[i], &io))
			add_io(&sum, &io);
	*ret_sum = sum;
	return r;
}

/* Whoever has waited for a child has its faults: no child is born without one. */
static bool has_reaped(const struct member *member)
{
	return member->stat.reaped_faults_cached || member->stat.reaped_faults_disk;
}

int figures_read_io(const struct poller *poller, const struct member *member,
		    struct io_counts *ret_whole)
{
	return member->io_fd >= 0 ? io_read(member->io_fd, ret_whole)
				  : io_read_process(poller->procfs, member->pid, ret_whole);
}

/*
 * /proc/PID/io holds the children that were waited for, too. Until there was one it is the process
 * alone; afterwards the living threads are read, and the rest goes with the children.
 */
void figures_take_io(struct poller *poller, struct member *member, const struct io_counts *whole)
{
	struct task_counters *own = &member->own, *reaped = &member->reaped;
	const struct task_counters *before = &member->before;
	struct io_counts threads = *whole;

	if (has_reaped(member) && read_threads(poller, member, &threads))
		threads = (struct io_counts){ 0 };
	member->unknown &= ~COUNTER_IO;
	poller->has_io = true;
	/* Threads that have ended were its own once. */
	raise(&own->syscall_read_bytes,
	      rest(threads.syscall_read_bytes, before->syscall_read_bytes));
	raise(&own->syscall_write_bytes,
	      rest(threads.syscall_write_bytes, before->syscall_write_bytes));
	raise(&own->disk_read_bytes, rest(threads.disk_read_bytes, before->disk_read_bytes));
	raise(&own->disk_write_bytes, rest(threads.disk_write_bytes, before->disk_write_bytes));
	raise(&own->disk_write_cancelled_bytes,
	      rest(threads.disk_write_cancelled_bytes, before->disk_write_cancelled_bytes));
	raise(&own->syscall_read_count,
	      rest(threads.syscall_read_count, before->syscall_read_count));
	raise(&own->syscall_write_count,
	      rest(threads.syscall_write_count, before->syscall_write_count));
	reaped->syscall_read_bytes = rest(whole->syscall_read_bytes, own->syscall_read_bytes);
	reaped->syscall_write_bytes = rest(whole->syscall_write_bytes, own->syscall_write_bytes);
	reaped->disk_read_bytes = rest(whole->disk_read_bytes, own->disk_read_bytes);
	reaped->disk_write_bytes = rest(whole->disk_write_bytes, own->disk_write_bytes);
	reaped->disk_write_cancelled_bytes =
		rest(whole->disk_write_cancelled_bytes, own->disk_write_cancelled_bytes);
	reaped->syscall_read_count = rest(whole->syscall_read_count, own->syscall_read_count);
	reaped->syscall_write_count = rest(whole->syscall_write_count, own->syscall_write_count);
}
