/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_PROBE_OPTIONS_H
#define DENET_PROBE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "source/source.h"

/*
 * All 0 is the default. The rest is for tests: from no_light on they force on a newer kernel what an older
 * one, a pid namespace or a busy CPU makes necessary.
 */
struct probe_options {
	uint32_t processes_max; /* living at once with an account of their own */
	uint32_t ring_bytes; /* a power of two, whole pages */
	bool no_light; /* libbpf, as before 6.1 */
	bool no_libbpf; /* an error where the light skeleton does not load */
	bool no_storage; /* membership in the hash, as before 6.4 */
	bool no_exit_memory; /* no memory peak at the end, as before 6.16 */
	bool no_slices; /* running tasks as of their last tick, as without FAIR_GROUP_SCHED */
	bool map_pids; /* as in a pid namespace */
	bool fail_storage; /* storage is there, but no birth finds any */
	bool no_net; /* the bytes of sockets are not known, as before 6.3 */
	bool no_signals; /* who told a process to end is not known, as where that is refused */
	int passes_max; /* after which seeding gives up */
	bool no_members; /* samples walk over all tasks, as before 6.2 */
	bool force_members; /* samples by members from the third one on, whatever it costs */
	bool no_cookies; /* of links, as before 6.10 */
	uint32_t slot_blocks; /* room for so many times 16 members by slots */
	bool net; /* no test's, as the next: the bytes of sockets are asked for */
	bool by_group; /* members are those of the cgroup, by libbpf alone */
	struct group_knobs group;
};

#endif
