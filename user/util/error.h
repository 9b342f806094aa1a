/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_ERROR_H
#define DENET_UTIL_ERROR_H

struct denet_error;

/* Writes why into error, which may be NULL; returns r. */
int error_set(struct denet_error *error, int r, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
