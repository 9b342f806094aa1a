/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Whose processes: each with all that it has started. */
#ifndef DENET_ANALYSIS_UNDER_H
#define DENET_ANALYSIS_UNDER_H

#include "analysis/family.h"

/*
 * For each member the head of its subtree: itself or the nearest forefather that is a child of the root, or
 * of a process that matches the pattern, if that is not NULL. CROWD_NONE for whom there is none; without
 * a pattern the root is its own head. The caller frees.
 */
int under_heads(const struct family *family, const char *pattern, uint32_t **ret_heads);

#endif
