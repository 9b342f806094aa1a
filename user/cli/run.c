/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/as_user.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/forward.h"
#include "cli/hint.h"
#include "cli/push.h"
#include "cli/session.h"
#include "rights/rights.h"
#include "util/cleanup.h"
#include "util/log.h"

/* For a reader of records that takes nothing, when the time is over. */
#define PATIENCE_MS 500

static bool has_stopped(pid_t pid)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

/*
 * After the command and never before it: a shell that sees us stopped reads from the terminal next, and
 * a command that still waits for input there would take the first of what is typed. One that does not
 * stop, as it ignores the signal, is not said to have stopped.
 */
static void stop_with_command(struct session *session)
{
	if (!session->has_to_stop || !has_stopped(denet_monitor_pid(session->monitor)))
		return;
	session->has_to_stop = false;
	recorder_pause(session->recorder);
	signals_stop();
}

static void on_signal(struct session *session, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	if (number != SIGCHLD &&
	    forward_is_due(&session->witness, denet_monitor_pid(session->monitor), info))
		(void)denet_monitor_signal(session->monitor, number);
	if (number == SIGTSTP)
		session->has_to_stop = true;
	if (number == SIGCONT)
		session->has_to_stop = false;
	stop_with_command(session);
}

/* A failing exec is mostly a command line that is meant for a shell. */
static int report_exec(char *const argv[], int error)
{
	AUTO(buf) struct buf hint = { 0 };

	hint_append(&hint, error, argv);
	(void)log_error(0, "cannot execute '%.100s': %s%s", argv[0], strerror(error),
			buf_text(&hint));
	return error == ENOENT ? EXIT_STATUS_NOT_FOUND : EXIT_STATUS_CANNOT_EXECUTE;
}

static int report_start(const struct options *options, int r, const struct denet_error *error)
{
	if (error->exec_errno)
		return report_exec(options->argv, error->exec_errno);
	if (error->text[0])
		(void)log_error(0, "%s", error->text);
	else
		(void)log_error(r, "cannot start '%s'", options->argv[0]);
	return EXIT_STATUS_FAILED;
}

static int pass_on(struct session *session, const struct denet_end *end)
{
	if (!end->known)
		return EXIT_STATUS_FAILED;
	if (end->signal == 0)
		return end->exit_code;
	/* Nobody is left to wait for it then. */
	witness_end(&session->witness);
	signals_die(end->signal);
	return EXIT_STATUS_SIGNAL + end->signal;
}

/* Monitoring broke down before its end: what is left is to be the command's parent. */
static int wait_unmonitored(struct session *session)
{
	pid_t pid = denet_monitor_pid(session->monitor);
	AUTO_FD int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct denet_end end = { .known = true };
	int status;

	if (fd >= 0)
		(void)session_wait(session, fd, on_signal);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_STATUS_FAILED;
	if (WIFSIGNALED(status))
		end.signal = WTERMSIG(status);
	else
		end.exit_code = WEXITSTATUS(status);
	return pass_on(session, &end);
}

/* How the command has ended goes before what we say of it. */
static int pass_on_or_fail(struct session *session, const struct denet_end *end)
{
	int status = pass_on(session, end);

	return status == EXIT_STATUS_OK && report_is_over_budget(session->report)
		       ? EXIT_STATUS_OVER_BUDGET
		       : status;
}

static int finish(struct session *session)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	int r = denet_monitor_summary(session->monitor, &summary);

	if (!r && summary.end.known)
		witness_dismiss(&session->witness);
	if (r)
		(void)log_error(r, "cannot sum up");
	else
		session_tell_end(session, &summary);
	/* Whoever sets an end wants to be there at that time. */
	session_drain(session, denet_monitor_timed_out(session->monitor) || !summary.end.known
				       ? PATIENCE_MS
				       : -1);
	push_send(session);
	if (denet_monitor_timed_out(session->monitor))
		return EXIT_STATUS_TIMED_OUT;
	return r == 0 && summary.end.known ? pass_on_or_fail(session, &summary.end)
					   : wait_unmonitored(session);
}

static int run(struct session *session, const struct denet_launch *launch,
	       struct denet_error *error)
{
	struct denet_options monitor = session->options->monitor;
	int r = rights_raise();

	monitor.adopt_orphans = true;
	if (!r)
		r = denet_run(&monitor, recorder_observer(session->recorder), launch,
			      &session->monitor, error);
	if (rights_lower())
		log_warning("cannot lay down the rights of the file");
	return r;
}

static int start(struct session *session)
{
	const struct options *options = session->options;
	struct denet_error error = { .size = sizeof(error) };
	struct denet_launch launch = { .size = sizeof(launch) };
	AUTO(account) struct account account = { 0 };
	sigset_t ignored;
	int r;

	denet_launch_init(&launch);
	launch.argv = options->argv;
	launch.environment = options->environment;
	launch.own_cgroup = options->own_cgroup;
	if (recorder_owns_stdout(options))
		launch.stdout_fd = STDERR_FILENO;
	launch.mask = &session->signals.original;
	/* Its status is lost to whoever ignores the end of children; the command goes on ignoring. */
	(void)sigemptyset(&ignored);
	if (signal(SIGCHLD, SIG_DFL) == SIG_IGN)
		(void)sigaddset(&ignored, SIGCHLD);
	launch.ignored = &ignored;
	r = as_user_find(options, &account);
	if (r)
		return EXIT_STATUS_FAILED;
	if (options->user)
		launch.user = &account.user;
	if (beside_open(&session->beside, options))
		return EXIT_STATUS_FAILED;
	/* Without one a signal to the group is passed on, too: rather twice than not at all. */
	(void)witness_start(options->argv, &session->witness);
	r = run(session, &launch, &error);
	if (!r)
		return EXIT_STATUS_OK;
	witness_end(&session->witness);
	signals_release(&session->signals);
	return report_start(options, r, &error);
}

static int run_session(const struct options *options)
{
	AUTO(session) struct session session;
	int r = session_open(&session, options);

	if (r)
		return EXIT_STATUS_FAILED;
	r = start(&session);
	if (r)
		return r;
	r = session_watch(&session, on_signal);
	if (r) {
		recorder_pause(session.recorder);
		(void)log_error(r, "monitoring has failed, the command goes on");
		(void)denet_monitor_finish(session.monitor);
	}
	return finish(&session);
}

int run_main(const struct options *options)
{
	return push_check(options) ? EXIT_STATUS_FAILED : run_session(options);
}
