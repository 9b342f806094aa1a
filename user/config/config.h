/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A configuration by a table of its keys: a file, over it the environment, over that what the command line
 * gave. Wrong keys, types and units are faults with their place.
 */
#ifndef DENET_CONFIG_CONFIG_H
#define DENET_CONFIG_CONFIG_H

#include <stdbool.h>

#include "config/faults.h"
#include "config/table.h"
#include "util/buf.h"

/* Reads the file. Only one that is_optional may be missing: file is NULL then. Or -EINVAL with faults,
 * -ENOMEM, or why it cannot be read. */
int config_load(struct config *config, const char *file, bool is_optional, struct faults *faults);

/* Into zeros, which then have texts of the configuration. -EINVAL with faults, -ENOMEM. */
int config_fill(const struct config *config, void *settings, struct faults *faults);

/* What config_fill() has allocated, also where it failed. */
void config_free(const struct config_key *keys, void *settings);

void config_done(struct config *config);

/* As a file that says the same, with where each value comes from. */
void config_append_values(struct buf *buf, const struct config *config);

/* A line of a Markdown table for each key. */
void config_append_keys(struct buf *buf, const struct config *config);

#endif
