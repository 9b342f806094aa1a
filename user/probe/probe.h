/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The source by BPF: the kernel side, loaded. The only user of libbpf and of the skeletons.
 *
 * Membership, CPU and the account of each process live in kernel maps; the ring brings news of
 * them. A full ring loses no total: accounts that could not be sent are harvested from the map.
 */
#ifndef DENET_PROBE_PROBE_H
#define DENET_PROBE_PROBE_H

#include <stddef.h>

#include "probe/options.h"
#include "source/source.h"

/* For tests that come in by denet_run(): what every probe_open() is to force from here on. */
void probe_force(const struct probe_options *options);

/* Loads and attaches everything. Nothing is followed yet. */
int probe_open(const struct probe_options *options, struct source **ret_source);

/* Why probe_open() failed with error, in words, for one line. */
void probe_explain(int error, char *text, size_t size);

/* How it was loaded: "light", or "light, hash" or "libbpf, hash" without task storage. */
const char *probe_load_path(const struct source *source);

#endif
