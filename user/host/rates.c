/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/rates.h"

#include <math.h>

#include "denet/system.h"
#include "util/units.h"

double rates_per_s(uint64_t before, uint64_t now, uint64_t passed_ns)
{
	if (!passed_ns || before == DENET_UNKNOWN || now == DENET_UNKNOWN || now < before)
		return NAN;
	return (double)(now - before) / (double)passed_ns * (double)NS_PER_S;
}

double rates_percent(uint64_t before_ns, uint64_t now_ns, uint64_t passed_ns)
{
	return 100 * rates_per_s(before_ns, now_ns, passed_ns) / (double)NS_PER_S;
}

double rates_share(uint64_t part, uint64_t whole)
{
	if (part == DENET_UNKNOWN || whole == DENET_UNKNOWN || !whole)
		return NAN;
	return 100 * (double)part / (double)whole;
}
