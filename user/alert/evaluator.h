/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the rules say of each look: alerts that begin, fire and are over, each told once. */
#ifndef DENET_ALERT_EVALUATOR_H
#define DENET_ALERT_EVALUATOR_H

#include "alert/alert.h"
#include "alert/ruleset.h"
#include "host/view.h"

#define EVALUATOR_ALERTS_MAX 1000
#define EVALUATOR_SUBJECTS_MAX 10000
#define EVALUATOR_POINTS_MAX 250000 /* of all together: 4 MB */

/* It fires, or is over; it is no more then. */
typedef void (*evaluator_told_fn)(void *context, const struct alert *alert);

struct evaluator;

/* The rules and the name of this machine are borrowed. */
int evaluator_new(const struct ruleset *rules, const char *instance, evaluator_told_fn told,
		  void *context, struct evaluator **ret_evaluator);

/* Tells nobody. Accepts NULL. */
void evaluator_free(struct evaluator *evaluator);
static inline void evaluator_freep(struct evaluator **evaluator)
{
	evaluator_free(*evaluator);
}

/*
 * Takes over from one of other rules what is kept of those that are alike, so that what fires goes on; it is not to
 * be used any more but to be ended.
 */
void evaluator_adopt(struct evaluator *evaluator, struct evaluator *other);

/* Tells that all that fire are over, whoever is to be told. */
void evaluator_end(struct evaluator *evaluator, evaluator_told_fn told, void *context);

/* A look. What there is no room or no memory for is left out, and counted. */
void evaluator_take(struct evaluator *evaluator, const struct view *view);

/* Alerts and figures that were left out at the last look. */
size_t evaluator_omitted(const struct evaluator *evaluator);

/* Those that are pending or fire, in no order. */
size_t evaluator_count(const struct evaluator *evaluator);
const struct alert *evaluator_get(const struct evaluator *evaluator, size_t index);

#endif
