/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is written into the log of a CI service that it understands. */
#ifndef DENET_OUTPUT_CI_VIEW_H
#define DENET_OUTPUT_CI_VIEW_H

#include <stdint.h>

#include "output/run_report.h"

/* GitHub: an annotation for each budget that is broken, or open. */
void ci_view_github(struct buf *buf, const struct run_report *report);

/* TeamCity: a statistic for each figure, a problem for each broken budget. */
void ci_view_teamcity(struct buf *buf, const struct run_report *report);

/* GitLab: the borders of a section, at a time in seconds since 1970. */
void ci_view_gitlab_begin(struct buf *buf, uint64_t at_s);
void ci_view_gitlab_end(struct buf *buf, uint64_t at_s);

#endif
