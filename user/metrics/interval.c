/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/interval.h"
#include "util/units.h"

uint64_t interval_ns(uint64_t base_ns, uint64_t max_ns, uint64_t elapsed_ns)
{
	double share;

	if (elapsed_ns < NS_PER_S)
		return base_ns;
	if (elapsed_ns >= 10 * NS_PER_S)
		return max_ns;
	share = (double)(elapsed_ns - NS_PER_S) / (9.0 * (double)NS_PER_S);
	return base_ns + (uint64_t)((double)(max_ns - base_ns) * share);
}

uint64_t interval_next_ns(uint64_t base_ns, uint64_t max_ns, uint64_t start_ns,
			  uint64_t deadline_ns, uint64_t now_ns)
{
	uint64_t step = interval_ns(base_ns, max_ns, now_ns - start_ns);
	uint64_t next = deadline_ns + step;

	if (next <= now_ns)
		next += (now_ns - next) / step * step + step;
	return next;
}
