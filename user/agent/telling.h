/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records of a look beside those of cgroups: devices, groups of processes, who uses much, the history. */
#ifndef DENET_AGENT_TELLING_H
#define DENET_AGENT_TELLING_H

#include "agent/options.h"
#include "agent/survey.h"
#include "host/devices.h"
#include "host/history.h"
#include "util/buf.h"
#include "util/sink.h"

struct telling {
	struct sink *sink; /* borrowed, as the buffer, which is the room for a record */
	struct buf *text;
};

int telling_devices(const struct telling *telling, const struct devices *devices);
int telling_survey(const struct telling *telling, const struct survey *survey,
		   const struct agent_options *options);
int telling_history(const struct telling *telling, const struct history *history,
		    uint64_t window_ns);

#endif
