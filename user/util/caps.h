/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Capabilities of the calling thread, a bit each; the library of that name is not needed. */
#ifndef DENET_UTIL_CAPS_H
#define DENET_UTIL_CAPS_H

#include <stdint.h>

#define CAPS_BIT(number) (UINT64_C(1) << (number))

struct caps {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

int caps_get(struct caps *ret_caps);
int caps_set(const struct caps *caps);

#endif
