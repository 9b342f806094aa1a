/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Looks that are made up of given values. */
#ifndef DENET_ALERT_MADE_H
#define DENET_ALERT_MADE_H

#include "alert/notation.h"
#include "alert/rule.h"
#include "alert/trial_settings.h"
#include "host/view.h"

struct made_series {
	struct settings_rule said; /* what finds its metric */
	struct rule metric;
	struct notation values; /* owned */
	size_t row; /* that it is a figure of */
};

struct made {
	struct made_series *series; /* owned, as all below */
	size_t series_count;
	struct made_row *rows;
	size_t rows_count;
	struct view_row *view_rows;
	size_t looks; /* that there are values for */
};

/* The test is borrowed. Faults where it is wrong; to be done in any case. -ENOMEM. */
int made_init(struct made *made, const struct trial_test *test, struct faults *faults);
void made_done(struct made *made);

/* Its rows are valid until the next; a value that is no more is as the last one. */
struct view made_look(struct made *made, size_t look);

#endif
