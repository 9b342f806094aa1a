/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Processes of the machine in groups, by rules. What one of them has used stays in its group when it goes, so
 * that the counters of a group never fall.
 */
#ifndef DENET_HOST_FAMILIES_H
#define DENET_HOST_FAMILIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/ends.h"
#include "host/rules.h"
#include "metrics/host_records.h"

#define FAMILIES_MAX 1000 /* what captures make more goes to the rest */
#define FAMILY_COMM_BYTES 17
#define FAMILY_IDS 4
#define FAMILY_REST "other"

/* What the rules look at, by their number. */
enum { FAMILY_UNIT, FAMILY_COMM, FAMILY_EXE, FAMILY_USER };
_Static_assert(FAMILY_USER + 1 == RULE_TEXTS, "as many texts as a rule has");

/* A process, or all of one name and user in one cgroup. */
struct family_part {
	uint64_t ids[FAMILY_IDS]; /* which no other ever has */
	char comm[FAMILY_COMM_BYTES];
	struct host_processes used; /* since it began, and what lives of it now */
	uint64_t
		forked; /* of the living: new, and yet to execute anything, which may be of another name */
};

struct family {
	char *name; /* owned */
	uint64_t cpu_before_ns;
	uint64_t lived_before; /* at the first look */
	uint64_t forked; /* of the living, at this look */
	struct ends ends;
	struct host_processes figures; /* the texts lie above */
};

struct family_seen;

struct families {
	const struct rules *rules; /* borrowed */
	struct family *items; /* owned */
	size_t count;
	bool has_too_many; /* there was no room for one */
	struct family_seen *seen; /* owned: the parts of the look before, by their ids */
	size_t seen_count;
	struct family_seen *next; /* owned: those of this look */
	size_t next_count;
	uint64_t before_mono_ns; /* 0: never */
};

void families_init(struct families *families, const struct rules *rules);
void families_done(struct families *families);

/* A look: its parts follow, at most so many. -ENOMEM. */
int families_begin(struct families *families, size_t parts);

/*
 * What it has used since the look before goes to its group; of one that came since, all. Of those at the
 * first look all does with has_whole, and nothing without. -ENOMEM.
 */
int families_add(struct families *families, const struct family_part *part,
		 const char *const texts[RULE_TEXTS], bool has_whole);

/* Of the part that was added last: how many of it ended so, and how many of these since the look before. */
void families_add_end(struct families *families, uint16_t way, uint64_t count, uint64_t added);

/* Rates, and all figures are told. */
void families_end(struct families *families, uint64_t mono_ns, uint64_t ts_ms);

/* Begins a count of memory, which is apart: it is dear, and comes less often. */
void families_forget_memory(struct families *families);
int families_add_memory(struct families *families, const char *const texts[RULE_TEXTS],
			uint64_t bytes);

#endif
