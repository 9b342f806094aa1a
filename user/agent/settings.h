/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the configuration of denet-bpf-host may say. */
#ifndef DENET_AGENT_SETTINGS_H
#define DENET_AGENT_SETTINGS_H

#include "agent/options.h"
#include "config/config.h"

struct settings {
	const struct agent_options *given; /* borrowed: what the command line said */
	struct agent_options options; /* the same, filled in: it borrows from the configuration */
	struct config config;
};

/*
 * What the command line did not say comes from the configuration. What is wrong is told, each fault in a
 * line; the error is then -EINVAL, -ENOMEM, or why the file cannot be read. given must outlive it.
 */
int settings_open(const struct agent_options *given, struct settings *ret_settings);

void settings_close(struct settings *settings);
static inline void settings_freep(struct settings *settings)
{
	settings_close(settings);
}

/* The file that settings_open() reads. */
const char *settings_file(const struct agent_options *options);

#endif
