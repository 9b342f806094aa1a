/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_HINT_H
#define DENET_CLI_HINT_H

#include "util/buf.h"

/*
 * What was probably meant where argv could not be executed, as the end of a sentence: "; a shell
 * reads such a line: ...". Nothing where nothing is known. error is exec's errno.
 */
void hint_append(struct buf *buf, int error, char *const argv[]);

#endif
