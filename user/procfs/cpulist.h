/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Lists of CPUs as the kernel writes them: "0-3,7-9". */
#ifndef DENET_PROCFS_CPULIST_H
#define DENET_PROCFS_CPULIST_H

#include <stddef.h>
#include <stdint.h>

#include "util/parse.h"

/* How many the list names; parts that are none are skipped. */
uint64_t cpulist_count(struct parse_span list);

/* Any order, repetitions allowed; the caller frees. Sorts the numbers in place. */
int cpulist_format(uint32_t *cpus, size_t count, char **ret_list);

#endif
