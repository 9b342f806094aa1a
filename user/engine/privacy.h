/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The one rule on programs that run with other rights than the caller's, for a host that sees more than
 * its caller may: of them is told what /proc would tell the caller. That is who they are, threads,
 * memory, faults and switches; CPU and waiting in the steps of wait(); their end. It is not what they
 * read and write, their arguments, their path, nor their proportional memory.
 */
#ifndef DENET_ENGINE_PRIVACY_H
#define DENET_ENGINE_PRIVACY_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/identity.h"
#include "kernel/tree.h"
#include "tree/tree.h"

/* Whether any program may be covered at all. */
bool privacy_matters(const struct identity *identity);

/* A program of which nothing is known may be one of those. */
bool privacy_covers(const struct identity *identity, const struct command *command);

/* Leaves in used what may be told, and the rest in withheld. Adds to *unknown. */
void privacy_cut(struct task_counters *used, uint32_t *unknown, struct task_counters *ret_withheld);

/* After a walk: what was found of the living, each and all of them together. */
void privacy_cut_living(const struct identity *identity, struct tree *tree);

#endif
