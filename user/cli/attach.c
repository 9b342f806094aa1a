/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/container.h"
#include "cli/exit_status.h"
#include "cli/session.h"
#include "rights/rights.h"
#include "rights/target.h"
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
	case SIGCHLD:
		break;
	default:
		session->wants_end = true;
		break;
	}
}

/* For a reader of records that takes nothing, when it is time to go. */
#define PATIENCE_MS 500

static int finish(struct session *session)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	int r = denet_monitor_summary(session->monitor, &summary);

	if (r) {
		(void)log_error(r, "cannot sum up");
		return EXIT_STATUS_LOST;
	}
	session_tell_end(session, &summary);
	session_drain(session, session->wants_end || session->options->monitor.duration_ns
				       ? PATIENCE_MS
				       : -1);
	if (report_is_over_budget(session->report))
		return EXIT_STATUS_OVER_BUDGET;
	return recorder_has_lost(session->recorder) || report_has_lost(session->report)
		       ? EXIT_STATUS_LOST
		       : EXIT_STATUS_OK;
}

/* With rights that only the file has: what a debugger of the caller's may see, and no more. */
static int check_target(const struct session *session, const struct target *target)
{
	int pid = (int)session->options->pid;
	int r = rights_are_lent() ? target_check(target) : 0;

	if (r == -EACCES) {
		(void)log_error(0, "cannot attach to %d: it is not yours to look into", pid);
		return r;
	}
	return r ? log_error(r, "cannot attach to %d", pid) : 0;
}

static int begin(struct session *session, struct denet_error *error)
{
	const struct options *options = session->options;
	const struct denet_observer *observer = recorder_observer(session->recorder);

	if (options->cgroup)
		return denet_attach_cgroup(&options->monitor, observer, options->cgroup,
					   &session->monitor, error);
	return denet_attach(&options->monitor, observer, options->pid, &session->monitor, error);
}

static int attach(struct session *session)
{
	const struct options *options = session->options;
	struct denet_error error = { .size = sizeof(error) };
	int r = rights_raise();

	if (!r)
		r = begin(session, &error);
	if (rights_lower() && !r)
		r = -EPERM;
	if (r && error.text[0])
		(void)log_error(0, "%s", error.text);
	else if (r && options->cgroup)
		(void)log_error(r, "cannot attach to '%s'", options->cgroup);
	else if (r)
		(void)log_error(r, "cannot attach to %d", (int)options->pid);
	return r;
}

/* Checked once more when it is ours to watch: it may have become another user's meanwhile. */
static int start(struct session *session)
{
	AUTO(target) struct target target = { .pidfd = -1, .proc_fd = -1 };
	int r = 0;

	if (rights_are_lent() && target_open(session->options->pid, &target) == 0)
		r = check_target(session, &target);
	if (!r)
		r = attach(session);
	return r ? r : check_target(session, &target);
}

static int follow(const struct options *options)
{
	AUTO(session) struct session session;
	int r = session_open(&session, options);

	if (r)
		return EXIT_STATUS_FAILED;
	r = options->cgroup ? attach(&session) : start(&session);
	if (r) {
		signals_release(&session.signals);
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

/* Of whom the processes are that will come into it nobody can know. */
static int check_rights(const struct options *options)
{
	const char *name = options->container ? "container" : "cgroup";

	if (options->pid || !rights_are_lent())
		return 0;
	(void)log_error(
		0, "option '--%s' takes rights of your own, as its processes may be others'", name);
	return -EPERM;
}

int attach_main(const struct options *options)
{
	struct options found = *options;
	char folder[PATH_MAX];

	if (check_rights(options))
		return EXIT_STATUS_FAILED;
	if (!options->container)
		return follow(options);
	if (container_find(options, folder))
		return EXIT_STATUS_FAILED;
	found.cgroup = folder;
	return follow(&found);
}
