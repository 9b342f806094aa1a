/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Numbers to decimal text and back, whatever the locale says about the decimal point. */
#ifndef DENET_UTIL_DECIMAL_H
#define DENET_UTIL_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_MAX_BYTES 32

/* Each writes less than DECIMAL_MAX_BYTES without NUL and returns how many. */
size_t decimal_from_u64(uint64_t value, char *ret_text);
size_t decimal_from_i64(int64_t value, char *ret_text);

/* For finite values: the fewest digits that read back as the same value, always with a point. */
size_t decimal_from_float(float value, char *ret_text);
size_t decimal_from_double(double value, char *ret_text);

/* The text must be a number by the grammar of JSON. -ERANGE when it does not fit. */
int decimal_to_double(const char *text, size_t len, double *ret_value);

/* -EINVAL for anything but digits, -ERANGE above 2^64 - 1. */
int decimal_to_u64(const char *text, size_t len, uint64_t *ret_value);

#endif
