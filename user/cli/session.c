/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/session.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "output/term.h"
#include "rights/rights.h"
#include "util/buf.h"
#include "util/caps.h"
#include "util/cleanup.h"
#include "util/log.h"

#define FILE_COLUMNS 80
#define OWN_FDS 3 /* that are waited for, before those of what is followed beside */

int session_open(struct session *session, const struct options *options)
{
	int r;

	*session = (struct session){
		.options = options,
		.signals = { .fd = -1 },
		.witness = WITNESS_NONE,
	};
	if (options->quiet)
		log_silence();
	r = report_new(options, &session->report);
	if (!r)
		r = recorder_new(options, &session->recorder);
	if (r)
		return r;
	recorder_show_beside(session->recorder, &session->beside);
	/* Who attaches while ignoring a signal, as nohup does, goes on ignoring it. */
	r = signals_take(&session->signals, options->command == COMMAND_ATTACH);
	return r ? log_error(r, "cannot watch for signals") : 0;
}

void session_close(struct session *session)
{
	denet_monitor_free(session->monitor);
	beside_close(&session->beside);
	recorder_free(session->recorder);
	report_free(session->report);
	signals_done(&session->signals);
	witness_end(&session->witness);
	session->monitor = NULL;
	session->recorder = NULL;
	session->report = NULL;
}

int session_wait(struct session *session, int fd, session_signal_fn on_signal)
{
	struct pollfd fds[OWN_FDS + BESIDE_MAX] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = session->signals.fd, .events = POLLIN },
		{ .fd = recorder_fd(session->recorder), .events = POLLIN },
	};

	while (!session->wants_end && !fds[0].revents) {
		struct signalfd_siginfo info;

		beside_watch(&session->beside, fds + OWN_FDS);
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0) {
			if (errno != EINTR)
				return -errno;
			fds[0].revents = 0;
			continue;
		}
		while (fds[1].revents && signals_next(&session->signals, &info))
			on_signal(session, &info);
		if (fds[2].revents)
			(void)recorder_step(session->recorder);
		beside_step(&session->beside, fds + OWN_FDS);
	}
	return 0;
}

/* Of 80 columns, whatever the terminal has: the file is read elsewhere. */
static void append_plain(struct session *session, const struct denet_summary *summary,
			 struct buf *text)
{
	struct term_style style;

	term_style_detect(-1, TERM_COLOR_NEVER, &style);
	style.columns = FILE_COLUMNS;
	recorder_append_summary(session->recorder, &style, summary, text);
}

void session_tell_end(struct session *session, const struct denet_summary *summary)
{
	AUTO(buf) struct buf plain = { 0 };
	AUTO_FREE char *json = NULL;
	struct denet_waited waited;
	bool has_waited;

	recorder_finish(session->recorder, summary);
	if (report_has_files(session->report)) {
		append_plain(session, summary, &plain);
		(void)denet_monitor_summary_json(session->monitor, &json);
	}
	has_waited = recorder_take_waited(session->recorder, &waited);
	report_finish(session->report, summary,
		      &(struct report_texts){ .plain = plain.error ? NULL : buf_text(&plain),
					      .json = json,
					      .waited = has_waited ? &waited : NULL });
}

static bool is_told_to_end(const struct session *session)
{
	struct signalfd_siginfo info;
	bool is_told = false;

	while (signals_next(&session->signals, &info)) {
		if (info.ssi_signo == SIGTSTP)
			signals_stop();
		is_told |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
			   info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT;
	}
	return is_told;
}

void session_drain(struct session *session, int patience_ms)
{
	struct pollfd fds[] = {
		{ .fd = recorder_fd(session->recorder), .events = POLLIN },
		{ .fd = session->signals.fd, .events = POLLIN },
	};

	while (recorder_step(session->recorder)) {
		int n = poll(fds, 2, patience_ms);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (fds[1].revents && is_told_to_end(session))) {
			recorder_abandon(session->recorder);
			return;
		}
	}
}

/* The engine keeps a descriptor for each process that lives; the command has its own limit. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * KILL, as the command may become another user's, and signals are passed on to it. SYS_PTRACE for
 * PSS, which the kernel shows to no lesser process: all else of a process is read without it.
 */
static uint64_t rights_kept(const struct session *session)
{
	const struct denet_options *options = &session->options->monitor;
	uint64_t kept = 0;

	if (session->options->command == COMMAND_RUN)
		kept |= CAPS_BIT(CAP_KILL);
	if (options->pss || !(options->no_pss || options->exclude_children) ||
	    recorder_accounting(session->recorder) == DENET_ACCOUNTING_PROC)
		kept |= CAPS_BIT(CAP_SYS_PTRACE);
	return kept;
}

/* The root of a hierarchy can be written by nobody, so that removing a cgroup from it takes a right. */
static uint64_t rights_asleep(const struct session *session)
{
	return session->options->own_cgroup ? CAPS_BIT(CAP_DAC_OVERRIDE) : 0;
}

/* Those for loading sleep on, as long as the samples may come to need another program. */
static void drop_rights(struct session *session)
{
	int r;

	session->may_load = denet_monitor_wants_rights(session->monitor);
	r = rights_drop(rights_kept(session), rights_asleep(session), session->may_load);
	if (r)
		log_warning("cannot give up capabilities: %s", strerror(-r));
}

/*
 * Our own rights serve for the first step, which reads what program the root runs. Those of the
 * file are gone by then.
 */
static int begin(struct session *session)
{
	int step = rights_are_lent() ? 0 : denet_monitor_step(session->monitor);

	drop_rights(session);
	return step;
}

static int step(struct session *session)
{
	int r = denet_monitor_step(session->monitor);

	if (session->may_load && !denet_monitor_wants_rights(session->monitor))
		drop_rights(session);
	return r;
}

int session_watch(struct session *session, session_signal_fn on_signal)
{
	int r;

	signals_survive_pipes();
	raise_descriptor_limit();
	r = begin(session);
	while (r == 0) {
		r = session_wait(session, denet_monitor_fd(session->monitor), on_signal);
		if (r == 0 && session->wants_end)
			return denet_monitor_finish(session->monitor);
		if (r == 0)
			r = step(session);
	}
	return r < 0 ? r : 0;
}
