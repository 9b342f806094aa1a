/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is written takes the place of nothing that is read, which is there. */
#ifndef DENET_CLI_OUTPUTS_H
#define DENET_CLI_OUTPUTS_H

#include <stddef.h>

#include "cli/options.h"

/*
 * Whether a file that the options want written is one of these, or one of their budgets, by whatever
 * name; -EEXIST then, and logged. "-" among them is stdin, which was not closed when we began; -EBADF
 * if it was. To ask before anything is opened for writing.
 */
int outputs_check(const struct options *options, const char *const inputs[], size_t count);

#endif
