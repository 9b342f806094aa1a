/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>

#include "cli/ci.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "rights/descriptors.h"
#include "rights/environment.h"
#include "rights/rights.h"
#include "util/cleanup.h"
#include "util/log.h"

/*
 * With rights that only the file has we are a guest: they sleep, our environment is cleaned, and
 * the command gets what the caller has given, with what the loader took out.
 */
static int behave_as_guest(int argc, char *argv[], char ***ret_environment)
{
	const char *kept[ENVIRONMENT_KEPT_MAX];
	size_t count = options_screen_environment(kept, ENVIRONMENT_KEPT_MAX);
	int r = rights_begin();

	/* A page of CI's is opened with the caller's rights, and he could name it by an option, too. */
	count += ci_environment(kept + count, ENVIRONMENT_KEPT_MAX - count);
	if (r == -EPERM) {
		(void)log_error(0, "must not be set-user-id; 'make install SETCAP=1' gives it "
				   "what it needs");
		return r;
	}
	if (!r && rights_are_lent())
		r = environment_as_given(argc, argv, ret_environment);
	if (!r && rights_are_lent())
		r = environment_distrust(kept, count);
	return r ? log_error(r, "cannot lay down the rights of the file") : 0;
}

static const struct {
	enum command command;
	int (*main)(const struct options *options);
} mains[] = {
	{ COMMAND_NONE, help_usage },	   { COMMAND_RUN, run_main },
	{ COMMAND_ATTACH, attach_main },   { COMMAND_STATS, stats_main },
	{ COMMAND_CONVERT, convert_main }, { COMMAND_DIFF, diff_main },
	{ COMMAND_BENCH, bench_main },	   { COMMAND_REPORT, html_main },
	{ COMMAND_DOCTOR, doctor_main },   { COMMAND_HELP, help_main },
	{ COMMAND_VERSION, help_version }, { COMMAND_HOST, program_main },
	{ COMMAND_PROGRAM, program_main },
};

static int dispatch(const struct options *options)
{
	for (size_t i = 0; i < sizeof(mains) / sizeof(mains[0]); i++)
		if (mains[i].command == options->command)
			return mains[i].main(options);
	return EXIT_STATUS_FAILED;
}

int main(int argc, char *argv[])
{
	AUTO_FREE char **environment = NULL;
	char error[OPTIONS_ERROR_BYTES];
	AUTO(options) struct options options = { .files = NULL };

	descriptors_keep_standard();
	if (behave_as_guest(argc, argv, &environment))
		return EXIT_STATUS_FAILED;
	if (options_parse(argc, argv, &options, error)) {
		(void)log_error(0, "%s", error);
		return EXIT_STATUS_FAILED;
	}
	options.environment = environment;
	options.monitor.own_programs_only = rights_are_lent();
	return dispatch(&options);
}
