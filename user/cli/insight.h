/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An analysis asked what the options want to have shown. */
#ifndef DENET_CLI_INSIGHT_H
#define DENET_CLI_INSIGHT_H

#include "cli/options.h"
#include "denet/denet.h"
#include "output/waited_view.h"

struct insight {
	struct denet_waited waited;
	struct denet_parallel parallel;
	struct denet_series series;
	struct denet_rollup heaviest;
	struct denet_rollup rows;
	struct waited_context shown; /* points to those above: an insight stays where it is */
};

/* Verbose, it says also what is not known, and why. Valid as long as the analysis. */
int insight_take(struct insight *insight, struct denet_analysis *analysis,
		 const struct options *options);

/* A table other than that by command is asked for. */
bool insight_has_rows(const struct options *options);
struct denet_rollup_options insight_rows(const struct options *options);

#endif
