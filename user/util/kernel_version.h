/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* "6.1.0-49-amd64". A feature is asked for itself; this is for what cannot be asked, or not in time. */
#ifndef DENET_UTIL_KERNEL_VERSION_H
#define DENET_UTIL_KERNEL_VERSION_H

#include <stdbool.h>
#include <stdint.h>

struct kernel_version {
	uint64_t major;
	uint64_t minor;
};

/* Of a release as uname() tells it; false when it does not begin with two numbers. */
bool kernel_version_parse(const char *release, struct kernel_version *ret_version);

bool kernel_version_is_below(struct kernel_version version, uint64_t major, uint64_t minor);

/* The running kernel is this one or a later one; false where that cannot be told. */
bool kernel_version_has(uint64_t major, uint64_t minor);

#endif
