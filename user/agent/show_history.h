/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Percentiles of the last looks on a screen. */
#ifndef DENET_AGENT_SHOW_HISTORY_H
#define DENET_AGENT_SHOW_HISTORY_H

#include <stdint.h>

#include "agent/choice.h"
#include "host/history.h"
#include "output/term.h"
#include "util/buf.h"

/* Of the machine and of the chosen groups. Lack of memory shows in buf->error. */
void show_history_append(struct buf *buf, const struct term_style *style,
			 const struct history *history, const struct choice *choice,
			 uint64_t window_ns);

#endif
