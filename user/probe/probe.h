/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The source by BPF: the kernel side, loaded. The only user of libbpf and of the skeletons.
 *
 * Membership, CPU and the account of each process live in kernel maps; the ring brings news of
 * them. A full ring loses no total: accounts that could not be sent are harvested from the map.
 */
#ifndef DENET_PROBE_PROBE_H
#define DENET_PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

/*
 * All 0 is the default. The rest is for tests: the last seven force on a newer kernel what an older
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
};

/* For tests that come in by denet_run(): what every probe_open() is to force from here on. */
void probe_force(const struct probe_options *options);

/* Loads and attaches everything. Nothing is followed yet. */
int probe_open(const struct probe_options *options, struct source **ret_source);

/* Why probe_open() failed with error, in words, for one line. */
void probe_explain(int error, char *text, size_t size);

/* How it was loaded: "light", or "light, hash" or "libbpf, hash" without task storage. */
const char *probe_load_path(const struct source *source);

#endif
