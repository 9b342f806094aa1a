/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All rules: those of the configuration, and those of the file that it names. */
#ifndef DENET_ALERT_RULESET_H
#define DENET_ALERT_RULESET_H

#include "alert/rule.h"
#include "config/config.h"

struct ruleset {
	struct rule *items; /* owned */
	size_t count;
	struct config file; /* owned, as what it says */
	struct alert_settings of_file;
};

/* Into zeros; the settings are borrowed. -EINVAL with faults, -ENOMEM. Then to be freed in any case. */
int ruleset_make(const struct alert_settings *settings, struct faults *faults,
		 struct ruleset *ret_rules);

/* The same of a file alone, which may not be there: -errno without faults. */
int ruleset_read(const char *file, struct faults *faults, struct ruleset *ret_rules);

void ruleset_done(struct ruleset *rules);
static inline void ruleset_freep(struct ruleset *rules)
{
	ruleset_done(rules);
}

#endif
