/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/around.h"

#include <math.h>
#include <unistd.h>

#include "procfs/pressure.h"
#include "util/units.h"

void around_init(struct around *around)
{
	*around = (struct around){
		.netdev_fd = -1,
		.pressure_fd = -1,
		.group = MEMORY_GROUP_NONE,
		.stall_ns = DENET_UNKNOWN,
	};
	cpu_group_init(&around->cpu);
	limits_init(&around->limits);
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void around_close(struct around *around)
{
	close_if_open(&around->netdev_fd);
	close_if_open(&around->pressure_fd);
	memory_group_close(&around->group);
	cpu_group_close(&around->cpu);
}

void around_open_net(struct around *around, const struct procfs *procfs, pid_t pid)
{
	close_if_open(&around->netdev_fd);
	around->netdev_fd = netdev_open(procfs, pid);
}

static bool begin_stall(struct around *around, int fd)
{
	struct pressure pressure;

	if (fd < 0 || pressure_read(fd, &pressure) || pressure.some_total_us == UINT64_MAX)
		return false;
	around->stall_before_us = pressure.some_total_us;
	around->stall_ns = 0;
	return true;
}

/* Once it is gone, the group has told what it could. */
static void note_stall(struct around *around, const struct pressure *pressure)
{
	if (around->stall_ns != DENET_UNKNOWN && pressure->some_total_us != UINT64_MAX &&
	    pressure->some_total_us >= around->stall_before_us)
		around->stall_ns = (pressure->some_total_us - around->stall_before_us) * NS_PER_US;
}

static void open_groups(struct around *around, const struct procfs *procfs, pid_t pid)
{
	const struct cgroup_search searches[] = {
		memory_group_search(&around->group),
		cpu_group_search(&around->cpu),
	};

	cgroup_folder_find(procfs, pid, searches, sizeof(searches) / sizeof(searches[0]));
	memory_group_begin(&around->group);
	cpu_group_begin(&around->cpu);
}

/* Optional: a figure that cannot be had is left out. */
void around_open(struct around *around, const struct procfs *procfs, struct source *source,
		 pid_t pid)
{
	around->pressure_fd = pressure_open(procfs);
	open_groups(around, procfs, pid);
	limits_open(&around->limits, source, pid);
	around->is_stall_of_group = begin_stall(around, around->group.pressure_fd);
	if (!around->is_stall_of_group)
		(void)begin_stall(around, around->pressure_fd);
	if (around->netdev_fd >= 0 && netdev_read(around->netdev_fd, &around->net_before))
		close_if_open(&around->netdev_fd);
	around->is_net_known = around->netdev_fd >= 0;
}

void around_read_again(struct around *around, struct source *source)
{
	memory_group_read_again(&around->group);
	cpu_group_read_again(&around->cpu);
	limits_read_again(&around->limits, source);
}

/* Files may hide the groups around a container; the source may not be asked, or not have been. */
double around_cpu_limit_cores(const struct around *around)
{
	return fmin(around->cpu.limit_cores, around->limits.cores);
}

double around_first_cpu_limit_cores(const struct around *around)
{
	return fmin(around->cpu.first_limit_cores, around->limits.first_cores);
}

/* The more of one group. */
uint64_t around_throttled_ns(const struct around *around)
{
	uint64_t by_files = around->cpu.throttled_ns, by_source = around->limits.throttled_ns;

	if (by_files == UINT64_MAX || by_source == UINT64_MAX)
		return by_files == UINT64_MAX ? by_source : by_files;
	return by_files > by_source ? by_files : by_source;
}

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t around_memory_limit_kb(const struct around *around)
{
	return lower(around->group.limit_kb, around->limits.memory_kb);
}

uint64_t around_first_memory_limit_kb(const struct around *around)
{
	return lower(around->group.first_limit_kb, around->limits.first_memory_kb);
}

/* An interface that goes away takes its counters along. */
static void raise_net(uint64_t before, uint64_t now, uint64_t *value)
{
	if (now - before < UINT64_MAX / 2 && now - before > *value)
		*value = now - before;
}

void around_fill(struct around *around, bool has_net, struct denet_sample *sample)
{
	struct pressure pressure;
	struct netdev_totals net;

	cpu_group_note(&around->cpu);
	if (around->pressure_fd >= 0 && !pressure_read(around->pressure_fd, &pressure)) {
		sample->psi_some_avg10 = pressure.some_avg10;
		sample->psi_full_avg10 = pressure.full_avg10;
		if (!around->is_stall_of_group)
			note_stall(around, &pressure);
	}
	if (around->is_stall_of_group && !pressure_read(around->group.pressure_fd, &pressure))
		note_stall(around, &pressure);
	if (around->netdev_fd < 0 || netdev_read(around->netdev_fd, &net))
		return;
	raise_net(around->net_before.rx_bytes, net.rx_bytes, &around->net_rx_bytes);
	raise_net(around->net_before.tx_bytes, net.tx_bytes, &around->net_tx_bytes);
	if (!has_net)
		return;
	sample->sys_net_rx_bytes = around->net_rx_bytes;
	sample->sys_net_tx_bytes = around->net_tx_bytes;
}
