/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli/as_user.h"
#include "rights/rights.h"
#include "util/caps.h"
#include "util/cleanup.h"
#include "util/log.h"

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

int bench_runner_open(struct bench_runner *runner, const struct options *options)
{
	*runner = (struct bench_runner){
		.options = options,
		.monitor = options->monitor,
		.signals = { .fd = -1 },
		.null_fd = -1,
	};
	runner->monitor.keep_loaded = true;
	/* Without records nobody looks at the list of a sample. */
	if (!options->keep)
		runner->monitor.children_max = 0;
	/* Its status is lost to whoever ignores the end of children; commands go on ignoring. */
	(void)sigemptyset(&runner->ignored);
	if (signal(SIGCHLD, SIG_DFL) == SIG_IGN)
		(void)sigaddset(&runner->ignored, SIGCHLD);
	if (getrlimit(RLIMIT_NOFILE, &runner->descriptors))
		return log_error(-errno, "cannot read the limit on descriptors");
	if (as_user_find(options, &runner->account))
		return -EINVAL;
	runner->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (runner->null_fd < 0)
		return log_error(-errno, "cannot open '/dev/null'");
	if (signals_take(&runner->signals, true))
		return log_error(-EIO, "cannot watch for signals");
	return 0;
}

const struct denet_user *bench_runner_user(const struct bench_runner *runner)
{
	return runner->options->user ? &runner->account.user : NULL;
}

void bench_runner_close(struct bench_runner *runner)
{
	if (runner->null_fd >= 0)
		(void)close(runner->null_fd);
	signals_done(&runner->signals);
	account_done(&runner->account);
	denet_release();
}

/* The engine keeps a descriptor for each process that lives; commands have the limit that was there. */
static void raise_descriptors(const struct bench_runner *runner)
{
	struct rlimit limit = runner->descriptors;

	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void lower_descriptors(const struct bench_runner *runner)
{
	(void)setrlimit(RLIMIT_NOFILE, &runner->descriptors);
}

static int refuse(char *const argv[], int r, const struct denet_error *error)
{
	if (error->exec_errno)
		(void)log_error(-error->exec_errno, "cannot execute '%.100s'", argv[0]);
	else if (error->text[0])
		(void)log_error(0, "%s", error->text);
	else
		(void)log_error(r, "cannot start '%.100s'", argv[0]);
	return r ? r : -EIO;
}

/* With rights of the file these serve for the start alone. */
static int start(struct bench_runner *runner, const struct denet_user *user, char *const argv[],
		 const struct denet_observer *observer, struct denet_monitor **ret_monitor)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_launch launch = { .size = sizeof(launch) };
	int r;

	denet_launch_init(&launch);
	launch.argv = argv;
	launch.user = user;
	launch.environment = runner->options->environment;
	launch.mask = &runner->signals.original;
	launch.ignored = &runner->ignored;
	launch.stdin_fd = runner->null_fd;
	launch.stdout_fd = runner->options->show_output ? STDERR_FILENO : runner->null_fd;
	launch.stderr_fd = runner->options->show_output ? STDERR_FILENO : runner->null_fd;
	lower_descriptors(runner);
	r = rights_raise();
	if (!r)
		r = denet_run(&runner->monitor, observer, &launch, ret_monitor, &error);
	if (rights_lower())
		log_warning("cannot lay down the rights of the file");
	raise_descriptors(runner);
	return r ? refuse(argv, r, &error) : 0;
}

static bool is_end(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

/* What is typed goes to all that belong to the terminal, as far as they are there yet. */
static void on_signal(struct bench_runner *runner, struct denet_monitor *monitor,
		      const struct signalfd_siginfo *info, bool is_new)
{
	int number = (int)info->ssi_signo;

	if (number == SIGTSTP)
		signals_stop();
	if (!is_end(number))
		return;
	if (monitor && runner->ended_by)
		(void)denet_monitor_signal(monitor, SIGKILL);
	else if (monitor && (is_new || info->ssi_code != SI_KERNEL))
		(void)denet_monitor_signal(monitor, number);
	runner->ended_by = number;
}

/* monitor is NULL before the command is there; just after that it may have been too new for a signal. */
static void take_signals(struct bench_runner *runner, struct denet_monitor *monitor, bool is_new)
{
	struct signalfd_siginfo info;

	while (signals_next(&runner->signals, &info))
		on_signal(runner, monitor, &info, is_new);
}

static int wait_for(struct bench_runner *runner, struct denet_monitor *monitor)
{
	int step = 0;

	while (!step) {
		struct pollfd fds[] = {
			{ .fd = denet_monitor_fd(monitor), .events = POLLIN },
			{ .fd = runner->signals.fd, .events = POLLIN },
		};

		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR)
			return -errno;
		take_signals(runner, monitor, false);
		if (fds[0].revents)
			step = denet_monitor_step(monitor);
	}
	return step < 0 ? step : 0;
}

/*
 * Root's rights sleep while a command runs, but for signals to it and for its memory. They are not given
 * up, as in run: they would be missing in the next command.
 */
static void rest(void)
{
	int r = rights_rest(CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_SYS_PTRACE));

	if (r)
		log_warning("cannot lay down capabilities: %s", strerror(-r));
}

static void wake(void)
{
	int r = rights_wake();

	if (r)
		log_warning("cannot take up capabilities: %s", strerror(-r));
}

int bench_runner_run(struct bench_runner *runner, const struct denet_user *user, char *const argv[],
		     const struct denet_observer *observer, struct denet_monitor **ret_monitor)
{
	AUTO(denet_monitor) struct denet_monitor *monitor = NULL;
	int r;

	take_signals(runner, NULL, false);
	if (runner->ended_by)
		return -EINTR;
	r = start(runner, user, argv, observer, &monitor);
	if (r)
		return r;
	rest();
	take_signals(runner, monitor, true);
	r = wait_for(runner, monitor);
	wake();
	if (r)
		return log_error(r, "monitoring has failed");
	*ret_monitor = TAKE(monitor);
	return 0;
}
