/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What all containers of a class have used since they were first seen, those that are gone included: counters that
 * never fall, whatever comes and goes.
 */
#ifndef DENET_HOST_CLASSES_H
#define DENET_HOST_CLASSES_H

#include <stddef.h>
#include <stdint.h>

#include "host/rules.h"
#include "metrics/host_records.h"

struct cgroups;

#define CLASSES_MAX 1000
#define CLASSES_REST "other" /* of those that come when there are as many */

/* All zeros is an empty one. */
struct classes {
	struct rules rules; /* they go before what a container is made of */
	struct host_class **items; /* owned, as are they with their names */
	size_t count;
	size_t room;
	uint64_t mono_ns; /* of the look before; 0: never */
};

void classes_done(struct classes *classes);

/*
 * Before the first look: who would be in a class that matches, or has a name that does, is in this one. The name is
 * borrowed. As rules_add().
 */
int classes_add_rule(struct classes *classes, const char *class_name, const char *pattern);

/* What is in a class already stays there. */
void classes_forget_rules(struct classes *classes);

/* After a look and what labels came of it. -ENOMEM. */
int classes_take(struct classes *classes, const struct cgroups *groups, uint64_t mono_ns,
		 uint64_t ts_ms);

#endif
