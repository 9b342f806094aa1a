/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How far the clocks of this process are from those of the kernel. */
#ifndef DENET_PROBE_TIMENS_H
#define DENET_PROBE_TIMENS_H

#include <stddef.h>
#include <stdint.h>

/* CLOCK_BOOTTIME as this process sees it less the kernel's; 0 outside of any time namespace. */
int64_t timens_boot_offset_ns(void);

/* Of a file timens_offsets; 0 when it does not say. */
int64_t timens_parse(const char *text, size_t len);

#endif
