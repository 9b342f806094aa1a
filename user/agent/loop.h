/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Looks at the host again and again, and tells what it saw. */
#ifndef DENET_AGENT_LOOP_H
#define DENET_AGENT_LOOP_H

struct settings;

/*
 * Until --once is done, a signal, or a failure, which was told. Returns the status to exit with. SIGHUP replaces the
 * settings by those that the configuration has then.
 */
int loop_run(struct settings *settings);

#endif
