/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/system.h"

#include <math.h>

#include "metrics/keys.h"
#include "util/json.h"

/* Nothing when the value is not known. */
static void write_known(struct json *json, const char *key, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		json_u64(json, key, value);
}

static void write_times(struct json *json, const struct denet_cpu_times *times)
{
	write_known(json, "user_ns", times->user_ns);
	write_known(json, "nice_ns", times->nice_ns);
	write_known(json, "system_ns", times->system_ns);
	write_known(json, "idle_ns", times->idle_ns);
	write_known(json, "iowait_ns", times->iowait_ns);
	write_known(json, "irq_ns", times->irq_ns);
	write_known(json, "softirq_ns", times->softirq_ns);
	write_known(json, "steal_ns", times->steal_ns);
}

static void write_cpus(struct json *json, const struct denet_system *system)
{
	json_object_begin(json, "cpu");
	write_times(json, &system->cpu);
	json_object_end(json);
	json_array_begin(json, "per_cpu");
	for (size_t i = 0; i < system->cpus_count; i++) {
		json_object_begin(json, NULL);
		json_u64(json, "cpu", system->cpus[i].cpu);
		write_times(json, &system->cpus[i].times);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_load(struct json *json, const struct denet_system *system)
{
	if (!isfinite(system->load[0]) || !isfinite(system->load[1]) || !isfinite(system->load[2]))
		return;
	json_array_begin(json, "load");
	for (size_t i = 0; i < 3; i++)
		json_double(json, NULL, system->load[i]);
	json_array_end(json);
}

static void write_counts(struct json *json, const struct denet_system *system)
{
	write_known(json, "procs_running", system->procs_running);
	write_known(json, "procs_blocked", system->procs_blocked);
	write_known(json, "threads", system->threads);
	write_known(json, "ctx_switches", system->ctx_switches);
	write_known(json, "processes_forked", system->processes_forked);
}

static void write_memory(struct json *json, const struct denet_memory *memory)
{
	json_object_begin(json, "memory");
	write_known(json, "total_kb", memory->total_kb);
	write_known(json, "free_kb", memory->free_kb);
	write_known(json, "available_kb", memory->available_kb);
	write_known(json, "buffers_kb", memory->buffers_kb);
	write_known(json, "cached_kb", memory->cached_kb);
	write_known(json, "shmem_kb", memory->shmem_kb);
	write_known(json, "swap_total_kb", memory->swap_total_kb);
	write_known(json, "swap_free_kb", memory->swap_free_kb);
	json_object_end(json);
}

static void write_disk(struct json *json, const char *key, const struct denet_disk *disk)
{
	json_object_begin(json, key);
	if (disk->name)
		json_string(json, "name", disk->name);
	write_known(json, "read_bytes", disk->read_bytes);
	write_known(json, "write_bytes", disk->write_bytes);
	write_known(json, "read_count", disk->read_count);
	write_known(json, "write_count", disk->write_count);
	write_known(json, "busy_ns", disk->busy_ns);
	json_object_end(json);
}

static void write_disks(struct json *json, const struct denet_system *system)
{
	json_array_begin(json, "disks");
	for (size_t i = 0; i < system->disks_count; i++)
		write_disk(json, NULL, &system->disks[i]);
	json_array_end(json);
	write_disk(json, "disk", &system->disk);
}

static void write_filesystems(struct json *json, const struct denet_system *system)
{
	json_array_begin(json, "filesystems");
	for (size_t i = 0; i < system->filesystems_count; i++) {
		const struct denet_filesystem *filesystem = &system->filesystems[i];

		json_object_begin(json, NULL);
		json_string(json, "mount", filesystem->mount);
		json_string(json, "source", filesystem->source);
		json_string(json, "type", filesystem->type);
		json_u64(json, "total_bytes", filesystem->total_bytes);
		json_u64(json, "free_bytes", filesystem->free_bytes);
		json_u64(json, "available_bytes", filesystem->available_bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_interface(struct json *json, const char *key,
			    const struct denet_interface *interface)
{
	json_object_begin(json, key);
	if (interface->name)
		json_string(json, "name", interface->name);
	write_known(json, "rx_bytes", interface->rx_bytes);
	write_known(json, "tx_bytes", interface->tx_bytes);
	write_known(json, "rx_packets", interface->rx_packets);
	write_known(json, "tx_packets", interface->tx_packets);
	write_known(json, "rx_errors", interface->rx_errors);
	write_known(json, "tx_errors", interface->tx_errors);
	json_object_end(json);
}

static void write_interfaces(struct json *json, const struct denet_system *system)
{
	json_array_begin(json, "net");
	for (size_t i = 0; i < system->interfaces_count; i++)
		write_interface(json, NULL, &system->interfaces[i]);
	json_array_end(json);
	write_interface(json, "net_total", &system->net);
}

void system_append_json(const struct denet_system *system, struct buf *buf)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	write_known(&json, KEY_TS_MS, system->ts_ms);
	write_known(&json, "mono_ns", system->mono_ns);
	if (isfinite(system->uptime_s))
		json_double(&json, "uptime_s", system->uptime_s);
	write_known(&json, "cpus_online", system->cpus_online);
	write_cpus(&json, system);
	write_load(&json, system);
	write_counts(&json, system);
	write_memory(&json, &system->memory);
	write_disks(&json, system);
	write_filesystems(&json, system);
	write_interfaces(&json, system);
	json_object_end(&json);
}
