/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One alert: a rule, a level of it, and what it is of. */
#ifndef DENET_ALERT_ALERT_H
#define DENET_ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/rule.h"
#include "util/buf.h"
#include "util/json.h"

enum alert_state { ALERT_PENDING, ALERT_FIRING, ALERT_RESOLVED };

struct alert_label {
	char *name; /* owned, as the next */
	char *value; /* valid UTF-8 */
};

struct alert {
	const struct rule *rule; /* borrowed */
	enum alert_level level;
	enum alert_state state;
	struct alert_label *labels; /* owned: by name; they never change */
	size_t labels_count;
	char *name; /* owned: of what it is */
	const char *instance; /* borrowed */
	double value; /* the last that was known */
	uint64_t since_ns; /* when it began to be beyond, by CLOCK_MONOTONIC as the next */
	uint64_t back_ns; /* when it came back; 0 while it is beyond */
	uint64_t starts_ms; /* when it began to fire, by the wall clock as the next */
	uint64_t ends_ms; /* never before that */
};

/* Pending. -ENOMEM. */
int alert_new(const struct rule *rule, enum alert_level level, const char *instance,
	      enum denet_record record, const void *figures, struct alert **ret_alert);

/* Accepts NULL. */
void alert_free(struct alert *alert);
static inline void alert_freep(struct alert **alert)
{
	alert_free(*alert);
}

/* NULL without it. */
const char *alert_label(const struct alert *alert, const char *name);

/* When it began, as who looks at the clock now can believe it: that may have been put back since. */
uint64_t alert_starts_ms(const struct alert *alert, uint64_t now_ms);

/* Of labels alone, as Alertmanager makes it. */
uint64_t alert_fingerprint(const struct alert *alert);

/* In one line for people, with what names hold as it is. */
void alert_append_summary(struct buf *buf, const struct alert *alert);

void alert_write_labels(struct json *json, const char *key, const struct alert *alert);
void alert_write_annotations(struct json *json, const char *key, const struct alert *alert);

/* "2026-11-27T14:00:00.000Z" */
void alert_write_time(struct json *json, const char *key, uint64_t wall_ms);

/* The record of it, an object without newline. */
void alert_append(struct buf *buf, const struct alert *alert, uint64_t ts_ms);

#endif
