/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* When the next sample is due: often at first, when most happens, less often later. */
#ifndef DENET_METRICS_INTERVAL_H
#define DENET_METRICS_INTERVAL_H

#include <stdint.h>

/* base during the first second, max from the tenth on, on a straight line between. */
uint64_t interval_ns(uint64_t base_ns, uint64_t max_ns, uint64_t elapsed_ns);

/* The first deadline after now, counted on from the last one: no drift, no burst after a stop. */
uint64_t interval_next_ns(uint64_t base_ns, uint64_t max_ns, uint64_t start_ns,
			  uint64_t deadline_ns, uint64_t now_ns);

#endif
