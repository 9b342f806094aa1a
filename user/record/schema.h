/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which meaning the keys of records have: what another schema means by a figure is not known here. */
#ifndef DENET_RECORD_SCHEMA_H
#define DENET_RECORD_SCHEMA_H

#include <stddef.h>

#include "util/scan.h"

#define SCHEMA 1 /* another number when a key changes its meaning */

#define SCHEMA_WHY_BYTES 80

/*
 * 0 for a record of this schema, and for any that names none, as denet's do; else -EPROTONOSUPPORT and
 * what is wrong with it.
 */
int schema_check(const struct scan_value *record, char *ret_why, size_t size);

#endif
