/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Groups of processes, and those that use much, on a screen, below cgroups. */
#ifndef DENET_AGENT_SHOW_SURVEY_H
#define DENET_AGENT_SHOW_SURVEY_H

#include "agent/options.h"
#include "agent/survey.h"
#include "output/term.h"
#include "util/buf.h"

/* Lack of memory shows in buf->error. */
void show_survey_append(struct buf *buf, const struct term_style *style,
			const struct survey *survey, const struct agent_options *options);

#endif
