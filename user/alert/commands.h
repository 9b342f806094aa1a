/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The configuration's commands, run by a process of its own: it has no capability and begins nothing else,
 * so that the service needs no right to begin programs.
 */
#ifndef DENET_ALERT_COMMANDS_H
#define DENET_ALERT_COMMANDS_H

#include <stdint.h>

#include "alert/settings.h"

#define COMMANDS_INPUT_BYTES 65536

/* To the process: which of the targets of the type exec is to run, and behind it what is on stdin. */
struct commands_order {
	uint32_t command;
};

/* And back, when it has ended. */
struct commands_end {
	uint32_t command;
	int32_t error; /* -errno where it could not be begun; -ETIME when it was killed */
	int32_t status; /* as of waitpid() */
};

/* The target of the type exec with this number; NULL behind the last. */
const struct settings_target *commands_get(const struct alert_settings *settings, size_t index);

/* Serves a socket of SOCK_SEQPACKET until its other end is closed. */
_Noreturn void commands_serve(int fd, const struct alert_settings *settings);

#endif
