/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/counters.h"

#include <stddef.h>

#define FIELDS (sizeof(struct task_counters) / sizeof(__u64))

static __u64 *fields_of(struct task_counters *counters)
{
	return (__u64 *)counters;
}

static const __u64 *const_fields_of(const struct task_counters *counters)
{
	return (const __u64 *)counters;
}

void counters_add(struct task_counters *sum, const struct task_counters *counters)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		fields_of(sum)[i] += const_fields_of(counters)[i];
}

void counters_subtract(struct task_counters *sum, const struct task_counters *counters)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		fields_of(sum)[i] -= const_fields_of(counters)[i];
}

void counters_raise(struct task_counters *floor, const struct task_counters *counters)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		if ((__s64)fields_of(floor)[i] < (__s64)const_fields_of(counters)[i])
			fields_of(floor)[i] = const_fields_of(counters)[i];
}

void counters_floor(struct task_counters *counters)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		if ((__s64)fields_of(counters)[i] < 0)
			fields_of(counters)[i] = 0;
}
