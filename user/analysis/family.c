/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/idmap.h"

static inline void family_freep(struct family *family)
{
	family_done(family);
}

void family_done(struct family *family)
{
	free(family->parents);
	free(family->children);
	free(family->starts);
	idmap_done(&family->by_id);
	*family = (struct family){ 0 };
}

static int by_end(const void *a, const void *b)
{
	const struct crowd_member *x = a, *y = b;

	if (x->end_ns != y->end_ns)
		return x->end_ns < y->end_ns ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int index_ids(struct family *family)
{
	const struct crowd *crowd = family->crowd;

	for (size_t i = 0; i < crowd->count; i++) {
		uint64_t id = crowd->members[i].id;

		if (!id)
			return -ENODATA;
		if (idmap_get(&family->by_id, id))
			return -EEXIST;
		if (idmap_put(&family->by_id, id, &crowd->members[i]))
			return -ENOMEM;
	}
	return 0;
}

static uint32_t index_of(const struct family *family, uint64_t id)
{
	const struct crowd_member *member = id ? idmap_get(&family->by_id, id) : NULL;

	return member ? (uint32_t)(member - family->crowd->members) : CROWD_NONE;
}

/* Nobody's child; of several, such as those that lived before an attach, the one with the pid. */
static uint32_t find_root(const struct family *family, uint32_t root_pid)
{
	const struct crowd_member *members = family->crowd->members;
	uint32_t root = CROWD_NONE;

	for (uint32_t i = 0; i < family->crowd->count; i++) {
		if (index_of(family, members[i].parent_id) != CROWD_NONE ||
		    (root_pid && members[i].pid != root_pid))
			continue;
		if (root == CROWD_NONE || members[i].start_ns < members[root].start_ns)
			root = i;
	}
	return root;
}

static uint32_t parent_of(const struct family *family, uint32_t member)
{
	uint32_t parent = index_of(family, family->crowd->members[member].parent_id);

	if (member == family->root)
		return CROWD_NONE;
	return parent == CROWD_NONE ? family->root : parent;
}

/* The crowd is in the order of ends, so that each lot comes out in it. */
static void fill_lots(struct family *family)
{
	size_t count = family->crowd->count;

	for (uint32_t i = 0; i < count; i++)
		if (family->parents[i] != CROWD_NONE)
			family->starts[family->parents[i] + 2]++;
	for (size_t i = 2; i < count + 2; i++)
		family->starts[i] += family->starts[i - 1];
	/* One behind: filling moves each start to where the next one's is. */
	for (uint32_t i = 0; i < count; i++)
		if (family->parents[i] != CROWD_NONE)
			family->children[family->starts[family->parents[i] + 1]++] = i;
}

/* Who is his own forefather, as a damaged file may have it, is nobody's child. */
static int cut_rings(struct family *family)
{
	size_t count = family->crowd->count, height = 0;
	AUTO_FREE bool *reached = calloc(count, sizeof(*reached));
	AUTO_FREE uint32_t *stack = malloc(count * sizeof(*stack));

	if (!reached || !stack)
		return -ENOMEM;
	stack[height++] = family->root;
	reached[family->root] = true;
	while (height) {
		uint32_t at = stack[--height];

		for (uint32_t i = family->starts[at]; i < family->starts[at + 1]; i++) {
			reached[family->children[i]] = true;
			stack[height++] = family->children[i];
		}
	}
	for (uint32_t i = 0; i < count; i++)
		if (!reached[i])
			family->parents[i] = CROWD_NONE;
	return 0;
}

static int link_all(struct family *family)
{
	size_t count = family->crowd->count;

	family->parents = malloc(count * sizeof(*family->parents));
	family->children = malloc(count * sizeof(*family->children));
	family->starts = calloc(count + 2, sizeof(*family->starts));
	if (!family->parents || !family->children || !family->starts)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		family->parents[i] = parent_of(family, i);
	fill_lots(family);
	return cut_rings(family);
}

static int find_span(struct family *family, uint64_t wall_ns)
{
	const struct crowd_member *root = &family->crowd->members[family->root];

	family->from_ns = root->start_ns > 0 ? root->start_ns : 0;
	family->to_ns = root->end_ns;
	if (root->end_ns == CROWD_RUNNING && wall_ns != DENET_UNKNOWN)
		family->to_ns = (int64_t)wall_ns;
	return family->to_ns == CROWD_RUNNING || family->to_ns < family->from_ns ? -ENODATA : 0;
}

int family_make(struct crowd *crowd, uint32_t root_pid, uint64_t wall_ns, struct family *ret_family)
{
	AUTO(family) struct family family = { .crowd = crowd };
	int r;

	if (!crowd->count || crowd->count >= CROWD_NONE - 2)
		return crowd->count ? -EFBIG : -ENODATA;
	qsort(crowd->members, crowd->count, sizeof(*crowd->members), by_end);
	r = index_ids(&family);
	if (r)
		return r;
	family.root = find_root(&family, root_pid);
	if (family.root == CROWD_NONE)
		return -ENODATA;
	r = find_span(&family, wall_ns);
	if (!r)
		r = link_all(&family);
	if (r)
		return r;
	*ret_family = family;
	family = (struct family){ 0 };
	return 0;
}

/* How many of a lot have ended by then. */
static uint32_t ended_by(const struct family *family, uint32_t parent, int64_t to)
{
	uint32_t low = family->starts[parent], high = family->starts[parent + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (family->crowd->members[family->children[middle]].end_ns <= to)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t family_last_ended(const struct family *family, uint32_t parent, int64_t from, int64_t to,
			   uint32_t skipped)
{
	for (uint32_t i = ended_by(family, parent, to); i > family->starts[parent]; i--) {
		uint32_t at = family->children[i - 1];
		const struct crowd_member *child = &family->crowd->members[at];

		if (child->end_ns <= from)
			break;
		if (child->start_ns < to && child->start_ns <= child->end_ns && at != skipped)
			return at;
	}
	return CROWD_NONE;
}

uint32_t family_find(const struct family *family, uint64_t id)
{
	uint32_t member = index_of(family, id);

	return member != CROWD_NONE && family_has(family, member) ? member : CROWD_NONE;
}
