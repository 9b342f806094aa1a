/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a page gets of a run, as an object of JSON that share/web/data.js reads. */
#ifndef DENET_REPORT_HTML_WRITE_H
#define DENET_REPORT_HTML_WRITE_H

#include "report/html_out.h"
#include "report/html_run.h"

/* So many processes are shown; of more so many of the heaviest, and of those that failed. */
#define HTML_PROCESSES_MAX 100000
#define HTML_HEAVIEST_MAX 50000
#define HTML_SEGMENTS_MAX 50000 /* the longest, of what was waited for */

/* Folds what the run has kept while it was read. */
int html_write_run(struct html_out *out, struct html_run *run);

/* Parts of it, each a member of the object. */
void html_write_samples(struct html_out *out, struct html_run *run);
void html_write_lives(struct html_out *out, struct html_run *run);
int html_write_processes(struct html_out *out, struct html_run *run);
int html_write_programs(struct html_out *out, struct html_run *run);

#endif
