/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <signal.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/session.h"
#include "util/cleanup.h"
#include "util/log.h"

/* The process we watch is not ours: signals for us end or stop the watching alone. */
static void on_signal(struct session *session, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGTSTP:
		recorder_pause(session->recorder);
		signals_stop();
		break;
	case SIGCONT:
		break;
	default:
		session->wants_end = true;
		break;
	}
}

static int finish(struct session *session)
{
	struct denet_summary summary;
	int r = denet_monitor_summary(session->monitor, &summary);

	if (r) {
		(void)log_error(r, "cannot sum up");
		return EXIT_STATUS_LOST;
	}
	recorder_finish(session->recorder, &summary);
	return recorder_has_lost(session->recorder) ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}

int attach_main(const struct options *options)
{
	AUTO(session) struct session session;
	struct denet_error error = { .size = sizeof(error) };
	int r = session_open(&session, options);

	if (r)
		return EXIT_STATUS_FAILED;
	r = denet_attach(&options->monitor, recorder_observer(session.recorder), options->pid,
			 &session.monitor, &error);
	if (r) {
		signals_release(&session.signals);
		if (error.text[0])
			(void)log_error(0, "%s", error.text);
		else
			(void)log_error(r, "cannot attach to %d", (int)options->pid);
		return EXIT_STATUS_FAILED;
	}
	r = session_watch(&session, on_signal);
	if (r) {
		recorder_pause(session.recorder);
		(void)log_error(r, "monitoring has failed");
		return EXIT_STATUS_LOST;
	}
	return finish(&session);
}
