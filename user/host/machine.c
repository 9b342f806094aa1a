/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/machine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "host/rates.h"
#include "procfs/pressure.h"
#include "procfs/procfs.h"
#include "procfs/system.h"
#include "util/array.h"
#include "util/units.h"

#define KIB 1024
#define PRESSURE_BYTES 1024

void machine_init(struct machine *machine, const struct procfs *procfs)
{
	*machine = (struct machine){ .procfs = procfs };
}

void machine_done(struct machine *machine)
{
	system_done(&machine->before);
	devices_done(&machine->devices);
	free(machine->cores);
	*machine = (struct machine){ .procfs = machine->procfs };
}

/* Of a counter that fell, as idle may, nothing has passed. */
static double passed(uint64_t before, uint64_t now)
{
	if (before == DENET_UNKNOWN || now == DENET_UNKNOWN || now < before)
		return 0;
	return (double)(now - before);
}

/* Guests are in user and nice already. */
static double busy_percent(const struct denet_cpu_times *before, const struct denet_cpu_times *now)
{
	double idle =
		passed(before->idle_ns, now->idle_ns) + passed(before->iowait_ns, now->iowait_ns);
	double busy =
		passed(before->user_ns, now->user_ns) + passed(before->nice_ns, now->nice_ns) +
		passed(before->system_ns, now->system_ns) + passed(before->irq_ns, now->irq_ns) +
		passed(before->softirq_ns, now->softirq_ns) +
		passed(before->steal_ns, now->steal_ns);

	return busy + idle > 0 ? 100 * busy / (busy + idle) : NAN;
}

static uint64_t bytes_of_kb(uint64_t kb)
{
	return kb == DENET_UNKNOWN ? DENET_UNKNOWN : kb * KIB;
}

static uint64_t difference(uint64_t whole, uint64_t part)
{
	if (whole == DENET_UNKNOWN || part == DENET_UNKNOWN)
		return DENET_UNKNOWN;
	return whole > part ? whole - part : 0;
}

/* Of what the users without privileges can have, as df has it. */
static double disk_usage(const char *path)
{
	struct statvfs fs;
	uint64_t used;

	if (statvfs(path, &fs) || fs.f_blocks < fs.f_bfree)
		return NAN;
	used = fs.f_blocks - fs.f_bfree;
	return rates_share(used, used + fs.f_bavail);
}

static void take_memory(const struct denet_memory *memory, struct host_machine *figures)
{
	uint64_t swap_total = bytes_of_kb(memory->swap_total_kb);

	figures->memory_total = bytes_of_kb(memory->total_kb);
	figures->memory_available = bytes_of_kb(memory->available_kb);
	figures->memory_percent =
		rates_share(difference(figures->memory_total, figures->memory_available),
			    figures->memory_total);
	figures->swap_used = difference(swap_total, bytes_of_kb(memory->swap_free_kb));
	/* Without swap none of it is used. */
	figures->swap_percent = swap_total ? rates_share(figures->swap_used, swap_total) : 0;
}

static void take_counters(const struct denet_system *now, struct host_machine *figures)
{
	figures->disk_read_bytes = now->disk.read_bytes;
	figures->disk_write_bytes = now->disk.write_bytes;
	figures->net_bytes_sent = now->net.tx_bytes;
	figures->net_bytes_recv = now->net.rx_bytes;
	memcpy(figures->load_avg, now->load, sizeof(figures->load_avg));
}

static void take_rates(const struct denet_system *before, const struct denet_system *now,
		       struct host_machine *figures)
{
	uint64_t ns = now->mono_ns - before->mono_ns;

	figures->cpu_percent = busy_percent(&before->cpu, &now->cpu);
	figures->disk_read_bytes_per_sec =
		rates_per_s(before->disk.read_bytes, now->disk.read_bytes, ns);
	figures->disk_write_bytes_per_sec =
		rates_per_s(before->disk.write_bytes, now->disk.write_bytes, ns);
	figures->net_sent_bytes_per_sec = rates_per_s(before->net.tx_bytes, now->net.tx_bytes, ns);
	figures->net_recv_bytes_per_sec = rates_per_s(before->net.rx_bytes, now->net.rx_bytes, ns);
}

