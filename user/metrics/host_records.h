/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What denet-bpf-host tells of the machine and of its cgroups: the structs of these records. */
#ifndef DENET_METRICS_HOST_RECORDS_H
#define DENET_METRICS_HOST_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As denet/denet.h has it: DENET_UNKNOWN, NaN and NULL are what is not known. */
struct host_machine {
	uint64_t mono_ns; /* in no record */
	double timestamp; /* seconds since 1970 */
	double cpu_percent;
	const double *cpu_per_core; /* borrowed; NaN of a core that came since */
	size_t cores;
	uint64_t memory_total;
	uint64_t memory_available;
	double memory_percent;
	uint64_t swap_used;
	double swap_percent;
	double disk_usage_percent;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	uint64_t net_bytes_sent;
	uint64_t net_bytes_recv;
	double load_avg[3];
	double disk_read_bytes_per_sec;
	double disk_write_bytes_per_sec;
	double net_sent_bytes_per_sec;
	double net_recv_bytes_per_sec;
	uint64_t cpu_stall_ns;
	uint64_t memory_stall_ns;
	uint64_t memory_full_stall_ns;
	uint64_t io_stall_ns;
	uint64_t io_full_stall_ns;
	double cpu_pressure;
	double memory_pressure;
	double io_pressure;
	uint64_t groups; /* that are shown */
	uint64_t groups_omitted;
	uint64_t threads_overcounted;
	uint64_t threads_unsorted;
	uint64_t processes_unreadable;
	uint64_t cgroup_events_lost;
	uint64_t command_rows;
	uint64_t ends_unsorted;
};

struct host_group {
	uint64_t ts_ms;
	const char *type;
	const char *name;
	const char *runtime;
	const char *id;
	const char *cgroup;
	const char *parent; /* the name of the one around it */
	const char *pod;
	const char *pod_name; /* as its runtime's files tell, as those below */
	const char *pod_namespace;
	const char *container;
	const char *image;
	const char *project;
	const char *service;
	const char *class_name; /* of which it is one of many */
	uint64_t started_ms; /* when its first process came; unknown of one that was there before */
	uint64_t ended_ms; /* when its last one went, or it was found gone */
	bool is_final; /* what follows was read when it was empty */

	uint64_t cpu_time_ns;
	uint64_t cpu_user_ns;
	uint64_t cpu_system_ns;
	uint64_t throttled_ns;
	uint64_t throttled_periods;
	uint64_t memory_bytes;
	uint64_t memory_peak_bytes;
	uint64_t memory_working_set_bytes;
	uint64_t memory_anon_bytes;
	uint64_t memory_file_bytes;
	uint64_t memory_shmem_bytes;
	uint64_t memory_swap_bytes;
	uint64_t memory_limit_bytes;
	uint64_t oom_kills;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	uint64_t disk_read_count;
	uint64_t disk_write_count;
	uint64_t pids;
	uint64_t pids_limit;
	uint64_t cpu_stall_ns;
	uint64_t memory_stall_ns;
	uint64_t memory_full_stall_ns;
	uint64_t io_stall_ns;
	uint64_t io_full_stall_ns;
	uint64_t net_recv_bytes;
	uint64_t net_sent_bytes;

	/* Of the processes in it and below, since the agent's start. */
	uint64_t run_delay_ns;
	uint64_t page_faults_cached;
	uint64_t page_faults_disk;
	uint64_t processes_living;
	uint64_t processes_ended;
	uint64_t processes_failed;
	uint64_t processes_killed;
	uint64_t processes_started;
	const char *failed_by_status; /* "1:3 127:1": see host/ends.h; NULL for none */
	const char *killed_by_signal;
	const char *
		oom_victim; /* the program of the last one killed for want of memory; NULL for none */

	/* Since the sample before. */
	double cpu_usage;
	double throttled;
	double disk_read_bytes_per_sec;
	double disk_write_bytes_per_sec;
	double cpu_pressure;
	double memory_pressure;
	double io_pressure;
};

