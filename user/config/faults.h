/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is wrong with a configuration: a line for each, up to so many at once. */
#ifndef DENET_CONFIG_FAULTS_H
#define DENET_CONFIG_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULTS_MAX 20

/* Where a value stands: a line and a column, from 1 on, of a file; or what it was given by. */
struct place {
	const char *name; /* borrowed */
	size_t line; /* 0 outside of files */
	size_t column;
};

/* All zeros is an empty one. */
struct faults {
	char *items[FAULTS_MAX]; /* owned, by place: "host.yml:2:1: unknown key 'intervall'" */
	struct place places[FAULTS_MAX];
	size_t count; /* more than that may have been found */
	bool is_without_memory;
};

void faults_done(struct faults *faults);
static inline void faults_freep(struct faults *faults)
{
	faults_done(faults);
}

void faults_add(struct faults *faults, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool faults_are_many(const struct faults *faults)
{
	return faults->count >= FAULTS_MAX;
}

/* 0, -EINVAL where something is wrong, or -ENOMEM. */
int faults_result(const struct faults *faults);

#endif
