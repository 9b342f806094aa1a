/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/families.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "denet/system.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"

struct family_seen {
	uint64_t ids[FAMILY_IDS];
	char comm[FAMILY_COMM_BYTES];
	bool has_exe; /* it was sorted by it */
	bool has_unit; /* the same */
	bool is_held; /* not yet sorted */
	bool is_new; /* nothing of it has been counted */
	uint32_t family;
	struct host_processes used;
};

/* Members that only grow. */
static const size_t counters[] = {
	offsetof(struct host_processes, cpu_time_ns),
	offsetof(struct host_processes, run_delay_ns),
	offsetof(struct host_processes, page_faults_cached),
	offsetof(struct host_processes, page_faults_disk),
	offsetof(struct host_processes, disk_read_bytes),
	offsetof(struct host_processes, disk_write_bytes),
	offsetof(struct host_processes, processes_ended),
	offsetof(struct host_processes, processes_failed),
	offsetof(struct host_processes, processes_killed),
	offsetof(struct host_processes, oom_kills),
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

void families_init(struct families *families, const struct rules *rules)
{
	*families = (struct families){ .rules = rules };
}

void families_done(struct families *families)
{
	for (size_t i = 0; i < families->count; i++)
		free(families->items[i].name);
	free(families->items);
	free(families->seen);
	free(families->next);
	*families = (struct families){ 0 };
}

static int by_ids(const void *a, const void *b)
{
	const struct family_seen *one = a, *other = b;

	for (size_t i = 0; i < FAMILY_IDS; i++)
		if (one->ids[i] != other->ids[i])
			return one->ids[i] < other->ids[i] ? -1 : 1;
	return 0;
}

/* Without BPF most of them stay unknown: a sum with an unknown is none. */
static uint64_t *counter_of(struct host_processes *figures, size_t index)
{
	return (uint64_t *)((char *)figures + counters[index]);
}

static int add_family(struct families *families, const char *name, uint32_t *ret_index)
{
	struct family *items =
		array_resize(families->items, families->count + 1, sizeof(*families->items));
	struct family *family;

	if (!items)
		return -ENOMEM;
	families->items = items;
	family = &items[families->count];
	*family = (struct family){ .name = strdup(name) };
	if (!family->name)
		return -ENOMEM;
	family->figures.memory_bytes = DENET_UNKNOWN;
	family->figures.cpu_usage = NAN;
	*ret_index = (uint32_t)families->count++;
	return 0;
}

/* The rest is the last that fits. */
static int find_family(struct families *families, const char *name, uint32_t *ret_index)
{
	for (size_t i = 0; i < families->count; i++)
		if (strcmp(families->items[i].name, name) == 0) {
			*ret_index = (uint32_t)i;
			return 0;
		}
	if (families->count < FAMILIES_MAX || strcmp(name, FAMILY_REST) == 0)
		return add_family(families, name, ret_index);
	families->has_too_many = true;
	return find_family(families, FAMILY_REST, ret_index);
}

static int sort_in(struct families *families, const char *const texts[RULE_TEXTS],
		   uint32_t *ret_index)
{
	AUTO(buf) struct buf name = { 0 };
	bool is_match = rules_match(families->rules, texts, &name);

	if (name.error)
		return name.error;
	return find_family(families, is_match && name.len ? buf_text(&name) : FAMILY_REST,
			   ret_index);
}

int families_begin(struct families *families, size_t parts)
{
	struct family_seen *next = array_resize(families->next, parts + 1, sizeof(*families->next));

	if (!next)
		return -ENOMEM;
	families->next = next;
	families->next_count = 0;
	for (size_t i = 0; i < families->count; i++) {
		families->items[i].cpu_before_ns = families->items[i].figures.cpu_time_ns;
		families->items[i].figures.processes_living = 0;
		families->items[i].figures.threads_living = 0;
		families->items[i].forked = 0;
	}
	return 0;
}

static void add_counters(struct host_processes *to, struct host_processes *used,
			 struct host_processes *before)
{
	for (size_t i = 0; i < COUNTERS; i++) {
		uint64_t *sum = counter_of(to, i);
		uint64_t now = *counter_of(used, i);
		uint64_t then = before ? *counter_of(before, i) : 0;

		if (now == DENET_UNKNOWN)
			*sum = DENET_UNKNOWN;
		else if (*sum != DENET_UNKNOWN && now > then)
			*sum += now - then;
	}
}

/* A cgroup that came behind the look at cgroups has a name at the next: until then its processes wait. */
static bool has_to_wait(const struct families *families, const struct family_seen *before,
			const struct family_seen *now)
{
	return !before && families->before_mono_ns && !now->has_unit &&
	       rules_want(families->rules, FAMILY_UNIT);
}

/* Who has the same name as before, and of whom no more is known, is where it was: rules are dear. */
static int find_place(struct families *families, const struct family_seen *before,
		      const char *const texts[RULE_TEXTS], struct family_seen *now)
{
	if (!before || (now->has_exe && !before->has_exe) || (now->has_unit && !before->has_unit) ||
	    strcmp(before->comm, now->comm) != 0)
		return sort_in(families, texts, &now->family);
	now->family = before->family;
	now->has_exe = before->has_exe;
	now->has_unit = before->has_unit;
	return 0;
}

static void count(struct families *families, struct family_seen *before, struct family_seen *now)
{
	struct host_processes *figures = &families->items[now->family].figures;

	add_counters(figures, &now->used, before ? &before->used : NULL);
	figures->processes_living += now->used.processes_living;
	figures->threads_living += now->used.threads_living;
	figures->accounting = now->used.accounting;
}

int families_add(struct families *families, const struct family_part *part,
		 const char *const texts[RULE_TEXTS], bool has_whole)
{
	struct family_seen *now = &families->next[families->next_count];
	struct family_seen *before;
	int r;

	*now = (struct family_seen){ .used = part->used,
				     .has_exe = texts[FAMILY_EXE],
				     .has_unit = texts[FAMILY_UNIT] };
	memcpy(now->ids, part->ids, sizeof(now->ids));
	memcpy(now->comm, part->comm, sizeof(now->comm));
	before = families->seen_count
			 ? bsearch(now, families->seen, families->seen_count, sizeof(*now), by_ids)
			 : NULL;
	now->is_held = has_to_wait(families, before, now);
	if (before && before->is_held)
		before = NULL;
	r = now->is_held ? 0 : find_place(families, before, texts, now);
	if (r)
		return r;
	families->next_count++;
	if (!before && !families->before_mono_ns && !has_whole)
		before = now;
	now->is_new = !before;
	if (!now->is_held) {
		count(families, before, now);
		families->items[now->family].forked += part->forked;
	}
	return 0;
}

void families_add_end(struct families *families, uint16_t way, uint64_t count, uint64_t added)
{
	const struct family_seen *part = &families->next[families->next_count - 1];

	if (!part->is_held)
		ends_add(&families->items[part->family].ends, way, part->is_new ? count : added);
}

/* An exec may take the living to another group: it does not fall with them. */
static void count_started(struct family *family, bool is_first)
{
	struct host_processes *figures = &family->figures;
	uint64_t seen = figures->processes_ended + figures->processes_living - family->forked;

	if (figures->processes_ended == DENET_UNKNOWN) {
		figures->processes_started = DENET_UNKNOWN;
		return;
	}
	if (is_first)
		family->lived_before = figures->processes_living;
	if (seen > family->lived_before + figures->processes_started)
		figures->processes_started = seen - family->lived_before;
}

void families_end(struct families *families, uint64_t mono_ns, uint64_t ts_ms)
{
	uint64_t passed_ns = mono_ns - families->before_mono_ns;
	struct family_seen *seen = families->next;

	if (families->next_count)
		qsort(seen, families->next_count, sizeof(*seen), by_ids);
	families->next = families->seen;
	families->seen = seen;
	families->seen_count = families->next_count;
	for (size_t i = 0; i < families->count; i++) {
		struct family *family = &families->items[i];
		double used = (double)(family->figures.cpu_time_ns - family->cpu_before_ns);

		count_started(family, !families->before_mono_ns);
		family->figures.failed_by_status = ends_tell_statuses(&family->ends);
		family->figures.killed_by_signal = ends_tell_signals(&family->ends);
		family->figures.name = family->name;
		family->figures.ts_ms = ts_ms;
		family->figures.cpu_usage = families->before_mono_ns && passed_ns
						    ? 100 * used / (double)passed_ns
						    : NAN;
	}
	families->before_mono_ns = mono_ns;
}

void families_forget_memory(struct families *families)
{
	for (size_t i = 0; i < families->count; i++)
		families->items[i].figures.memory_bytes = 0;
}

int families_add_memory(struct families *families, const char *const texts[RULE_TEXTS],
			uint64_t bytes)
{
	uint32_t index;
	int r = sort_in(families, texts, &index);
	uint64_t *sum;

	if (r)
		return r;
	sum = &families->items[index].figures.memory_bytes;
	*sum = *sum == DENET_UNKNOWN ? bytes : *sum + bytes;
	return 0;
}
