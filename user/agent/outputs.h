/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The screen, or records instead of it, and the file of records. */
#ifndef DENET_AGENT_OUTPUTS_H
#define DENET_AGENT_OUTPUTS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "agent/rows.h"
#include "output/term.h"
#include "record/host_repeat.h"
#include "util/buf.h"

/* All zeros is one that is not open. */
struct outputs {
	const struct agent_options *options; /* borrowed */
	struct sink *screen; /* owned: stdout */
	struct sink *file; /* owned; NULL without -o */
	struct stat file_stat; /* of that name, once it was open */
	struct term_style style;
	struct rows rows;
	struct host_repeat repeat; /* of the records of a look */
	struct buf text; /* room for a record, or a screen */
};

/* Tells what is wrong. */
int outputs_open(struct outputs *outputs, const struct agent_options *options);

/* As other options have it. A file is opened anew where its name leads to another one by now, or to none; where
 * that fails, which is told, the one before goes on. */
void outputs_reload(struct outputs *outputs, const struct agent_options *options);

void outputs_close(struct outputs *outputs);

/* What a history takes is said at once, but not among records. */
int outputs_announce(struct outputs *outputs, const struct history *history);

/* A look. The first has no rates: it goes to files and pipes alone. */
int outputs_tell(struct outputs *outputs, const struct rows_of *of, const struct history *history,
		 bool is_first);

/* Percentiles go to files and pipes once, at the end: these have each value already. */
int outputs_tell_history(struct outputs *outputs, const struct history *history);

#endif
