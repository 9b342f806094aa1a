/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One monitoring from start to end: what run and attach have in common. */
#ifndef DENET_CLI_SESSION_H
#define DENET_CLI_SESSION_H

#include <stdbool.h>
#include <sys/signalfd.h>

#include "cli/beside.h"
#include "cli/options.h"
#include "cli/recorder.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/witness.h"
#include "denet/denet.h"

struct session {
	const struct options *options; /* borrowed */
	struct recorder *recorder; /* owned */
	struct report *report; /* owned */
	struct denet_monitor *monitor; /* owned; NULL until it is started */
	struct beside beside; /* of run */
	struct signals signals;
	struct witness witness; /* of run */
	bool has_to_stop; /* of run: as soon as the command has stopped */
	bool may_load; /* the monitor may still need the rights for it */
	bool wants_end; /* a signal handler asks to end the monitoring now */
};

typedef void (*session_signal_fn)(struct session *session, const struct signalfd_siginfo *info);

/* Logs what went wrong. */
int session_open(struct session *session, const struct options *options);
void session_close(struct session *session);
static inline void session_freep(struct session *session)
{
	session_close(session);
}

/* Until monitoring has ended; then session->monitor has a summary. */
int session_watch(struct session *session, session_signal_fn on_signal);

/* When all has ended: the summary, to the records, the screen and wherever else it is wanted. */
void session_tell_end(struct session *session, const struct denet_summary *summary);

/* Waits for the readable end of something else while signals are still served. */
int session_wait(struct session *session, int fd, session_signal_fn on_signal);

/*
 * When all has ended: until the records that wait have been read. A signal that ends ends the waiting, and
 * so does a reader that takes nothing for so long; below 0 he may take his time.
 */
void session_drain(struct session *session, int patience_ms);

#endif
