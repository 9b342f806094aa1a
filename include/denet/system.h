/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine as a whole at one moment. Part of denet/denet.h, which says what holds everywhere. */
#ifndef DENET_SYSTEM_H
#define DENET_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define DENET_UNKNOWN UINT64_MAX

/* Since boot. Guests are part of user_ns and nice_ns, as the kernel has it. */
struct denet_cpu_times {
	uint64_t user_ns;
	uint64_t nice_ns;
	uint64_t system_ns;
	uint64_t idle_ns;
	uint64_t iowait_ns;
	uint64_t irq_ns;
	uint64_t softirq_ns;
	uint64_t steal_ns;
};

struct denet_cpu {
	uint64_t cpu; /* its number; those that are offline are left out */
	struct denet_cpu_times times;
};

struct denet_memory {
	uint64_t total_kb;
	uint64_t free_kb;
	uint64_t available_kb;
	uint64_t buffers_kb;
	uint64_t cached_kb;
	uint64_t shmem_kb;
	uint64_t swap_total_kb;
	uint64_t swap_free_kb;
};

/* Since boot. */
struct denet_disk {
	const char *name; /* NULL in a sum */
	uint64_t read_bytes;
	uint64_t write_bytes;
	uint64_t read_count;
	uint64_t write_count;
	uint64_t busy_ns;
};

struct denet_filesystem {
	const char *mount; /* any bytes */
	const char *source;
	const char *type;
	uint64_t total_bytes;
	uint64_t free_bytes;
	uint64_t available_bytes; /* to those without privileges */
};

/* Since the interface came up; of the caller's network namespace. */
struct denet_interface {
	const char *name; /* NULL in a sum */
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_errors;
	uint64_t tx_errors;
};

struct denet_system {
	size_t size; /* sizeof(struct denet_system), set by the caller */
	void *storage; /* what the pointers below point into */
	uint64_t ts_ms; /* wall clock */
	uint64_t mono_ns; /* CLOCK_MONOTONIC, to take differences by */
	double uptime_s; /* NaN when not known, as load */
	double load[3]; /* of 1, 5 and 15 minutes */
	uint64_t cpus_online;
	uint64_t procs_running;
	uint64_t procs_blocked;
	uint64_t threads; /* of all processes */
	uint64_t ctx_switches;
	uint64_t processes_forked; /* threads too, as the kernel counts */
	struct denet_cpu_times cpu;
	struct denet_memory memory;
	struct denet_disk disk; /* sum of disks */
	struct denet_interface net; /* sum of interfaces without lo */
	const struct denet_cpu *cpus;
	size_t cpus_count;
	/* Whole devices. Those that lie on others, as dm and md do, would count the same bytes twice
	 * and are left out, as are loop devices and RAM. */
	const struct denet_disk *disks;
	size_t disks_count;
	/* Local ones, each once; one that could block, as NFS does, is not asked. */
	const struct denet_filesystem *filesystems;
	size_t filesystems_count;
	const struct denet_interface *interfaces;
	size_t interfaces_count;
};

/* Fails for want of memory, or without /proc. To be freed by denet_system_free(). */
int denet_system_read(struct denet_system *ret_system);

/* Accepts what a failed denet_system_read() left behind. */
void denet_system_free(struct denet_system *system);

/* All of it as one line of JSON; what is not known is left out. To be freed by denet_free(). */
int denet_system_json(char **ret_text);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
