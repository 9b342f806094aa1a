/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which groups are told, and in which order. */
#ifndef DENET_AGENT_CHOICE_H
#define DENET_AGENT_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/options.h"
#include "host/cgroups.h"
#include "host/families.h"

/* All zeros is an empty one. */
struct choice {
	const struct cgroup **items; /* owned; the groups are borrowed until their next look */
	size_t count;
	size_t matched; /* before --top */
};

/* What the largest has most of; -1 where it is not known. Of names all weigh the same. */
double choice_weight(const struct host_group *figures, enum agent_sort sort);

void choice_done(struct choice *choice);

/* Made anew; -ENOMEM. */
int choice_make(struct choice *choice, const struct cgroups *groups,
		const struct agent_options *options);

/* By its name, its path as /proc/PID/cgroup has it, or four digits of its id or more. */
bool choice_is_called(const struct cgroup *group, const char *word);

/* Whether the options ask for it. */
bool choice_wants(const struct cgroup *group, const struct agent_options *options);

/* The first name that was asked for and that no group has, of cgroups or of processes; NULL when all are there. */
const char *choice_missing(const struct cgroups *groups, const struct families *families,
			   const struct agent_options *options);

/* Whether a group of processes is told. */
bool choice_has_family(const struct agent_options *options, const struct family *family);

#endif
