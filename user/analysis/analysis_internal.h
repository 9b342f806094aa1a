/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_ANALYSIS_INTERNAL_H
#define DENET_ANALYSIS_INTERNAL_H

#include "analysis/crowd.h"
#include "denet/denet.h"

struct denet_analysis {
	struct denet_observer observer;
	struct crowd crowd;
	int failure; /* of keeping a process: what is there is not all */
};

#endif
