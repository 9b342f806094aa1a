/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the monitor tells, to wherever the options want it: records, lines, the summary. */
#ifndef DENET_CLI_RECORDER_H
#define DENET_CLI_RECORDER_H

#include <stdbool.h>

#include "cli/beside.h"
#include "cli/options.h"
#include "denet/denet.h"

struct buf;
struct recorder;
struct term_style;

/* Opens the files, and logs what went wrong. Borrows options. */
int recorder_new(const struct options *options, struct recorder **ret_recorder);
void recorder_free(struct recorder *recorder);
static inline void recorder_freep(struct recorder **recorder)
{
	recorder_free(*recorder);
}

/* Finished, recorded and shown with the end of the run. Borrowed; before that begins. */
void recorder_show_beside(struct recorder *recorder, struct beside *beside);

/* For denet_run() and denet_attach(); valid as long as the recorder. */
const struct denet_observer *recorder_observer(const struct recorder *recorder);

/* Readable when records that wait for their reader can be written: by step, true while more wait. */
int recorder_fd(const struct recorder *recorder);
bool recorder_step(struct recorder *recorder);
/* What still waits is lost. */
void recorder_abandon(struct recorder *recorder);

/* Ends the files, and shows the summary. */
void recorder_finish(struct recorder *recorder, const struct denet_summary *summary);

/* What it shows then, for another place. */
void recorder_append_summary(const struct recorder *recorder, const struct term_style *style,
			     const struct denet_summary *summary, struct buf *text);

/* What the wall time waited for; false when that was not looked at. Valid as long as the recorder. */
bool recorder_take_waited(const struct recorder *recorder, struct denet_waited *ret_waited);

/* With --push: the records of the start and the end, to be freed. -ENODATA without these. */
int recorder_take_told(const struct recorder *recorder, char **ret_text, size_t *ret_len);

/* Takes the live line away. */
void recorder_pause(struct recorder *recorder);

/* What the start of the monitoring told; NONE before it. */
enum denet_accounting recorder_accounting(const struct recorder *recorder);

/* True when a record asked for could not be written. */
bool recorder_has_lost(const struct recorder *recorder);

/* True when records go to stdout, which the command then cannot have. */
bool recorder_owns_stdout(const struct options *options);

#endif
