/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/path.h"

#include <errno.h>
#include <stdlib.h>

#include "util/array.h"

#define FIRST_ROOM 64
/* Of less than that part of its time an idle process made use: gzip behind sort has 13 % of a CPU. */
#define IDLE_PART 5u

/* Who is next on the way back, and from when on. */
struct turn {
	uint32_t member; /* CROWD_NONE: nobody but the process itself */
	int64_t at_ns;
};

void path_done(struct path *path)
{
	free(path->steps);
	*path = (struct path){ 0 };
}

static const struct crowd_member *member_at(const struct family *family, uint32_t member)
{
	return &family->crowd->members[member];
}

static int64_t end_of(const struct family *family, uint32_t member)
{
	int64_t end = member_at(family, member)->end_ns;

	return end == CROWD_RUNNING ? family->to_ns : end;
}

/* Before the start of the run nobody was watched. */
static int64_t start_of(const struct family *family, uint32_t member)
{
	int64_t start = member_at(family, member)->start_ns;

	return start > 0 ? start : 0;
}

bool path_is_idle(const struct family *family, uint32_t member)
{
	const struct crowd_member *process = member_at(family, member);
	int64_t life = end_of(family, member) - start_of(family, member);

	return life > 0 && process->delay_ns < (uint64_t)life &&
	       process->cpu_ns < ((uint64_t)life - process->delay_ns) / IDLE_PART;
}

/*
 * A parent that slept until it lost patience, such as timeout's, has waited for the one that it told, and
 * not that one for it.
 */
static bool has_run_out(const struct family *family, uint32_t member, uint32_t teller, int64_t at)
{
	return family->parents[member] == teller && path_is_idle(family, teller) &&
	       family_last_ended(family, teller, start_of(family, member), at, member) ==
		       CROWD_NONE;
}

/* Whoever was told to end, and had nobody to wait for since, has waited for being told. */
static struct turn turn_to_teller(const struct family *family, uint32_t member, int64_t from,
				  int64_t to)
{
	const struct crowd_member *process = member_at(family, member);
	const struct crowd_told *order = crowd_told(family->crowd, process);
	int64_t told = order ? (int64_t)order->at_ns : 0;
	struct turn turn = { .member = CROWD_NONE };
	uint32_t teller;

	if (!order || order->at_ns >= (uint64_t)to || told <= from || to != process->end_ns)
		return turn;
	teller = family_find(family, order->by_id);
	if (teller == CROWD_NONE || teller == member || start_of(family, teller) >= told ||
	    has_run_out(family, member, teller, told))
		return turn;
	return (struct turn){ .member = teller, .at_ns = told };
}

/*
 * An idle process that spent most of its life without a child to wait for, such as the end of a pipe, waited
 * for the sibling that ended last. With less of its life it is a driver in its last moments, and what
 * it waited for is known. It ends before `to`: two that end at once would hand over for ever.
 */
static struct turn turn_to_sibling(const struct family *family, uint32_t member, int64_t from,
				   int64_t to)
{
	int64_t life = end_of(family, member) - start_of(family, member);
	struct turn turn = { .member = CROWD_NONE };

	if (member == family->root || (to - from) <= life / 2 || !path_is_idle(family, member))
		return turn;
	turn.member = family_last_ended(family, family->parents[member], from, to - 1, member);
	if (turn.member != CROWD_NONE)
		turn.at_ns = end_of(family, turn.member);
	return turn;
}

static struct turn turn_back(const struct family *family, uint32_t member, int64_t to)
{
	int64_t from = start_of(family, member);
	uint32_t child = family_last_ended(family, member, from, to, CROWD_NONE);
	struct turn turn;

	if (child != CROWD_NONE)
		from = end_of(family, child);
	turn = turn_to_teller(family, member, from, to);
	if (turn.member == CROWD_NONE)
		turn = turn_to_sibling(family, member, from, to);
	if (turn.member == CROWD_NONE)
		turn = (struct turn){ .member = child, .at_ns = from };
	return turn;
}

static int add(struct path *path, uint32_t member, int64_t from, int64_t to)
{
	size_t room = path->room ? path->room * 2 : FIRST_ROOM;
	struct path_step *steps = path->steps;

	if (from >= to)
		return 0;
	if (path->count == path->room) {
		steps = array_resize(steps, room, sizeof(*steps));
		if (!steps)
			return -ENOMEM;
		path->steps = steps;
		path->room = room;
	}
	path->steps[path->count++] =
		(struct path_step){ .member = member, .from_ns = from, .to_ns = to };
	return 0;
}

static void reverse(struct path *path)
{
	for (size_t i = 0; i < path->count / 2; i++) {
		struct path_step step = path->steps[i];

		path->steps[i] = path->steps[path->count - 1 - i];
		path->steps[path->count - 1 - i] = step;
	}
}

/* Each process is come to by its end at most once, so that this ends. */
int path_walk(const struct family *family, struct path *ret_path)
{
	struct path path = { 0 };
	uint32_t member = family->root;
	int64_t to = family->to_ns;
	int r = 0;

	while (!r && member != CROWD_NONE && to > family->from_ns) {
		struct turn turn = turn_back(family, member, to);

		if (turn.at_ns < family->from_ns)
			turn.at_ns = family->from_ns;
		r = add(&path, member, turn.at_ns, to);
		if (turn.at_ns < to)
			to = turn.at_ns;
		member = turn.member != CROWD_NONE ? turn.member : family->parents[member];
	}
	if (r) {
		path_done(&path);
		return r;
	}
	reverse(&path);
	*ret_path = path;
	return 0;
}
