/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_STATS_RUNS_H
#define DENET_CLI_STATS_RUNS_H

#include "cli/options.h"
#include "cli/report.h"

/* `stats` of several files, as a table. Returns the exit status. */
int stats_runs(const struct options *options, struct report *report);

#endif
