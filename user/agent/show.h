/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The host on a screen: the machine in a line, and a table of its groups. */
#ifndef DENET_AGENT_SHOW_H
#define DENET_AGENT_SHOW_H

#include "agent/choice.h"
#include "agent/processes.h"
#include "agent/survey.h"
#include "host/spaces.h"
#include "metrics/host_records.h"
#include "output/term.h"
#include "util/buf.h"

struct show {
	const struct term_style *style; /* borrowed, as the others */
	const struct host_machine *machine;
	const struct choice *choice;
	const struct processes *processes;
	const struct survey *survey;
	const struct spaces *spaces;
	const struct history *history; /* NULL without one */
	const struct agent_options *options;
	bool is_verbose;
};

/* Lack of memory shows in buf->error. */
void show_append(struct buf *buf, const struct show *show);

#endif