/* All containers of one kind, the ended ones included. */
struct host_class {
	uint64_t ts_ms;
	const char *class_name; /* owned by who made it */
	uint64_t cpu_time_ns;
	double cpu_usage;
	uint64_t throttled_ns;
	uint64_t memory_bytes; /* of the living */
	uint64_t oom_kills;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	uint64_t containers_living;
	uint64_t containers_started;
	uint64_t containers_ended;
	uint64_t before_ns; /* its CPU time at the sample before */
};

/* Processes of one name and user in one cgroup, since the agent's start. */
struct host_command {
	uint64_t ts_ms;
	const char *group;
	const char *cgroup;
	const char *comm;
	uint64_t uid;
	uint64_t cpu_time_ns;
	double cpu_usage;
	uint64_t run_delay_ns;
	uint64_t page_faults_cached;
	uint64_t page_faults_disk;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	uint64_t processes_living;
	uint64_t threads_living;
	uint64_t processes_ended;
	uint64_t processes_failed;
	uint64_t processes_killed;
	uint64_t oom_kills;
	uint64_t processes_started;
	const char *failed_by_status;
	const char *killed_by_signal;
};

/* Processes of the machine that a rule of the configuration gives one name, since the agent's start. */
struct host_processes {
	uint64_t ts_ms;
	const char *name;
	const char *accounting; /* how good the counters are */
	uint64_t cpu_time_ns;
	double cpu_usage;
	uint64_t run_delay_ns;
	uint64_t page_faults_cached;
	uint64_t page_faults_disk;
	uint64_t disk_read_bytes;
	uint64_t disk_write_bytes;
	uint64_t memory_bytes;
	uint64_t processes_living;
	uint64_t threads_living;
	uint64_t processes_ended;
	uint64_t processes_failed;
	uint64_t processes_killed;
	uint64_t oom_kills;
	uint64_t processes_started;
	const char *failed_by_status;
	const char *killed_by_signal;
};

/* A process that uses much. */
struct host_heavy {
	uint64_t ts_ms;
	const char *reason;
	uint64_t pid;
	const char *name;
	double cpu_percent; /* over the window */
	double cpu_percent_latest; /* since the look before */
	uint64_t rss_bytes;
	uint64_t vms_bytes;
	const char *username;
	double create_time_s; /* since 1970 */
	const char *container;
	bool ended;
};

/* A figure over the looks of a while. */
struct host_history {
	uint64_t ts_ms;
	const char *figure; /* the key that the records have */
	const char *group; /* NULL: of the machine */
	uint64_t values; /* that were known */
	uint64_t span_ns; /* between the first of them and the last look */
	double min;
	double mean;
	double p50;
	double p95;
	double p99;
	double max;
};

/* Of the machine: one whole disk, interface, file system. */
struct host_disk {
	uint64_t ts_ms;
	const char *device;
	uint64_t read_bytes;
	uint64_t write_bytes;
	uint64_t read_count;
	uint64_t write_count;
	uint64_t busy_ns;
	double read_bytes_per_sec;
	double write_bytes_per_sec;
	double busy_percent;
};

struct host_interface {
	uint64_t ts_ms;
	const char *interface;
	uint64_t bytes_sent;
	uint64_t bytes_recv;
	uint64_t packets_sent;
	uint64_t packets_recv;
	uint64_t errors_sent;
	uint64_t errors_recv;
	double sent_bytes_per_sec;
	double recv_bytes_per_sec;
};

struct host_filesystem {
	uint64_t ts_ms;
	const char *mount; /* any bytes, as the next */
	const char *source;
	const char *fs_type;
	uint64_t total_bytes;
	uint64_t free_bytes;
	uint64_t available_bytes;
	double usage_percent;
};

/* TCP sockets of one network namespace by their state. */
struct host_connections {
	uint64_t ts_ms; /* when they were counted */
	const char *group; /* NULL: the machine's own namespace */
	const char *cgroup;
	const char *listening; /* NULL: all of the namespace */
	const char *counted; /* how good the counts are */
	uint64_t established;
	uint64_t syn_sent;
	uint64_t syn_recv;
	uint64_t fin_wait;
	uint64_t time_wait;
	uint64_t close_wait;
	uint64_t last_ack;
	uint64_t closing;
	uint64_t listeners;
	uint64_t listeners_omitted;
};

#endif
