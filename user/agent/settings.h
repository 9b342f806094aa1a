/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the configuration of denet-bpf-host may say. */
#ifndef DENET_AGENT_SETTINGS_H
#define DENET_AGENT_SETTINGS_H

#include "config/config.h"

struct agent_options;

/*
 * What the command line did not say is filled in from the configuration, from whose texts the options then
 * borrow. -EINVAL with faults, -ENOMEM, or why the file cannot be read.
 */
int settings_read(struct agent_options *options, struct config *ret_config, struct faults *faults);

/* In this order: the options no longer borrow then. */
void settings_done(struct agent_options *options, struct config *config);

/* The file that settings_read() reads. */
const char *settings_file(const struct agent_options *options);

#endif
