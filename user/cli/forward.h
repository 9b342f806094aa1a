/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which of the signals that reach us the command has to get from us, so that it gets each once. */
#ifndef DENET_CLI_FORWARD_H
#define DENET_CLI_FORWARD_H

#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "cli/witness.h"

bool forward_is_due(struct witness *witness, pid_t command, const struct signalfd_siginfo *info);

#endif
