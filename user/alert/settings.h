/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a configuration says of alerts: rules, and who is told. */
#ifndef DENET_ALERT_SETTINGS_H
#define DENET_ALERT_SETTINGS_H

#include <stdint.h>

#include "config/table.h"

/* By kind of the level: labels of the name severity. */
enum alert_level { LEVEL_WARNING, LEVEL_CRITICAL, LEVELS };

extern const char *const settings_levels[]; /* ends with NULL */

enum settings_when { WHEN_ABOVE, WHEN_BELOW };

/* A rule as it is written. */
struct settings_rule {
	struct config_word name;
	struct config_word metric;
	unsigned int kind; /* "of": see alert/kind.h */
	const char *only; /* a regular expression, or NULL */
	unsigned int when; /* enum settings_when */
	struct config_word thresholds[LEVELS]; /* without a text where there is none */
	struct config_word resolves[LEVELS];
	uint64_t for_ns;
	uint64_t keep_firing_ns;
	struct config_items labels; /* struct config_pair, as the next */
	struct config_items annotations;
};

enum settings_type {
	TARGET_STDERR,
	TARGET_FILE,
	TARGET_JOURNAL,
	TARGET_EXEC,
	TARGET_WEBHOOK,
	TARGET_ALERTMANAGER,
};

struct settings_target {
	unsigned int type; /* enum settings_type */
	struct config_word path;
	struct config_items command; /* struct config_word */
	struct config_word url;
	const char *token_file; /* NULL without one, as the next */
	const char *ca_file;
	uint64_t timeout_ns;
	uint64_t resend_ns;
	struct place place;
};

struct alert_settings {
	struct config_items rules; /* struct settings_rule */
	struct config_word rules_file;
	struct config_items targets; /* struct settings_target */
};

/* Of struct alert_settings, and of a file that has rules alone. */
extern const struct config_key alert_keys[];
extern const struct config_key settings_rules_keys[];

#endif
