/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What dashboards know that were made for other exporters, as far as we have the same figures. */
#include <stddef.h>

#include "expose/family_internal.h"
#include "metrics/host_records.h"

#define ALIAS(name_, pair_, struct_, member_)                   \
	{                                                       \
		name_, pair_, offsetof(struct struct_, member_) \
	}

static const struct family_alias process_exporter[] = {
	/* Not by mode: the sum over modes is the same. */
	ALIAS("namedprocess_namegroup_cpu_seconds", NULL, host_processes, cpu_time_ns),
	ALIAS("namedprocess_namegroup_read_bytes", NULL, host_processes, disk_read_bytes),
	ALIAS("namedprocess_namegroup_write_bytes", NULL, host_processes, disk_write_bytes),
	ALIAS("namedprocess_namegroup_major_page_faults", NULL, host_processes, page_faults_disk),
	ALIAS("namedprocess_namegroup_minor_page_faults", NULL, host_processes, page_faults_cached),
	ALIAS("namedprocess_namegroup_memory_bytes", "memtype=\"resident\"", host_processes,
	      memory_bytes),
	ALIAS("namedprocess_namegroup_num_procs", NULL, host_processes, processes_living),
	ALIAS("namedprocess_namegroup_num_threads", NULL, host_processes, threads_living),
	{ 0 },
};

static const struct family_alias cadvisor[] = {
	ALIAS("container_cpu_usage_seconds", "cpu=\"total\"", host_group, cpu_time_ns),
	ALIAS("container_cpu_user_seconds", NULL, host_group, cpu_user_ns),
	ALIAS("container_cpu_system_seconds", NULL, host_group, cpu_system_ns),
	ALIAS("container_cpu_cfs_throttled_seconds", NULL, host_group, throttled_ns),
	ALIAS("container_cpu_cfs_throttled_periods", NULL, host_group, throttled_periods),
	ALIAS("container_memory_usage_bytes", NULL, host_group, memory_bytes),
	ALIAS("container_memory_max_usage_bytes", NULL, host_group, memory_peak_bytes),
	ALIAS("container_memory_working_set_bytes", NULL, host_group, memory_working_set_bytes),
	ALIAS("container_memory_rss", NULL, host_group, memory_anon_bytes),
	ALIAS("container_memory_cache", NULL, host_group, memory_file_bytes),
	ALIAS("container_memory_swap", NULL, host_group, memory_swap_bytes),
	ALIAS("container_spec_memory_limit_bytes", NULL, host_group, memory_limit_bytes),
	ALIAS("container_oom_events", NULL, host_group, oom_kills),
	ALIAS("container_fs_reads_bytes", NULL, host_group, disk_read_bytes),
	ALIAS("container_fs_writes_bytes", NULL, host_group, disk_write_bytes),
	ALIAS("container_fs_reads", NULL, host_group, disk_read_count),
	ALIAS("container_fs_writes", NULL, host_group, disk_write_count),
	ALIAS("container_network_receive_bytes", NULL, host_group, net_recv_bytes),
	ALIAS("container_network_transmit_bytes", NULL, host_group, net_sent_bytes),
	ALIAS("container_processes", NULL, host_group, processes_living),
	ALIAS("container_threads", NULL, host_group, pids),
	ALIAS("container_threads_max", NULL, host_group, pids_limit),
	ALIAS("container_pressure_cpu_waiting_seconds", NULL, host_group, cpu_stall_ns),
	ALIAS("container_pressure_memory_waiting_seconds", NULL, host_group, memory_stall_ns),
	ALIAS("container_pressure_memory_stalled_seconds", NULL, host_group, memory_full_stall_ns),
	ALIAS("container_pressure_io_waiting_seconds", NULL, host_group, io_stall_ns),
	ALIAS("container_pressure_io_stalled_seconds", NULL, host_group, io_full_stall_ns),
	{ 0 },
};

static const struct family_alias psutil[] = {
	ALIAS("system_cpu_percent", NULL, host_machine, cpu_percent),
	ALIAS("system_memory_percent", NULL, host_machine, memory_percent),
	ALIAS("system_disk_percent", NULL, host_machine, disk_usage_percent),
	{ 0 },
};

const struct family_alias *family_aliases(enum expose_names names, enum expose_kind kind)
{
	if (names == EXPOSE_NAMES_PROCESS_EXPORTER && kind == EXPOSE_PROCESSES)
		return process_exporter;
	if (names == EXPOSE_NAMES_CADVISOR && kind == EXPOSE_CONTAINER)
		return cadvisor;
	if (names == EXPOSE_NAMES_PSUTIL && kind == EXPOSE_MACHINE)
		return psutil;
	return NULL;
}
