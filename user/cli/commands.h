/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Each returns the status to exit with, and has said on stderr why when it failed. */
#ifndef DENET_CLI_COMMANDS_H
#define DENET_CLI_COMMANDS_H

#include "cli/options.h"

int run_main(const struct options *options);
int attach_main(const struct options *options);
int stats_main(const struct options *options);
int convert_main(const struct options *options);
int diff_main(const struct options *options);
int bench_main(const struct options *options);
int html_main(const struct options *options);
int doctor_main(const struct options *options);
int program_main(const struct options *options);

/* Help that was asked for, on stdout. */
int help_main(const struct options *options);
int help_version(const struct options *options);

/* For who gave no command at all: on stderr, and a failure. */
int help_usage(const struct options *options);

#endif
