/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Tests of rules: figures that are made up, and what is to fire when. */
#ifndef DENET_ALERT_TRIAL_H
#define DENET_ALERT_TRIAL_H

#include <stddef.h>

#include "config/faults.h"

/*
 * Runs all of a file. What is wrong with it or with its rules, and what does not come as it says, are faults:
 * -EINVAL. -ENOMEM, or why it cannot be read.
 */
int trial_run(const char *file, struct faults *faults, size_t *ret_tests);

#endif
