/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "util/log.h"

/*
 * A standard descriptor that came closed must not become one of our files. The stand-in vanishes
 * at exec, so that the command finds it closed as well.
 */
static void keep_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

int main(int argc, char *argv[])
{
	char error[OPTIONS_ERROR_BYTES];
	struct options options;

	keep_standard_descriptors();
	if (options_parse(argc, argv, &options, error)) {
		(void)log_error(0, "%s", error);
		return EXIT_STATUS_FAILED;
	}
	switch (options.command) {
	case COMMAND_RUN:
		return run_main(&options);
	case COMMAND_ATTACH:
		return attach_main(&options);
	case COMMAND_STATS:
		return stats_main(&options);
	case COMMAND_HELP:
		return help_main(&options);
	case COMMAND_VERSION:
		return help_version();
	default:
		return help_usage();
	}
}
