/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_GAPS_H
#define DENET_CLI_GAPS_H

#include "denet/denet.h"

/* Says in one line what of a file could not be read. */
void gaps_warn(const char *path, const struct denet_stats *stats);

/* And in another that it ends too soon, for who does not show that himself. */
void gaps_warn_all(const char *path, const struct denet_stats *stats);

#endif
