/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * storm FILE MS SEED [orphans]: a random tree that forks for MS, each member in FILE (struct
 * storm_log); with orphans, some end before their children.
 */
#include <stdlib.h>
#include <unistd.h>

#include "shared.h"
#include "work.h"

#define LIVING_MAX 64
#define DEPTH_MAX 6

static struct storm_log *storm;
static bool has_orphans;
static unsigned int seed;

static uint32_t random_below(uint32_t limit)
{
	return (uint32_t)rand_r(&seed) % limit;
}

/* Whoever holds it waits for births first, for which its time may be too short. */
static bool has_births(void)
{
	return !atomic_load(&storm->is_held) || atomic_load(&storm->count) > STORM_HELD_BIRTHS;
}

static bool is_enough(void)
{
	uint32_t most = atomic_load(&storm->most);

	return most && atomic_load(&storm->count) >= most;
}

static bool is_over(void)
{
	if (is_enough())
		return true;
	return has_births() && work_clock_ns(CLOCK_MONOTONIC) >= atomic_load(&storm->until_ns);
}

static bool may_fork(void)
{
	return atomic_load(&storm->living) < LIVING_MAX &&
	       atomic_load(&storm->count) < STORM_MEMBERS_MAX - LIVING_MAX && !is_over();
}

static void enter(uint32_t index)
{
	struct storm_member *member = &storm->members[index];

	seed ^= index * 2654435761u;
	atomic_store(&member->pid, (uint32_t)getpid());
	atomic_store(&member->start_ns, work_clock_ns(CLOCK_MONOTONIC));
}

static void leave(uint32_t index)
{
	atomic_store(&storm->members[index].end_ns, work_clock_ns(CLOCK_MONOTONIC));
	atomic_fetch_sub(&storm->living, 1);
	_exit(0);
}

static void member(uint32_t index, unsigned int depth);

static void branch(uint32_t parent, unsigned int depth)
{
	uint32_t index = atomic_fetch_add(&storm->count, 1);

	atomic_fetch_add(&storm->living, 1);
	storm->members[index].parent = parent;
	if (work_fork() == 0)
		member(index, depth);
}

static void member(uint32_t index, unsigned int depth)
{
	enter(index);
	for (uint32_t i = random_below(4); i > 0 && depth < DEPTH_MAX; i--) {
		if (may_fork())
			branch(index, depth + 1);
		work_burn_us(random_below(300));
	}
	if (random_below(4) == 0)
		work_sleep_ms(random_below(30));
	/* Some end before their children do. */
	while ((!has_orphans || random_below(2)) && work_wait(-1))
		;
	leave(index);
}

static void root(void)
{
	atomic_store(&storm->count, 1);
	atomic_store(&storm->living, 1);
	enter(0);
	while (!is_over() || atomic_load(&storm->is_held)) {
		if (may_fork())
			branch(0, 1);
		else
			work_wait(-1);
		work_burn_us(random_below(100));
	}
	while (work_wait(-1))
		;
	while (atomic_load(&storm->living) > 1)
		work_sleep_ms(1);
	/* The last member has said that it leaves, but may not be gone yet. */
	work_sleep_ms(20);
	leave(0);
}

int main(int argc, char *argv[])
{
	if (argc < 4)
		return 2;
	storm = work_map(argv[1], sizeof(*storm));
	atomic_store(&storm->until_ns,
		     work_clock_ns(CLOCK_MONOTONIC) + work_lasting_ms(argc, argv, 2) * 1000000);
	seed = (unsigned int)work_number(argc, argv, 3, 1);
	has_orphans = work_has_word(argc, argv, 4, "orphans");
	/* A crowd on an emulated machine would not let anybody attach before it is over. */
	if (getenv("DENET_TEST_STRETCH") && nice(19) == -1)
		work_fail("nice");
	root();
}
