/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A table that stays on a terminal: sorted and filtered by keys. Alone with ncurses. */
#ifndef DENET_AGENT_CONSOLE_H
#define DENET_AGENT_CONSOLE_H

#include "host/view.h"

struct agent_options;

/* Without --live there is none. Tells what is wrong: -ENOTTY without a terminal, -EINVAL for one that is not known. */
int console_open(const struct agent_options *options, struct observer *ret_observer);

#endif
