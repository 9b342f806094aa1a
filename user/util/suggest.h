/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_SUGGEST_H
#define DENET_UTIL_SUGGEST_H

#include <stddef.h>

/* The candidate that word was most likely meant to be; NULL when none is near. */
const char *suggest_nearest(const char *word, const char *const candidates[], size_t count);

#endif
