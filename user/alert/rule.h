/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A rule as it is looked at: its metric found, its bounds in that one's unit. */
#ifndef DENET_ALERT_RULE_H
#define DENET_ALERT_RULE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/formula.h"
#include "alert/settings.h"
#include "alert/unit.h"
#include "denet/denet.h"

#define RULE_LABELS_MAX 32 /* and as many annotations */

struct rule_level {
	bool is_on;
	double threshold;
	double resolve;
};

struct rule {
	const struct settings_rule *said; /* borrowed */
	struct formula formula;
	const struct denet_metric *metric;
	unsigned int kind;
	size_t offset; /* of the figure in its record's struct */
	enum denet_metric_form form;
	bool is_of_ended; /* what has ended has it, too */
	struct unit unit;
	struct rule_level levels[LEVELS];
	regex_t only;
	bool has_only;
};

/*
 * Where the metric of said and formula is, which must be there; a fault and no metric where there is none of
 * that name.
 */
void rule_find_metric(struct rule *rule, struct faults *faults);

/* Faults where it is wrong; rule_done() is to be called in any case. -ENOMEM. */
int rule_make(const struct settings_rule *said, struct faults *faults, struct rule *ret_rule);
void rule_done(struct rule *rule);

/* Whether it says something of these figures. */
bool rule_has(const struct rule *rule, enum denet_record record, const void *figures);

/* NaN where it is not known. */
double rule_figure(const struct rule *rule, const void *figures);

/* That what was found by the one holds for the other: all but its annotations. */
bool rule_is_like(const struct rule *rule, const struct rule *other);

/* Of the metric, or where it has come back to. */
bool rule_is_beyond(const struct rule *rule, double value, double bound);

#endif
