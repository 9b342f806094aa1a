/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a rule looks at: a metric, or what it was over a while: "p95(cpu_usage, 5m)". */
#ifndef DENET_ALERT_FORMULA_H
#define DENET_ALERT_FORMULA_H

#include <stdint.h>

#include "config/faults.h"
#include "config/table.h"

#define FORMULA_KEY_BYTES 64

enum formula_function {
	FORMULA_NOW,
	FORMULA_RATE,
	FORMULA_P50,
	FORMULA_P95,
	FORMULA_P99,
	FORMULA_MIN,
	FORMULA_MAX,
	FORMULA_MEAN,
};

struct formula {
	enum formula_function function;
	char key[FORMULA_KEY_BYTES];
	uint64_t window_ns; /* 0: of a rate, since the look before */
};

/* -EINVAL with a fault. */
int formula_parse(const struct config_word *word, struct formula *ret_formula,
		  struct faults *faults);

#endif
