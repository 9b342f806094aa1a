/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The records that a look makes, in their order. */
#ifndef DENET_AGENT_ROWS_H
#define DENET_AGENT_ROWS_H

#include <stddef.h>

#include "agent/choice.h"
#include "agent/processes.h"
#include "agent/survey.h"
#include "host/classes.h"
#include "host/machine.h"
#include "host/spaces.h"
#include "host/view.h"

/* All zeros is an empty one. */
struct rows {
	struct view_row *items; /* owned; the figures are borrowed until the next look */
	size_t count;
	size_t room;
};

/* What there is to tell of; all borrowed. */
struct rows_of {
	const struct machine *machine;
	const struct cgroups *groups;
	const struct choice *choice; /* NULL: everything, and whoever used much at the last walk */
	const struct processes *processes;
	const struct classes *classes;
	const struct survey *survey;
	const struct spaces *spaces;
	const struct agent_options *options;
};

void rows_done(struct rows *rows);

/* Made anew; -ENOMEM. */
int rows_make(struct rows *rows, const struct rows_of *of);

#endif
