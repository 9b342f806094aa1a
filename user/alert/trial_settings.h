/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How a file of tests of rules is written. */
#ifndef DENET_ALERT_TRIAL_SETTINGS_H
#define DENET_ALERT_TRIAL_SETTINGS_H

#include <stdint.h>

#include "config/table.h"

struct trial_series {
	struct config_word metric;
	unsigned int kind;
	const char *name; /* NULL: of the machine, or of one without a name */
	struct config_word values;
};

struct trial_expect {
	uint64_t at_ns;
	struct config_items firing; /* struct config_word */
	struct place place;
};

struct trial_test {
	const char *name; /* NULL without */
	struct config_items series;
	struct config_items expects;
	struct place place;
};

struct trial_settings {
	struct config_word rules; /* beside this file */
	uint64_t interval_ns;
	struct config_items tests;
};

extern const struct config_key trial_settings_keys[];

#endif