static double core_percent(const struct denet_system *before, const struct denet_cpu *now)
{
	for (size_t i = 0; i < before->cpus_count; i++)
		if (before->cpus[i].cpu == now->cpu)
			return busy_percent(&before->cpus[i].times, &now->times);
	return NAN;
}

static int take_cores(struct machine *machine, const struct denet_system *now)
{
	double *cores =
		array_resize(machine->cores, now->cpus_count ? now->cpus_count : 1, sizeof(double));

	if (!cores)
		return -ENOMEM;
	machine->cores = cores;
	for (size_t i = 0; i < now->cpus_count; i++)
		cores[i] = core_percent(&machine->before, &now->cpus[i]);
	machine->figures.cpu_per_core = cores;
	machine->figures.cores = now->cpus_count;
	return 0;
}

/* Stays as it is, which is unknown, where the kernel has no such accounts. */
static void take_stall(const struct machine *machine, const char *file, uint64_t *some_ns,
		       uint64_t *full_ns)
{
	struct pressure pressure;
	char text[PRESSURE_BYTES];
	size_t len;

	if (procfs_read_file(machine->procfs->proc, file, sizeof(text), text, &len) ||
	    pressure_parse(text, len, &pressure))
		return;
	if (pressure.some_total_us != UINT64_MAX)
		*some_ns = pressure.some_total_us * NS_PER_US;
	if (full_ns && pressure.full_total_us != UINT64_MAX)
		*full_ns = pressure.full_total_us * NS_PER_US;
}

/* Those of the look before are in the figures still. */
static void take_stalls(const struct machine *machine, const struct host_machine *before,
			uint64_t passed_ns, struct host_machine *figures)
{
	take_stall(machine, "pressure/cpu", &figures->cpu_stall_ns, NULL);
	take_stall(machine, "pressure/memory", &figures->memory_stall_ns,
		   &figures->memory_full_stall_ns);
	take_stall(machine, "pressure/io", &figures->io_stall_ns, &figures->io_full_stall_ns);
	if (!passed_ns)
		return;
	figures->cpu_pressure =
		rates_percent(before->cpu_stall_ns, figures->cpu_stall_ns, passed_ns);
	figures->memory_pressure =
		rates_percent(before->memory_stall_ns, figures->memory_stall_ns, passed_ns);
	figures->io_pressure = rates_percent(before->io_stall_ns, figures->io_stall_ns, passed_ns);
}

static const struct host_machine nothing = {
	.cpu_percent = NAN,
	.disk_read_bytes_per_sec = NAN,
	.disk_write_bytes_per_sec = NAN,
	.net_sent_bytes_per_sec = NAN,
	.net_recv_bytes_per_sec = NAN,
	.cpu_stall_ns = DENET_UNKNOWN,
	.memory_stall_ns = DENET_UNKNOWN,
	.memory_full_stall_ns = DENET_UNKNOWN,
	.io_stall_ns = DENET_UNKNOWN,
	.io_full_stall_ns = DENET_UNKNOWN,
	.cpu_pressure = NAN,
	.memory_pressure = NAN,
	.io_pressure = NAN,
};

int machine_look(struct machine *machine, uint64_t mono_ns, uint64_t wall_ms)
{
	const struct host_machine before = machine->figures;
	struct denet_system now = { .size = sizeof(now) };
	int r = system_read(machine->procfs, &now);

	now.mono_ns = mono_ns;
	machine->figures = nothing;
	if (!r && machine->has_before)
		r = take_cores(machine, &now);
	if (!r)
		r = devices_take(&machine->devices, machine->has_before ? &machine->before : NULL,
				 &now, wall_ms);
	if (r) {
		system_done(&now);
		return r;
	}
	machine->figures.mono_ns = mono_ns;
	machine->figures.timestamp = (double)wall_ms / 1000;
	take_memory(&now.memory, &machine->figures);
	take_counters(&now, &machine->figures);
	machine->figures.disk_usage_percent = disk_usage("/");
	if (machine->has_before)
		take_rates(&machine->before, &now, &machine->figures);
	take_stalls(machine, &before, machine->has_before ? mono_ns - machine->before.mono_ns : 0,
		    &machine->figures);

	system_done(&machine->before);
	machine->before = now;
	machine->has_before = true;
	return 0;
}
