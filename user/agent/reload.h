/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The settings that hold now, and those before, as long as somebody may use their texts. */
#ifndef DENET_AGENT_RELOAD_H
#define DENET_AGENT_RELOAD_H

#include <stddef.h>

#include "agent/settings.h"

struct reload {
	struct settings *now; /* owned, but for the first */
	struct settings **before; /* owned, but for the first one, which is the caller's */
	size_t count;
};

/*
 * Reads the configuration anew. The roots stay as they were. What is wrong is told, and changes nothing: -EINVAL,
 * -ENOMEM, or why it cannot be read.
 */
int reload_read(struct reload *reload);

/* Nobody uses the texts of those before any more. The first stays: it has the roots. */
void reload_forget(struct reload *reload);

void reload_done(struct reload *reload);

#endif
