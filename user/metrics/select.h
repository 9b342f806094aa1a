/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The children that a sample shows when there are too many of them. */
#ifndef DENET_METRICS_SELECT_H
#define DENET_METRICS_SELECT_H

#include <stddef.h>

struct process;

/* Moves the `wanted` that used most CPU, then memory, to the front, in no order. Allocates nothing. */
void select_largest(struct process **processes, size_t count, size_t wanted);

#endif
