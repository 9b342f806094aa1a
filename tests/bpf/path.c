/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Forces on this kernel what others need: DENET_TEST_PATH names it. Linked into what tests run and
 * never into the product, which may have file capabilities and listens to no variable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe.h"

static const struct {
	const char *name;
	struct probe_options options;
} paths[] = {
	{ "light", { .no_libbpf = true } },
	{ "hash", { .no_libbpf = true, .no_storage = true } },
	{ "spill", { .no_libbpf = true, .fail_storage = true } },
	{ "libbpf", { .no_light = true } },
	{ "deaf", { .no_signals = true } },
	{ "members", { .no_libbpf = true, .force_members = true } },
	{ "walk", { .no_members = true } },
	{ "slots", { .no_libbpf = true, .force_members = true, .slot_blocks = 1 } },
	{ "whole", { .no_light = true, .force_members = true } },
	{ "old", { .no_light = true, .no_exit_memory = true, .no_slices = true } },
};

__attribute__((constructor)) static void force_path(void)
{
	const char *name = getenv("DENET_TEST_PATH");

	if (!name)
		return;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(paths[i].name, name) == 0) {
			probe_force(&paths[i].options);
			return;
		}
	}
	fprintf(stderr, "DENET_TEST_PATH: there is no path '%s'\n", name);
	exit(125);
}
