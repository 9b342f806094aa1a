/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the files of a process say of what it and its children have used. */
#include <errno.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* CPU by ticks is used where there is no clock; the split of user and system is always by ticks. */
void figures_take_stat(struct member *member)
{
	const struct process_stat *stat = &member->stat;
	struct task_counters *own = &member->own, *reaped = &member->reaped;
	uint64_t ticks_used_ns = stat->user_ns + stat->system_ns;

	own->cpu_ns = member->clock_ns > ticks_used_ns ? member->clock_ns : ticks_used_ns;
	own->user_ns = stat->user_ns;
	own->system_ns = stat->system_ns;
	own->faults_minor = stat->faults_minor;
	own->faults_major = stat->faults_major;
	reaped->user_ns = stat->reaped_user_ns;
	reaped->system_ns = stat->reaped_system_ns;
	reaped->cpu_ns = stat->reaped_user_ns + stat->reaped_system_ns;
	reaped->faults_minor = stat->reaped_faults_minor;
	reaped->faults_major = stat->reaped_faults_major;
}

static void add_io(struct io_counts *sum, const struct io_counts *io)
{
	sum->read_chars += io->read_chars;
	sum->write_chars += io->write_chars;
	sum->read_bytes += io->read_bytes;
	sum->write_bytes += io->write_bytes;
	sum->cancelled_write_bytes += io->cancelled_write_bytes;
	sum->read_calls += io->read_calls;
	sum->write_calls += io->write_calls;
}

static void raise(__u64 *value, uint64_t to)
{
	if (*value < to)
		*value = to;
}

static uint64_t rest(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
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
	return member->stat.reaped_faults_minor || member->stat.reaped_faults_major;
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
	struct io_counts threads = *whole;

	if (has_reaped(member) && read_threads(poller, member, &threads))
		threads = (struct io_counts){ 0 };
	member->unknown &= ~COUNTER_IO;
	poller->has_io = true;
	/* Threads that have ended were its own once. */
	raise(&own->read_chars, threads.read_chars);
	raise(&own->write_chars, threads.write_chars);
	raise(&own->read_bytes, threads.read_bytes);
	raise(&own->write_bytes, threads.write_bytes);
	raise(&own->cancelled_write_bytes, threads.cancelled_write_bytes);
	raise(&own->read_calls, threads.read_calls);
	raise(&own->write_calls, threads.write_calls);
	reaped->read_chars = rest(whole->read_chars, own->read_chars);
	reaped->write_chars = rest(whole->write_chars, own->write_chars);
	reaped->read_bytes = rest(whole->read_bytes, own->read_bytes);
	reaped->write_bytes = rest(whole->write_bytes, own->write_bytes);
	reaped->cancelled_write_bytes =
		rest(whole->cancelled_write_bytes, own->cancelled_write_bytes);
	reaped->read_calls = rest(whole->read_calls, own->read_calls);
	reaped->write_calls = rest(whole->write_calls, own->write_calls);
}

/*
 * Between vfork and exec the parent waits, and both have one address space. Who may not compare
 * takes equal sizes for the same: memory is not to be counted twice.
 */
static bool shares_memory(const struct poller *poller, const struct member *member)
{
	const struct member *parent = member->parent;
	long r;

	if (parent->state != MEMBER_ALIVE || parent->stat.state != 'D' ||
	    parent->stat.vms_bytes != member->stat.vms_bytes)
		return false;
	if (!poller->has_kcmp)
		return true;
	r = syscall(SYS_kcmp, parent->pid, member->pid, KCMP_VM, 0, 0);
	return r <= 0; /* equal, or not to be told */
}

static uint32_t living_thread(struct poller *poller, const struct member *member)
{
	size_t i;

	poller->pids.count = 0;
	if (children_list_tasks(poller->procfs, member->pid, &poller->pids))
		return (uint32_t)member->pid;
	for (i = 0; i < poller->pids.count; i++)
		if (poller->pids.pids[i] != member->pid)
			return (uint32_t)poller->pids.pids[i];
	return (uint32_t)member->pid;
}

/* A main thread that has ended shows no memory, the others do. */
void figures_find_mm(struct poller *poller, struct member *member)
{
	bool is_leader_dead = member->stat.state == 'Z';

	member->mm_tid = is_leader_dead ? living_thread(poller, member) : (uint32_t)member->pid;
	member->mm = is_leader_dead || member->stat.vms_bytes ? member->id : 0;
	if (member->mm && shares_memory(poller, member))
		member->mm = member->parent->mm;
}
