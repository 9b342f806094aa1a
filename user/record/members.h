/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Groups of keys that several records share, written into an object that is open. */
#ifndef DENET_RECORD_MEMBERS_H
#define DENET_RECORD_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "record/json.h"

const char *members_accounting_name(enum denet_accounting accounting);

/* Nothing when the value is not known. */
void members_write_known(struct json *json, const char *key, uint64_t value);

/* An array of the arguments, empty ones included; nothing when they are not known. */
void members_write_args(struct json *json, const char *key, const struct denet_command *command);

/* exit_code or signal; nothing while it runs. */
void members_write_end(struct json *json, const struct denet_end *end);

/*
 * One process as part of a tree. Compatible: denet's keys alone, and those that denet never
 * leaves out are 0 when not known.
 */
void members_write_sample(struct json *json, const struct denet_sample *sample, bool is_compat);

/*
 * The whole tree, or its root as a sample of its own. What denet's reader demands is 0 when not
 * known, and named in an array "unknown".
 */
void members_write_aggregated(struct json *json, const struct denet_tree *tree, bool is_compat);
void members_write_root(struct json *json, const struct denet_tree *tree, bool is_compat);

void members_write_cpu(struct json *json, const struct denet_counters *used);
void members_write_io(struct json *json, const struct denet_counters *used);
void members_write_events(struct json *json, const struct denet_counters *used);

/* What our summary has beyond denet's keys. */
void members_write_totals(struct json *json, const struct denet_summary *summary);

#endif
