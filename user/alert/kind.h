/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What rules may be of: the records that have figures, and of groups those of one type. */
#ifndef DENET_ALERT_KIND_H
#define DENET_ALERT_KIND_H

#include <stdbool.h>

#include "denet/denet.h"

#define KIND_AUTO 0 /* the first that has the metric */

/* As in "of" of a rule; ends with NULL. */
extern const char *const kind_names[];

/* The record; of what a configuration has called by this index. */
enum denet_record kind_to_record(unsigned int kind);

/* Whether the record's figures are of that kind, which those of groups may be by their type. */
bool kind_has(unsigned int kind, enum denet_record record, const void *figures);

/* What it is called; NULL for the machine. */
const char *kind_name(enum denet_record record, const void *figures);

/* What no other of its kind has: NULL for the machine. */
const char *kind_identity(enum denet_record record, const void *figures);

/* Figures that are made up: of this kind, and called so. */
void kind_set_name(unsigned int kind, void *figures, const char *name);

/* Labels that say which it is: false behind the last. The value is NULL where it has none. */
bool kind_label(enum denet_record record, const void *figures, unsigned int index,
		const char **ret_label, const char **ret_value);

#endif
