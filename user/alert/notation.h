/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Values of a made-up figure, one a look, with blanks between: "70", "70x3" three more of the same, "70+5x3" and
 * "70-5x3" three more, each by so much larger or smaller; "_" is not known, "-" is not there.
 */
#ifndef DENET_ALERT_NOTATION_H
#define DENET_ALERT_NOTATION_H

#include <stddef.h>

#include "alert/unit.h"
#include "config/faults.h"
#include "config/table.h"

#define NOTATION_VALUES_MAX 10000

struct notation {
	double *values; /* owned; NaN: not known; infinite: not there */
	size_t count;
};

/* Numbers are as they are, or in the unit. A fault where it is wrong; -ENOMEM. */
int notation_read(const struct config_word *word, const struct unit *unit, struct faults *faults,
		  struct notation *ret_notation);

void notation_done(struct notation *notation);

#endif
