/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How fast counters grow. */
#ifndef DENET_HOST_RATES_H
#define DENET_HOST_RATES_H

#include <stdint.h>

/* NaN at the first look, when no time has passed, and where a counter fell. */
double rates_per_s(uint64_t before, uint64_t now, uint64_t passed_ns);

/* The same of a counter of ns, of one CPU or one device. */
double rates_percent(uint64_t before_ns, uint64_t now_ns, uint64_t passed_ns);

/* NaN where one is not known, or the whole is nothing. */
double rates_share(uint64_t part, uint64_t whole);

#endif
