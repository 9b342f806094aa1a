/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/shares.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/clock.h"
#include "util/units.h"

#define UNKNOWN UINT64_MAX
#define KIB_PER_MIB 1024

/* A hundredth of the time, and not more often than once a second. */
#define COST_FACTOR 100
#define PAUSE_MIN_NS NS_PER_S
/*
 * So many times that where a higher sum does not ask for it, and twice as many after each time that it was
 * read without being asked for: a run that stays near its peak for long would be read all the time.
 */
#define CALM_FACTOR 2
#define CALM_FACTOR_MAX 16
#define ROUND_MAX_NS (100 * NS_PER_MS)

/* So long may a process wait for its own mmap and munmap: the lock is held for a whole area. */
#define HOLD_MAX_NS (20 * NS_PER_MS)

/* Pages of 4 KiB that eight share; less memory than that measures the way there. */
#define NS_PER_MIB_MAX 40000
#define MEASURED_MIN_KB (4 * KIB_PER_MIB)

/* Before a second is over there is rarely a peak; a reading that is too early keeps off the next. */
#define EARLY_MIN_KB (64 * KIB_PER_MIB)

void shares_init(struct shares *shares, enum shares_mode mode)
{
	*shares = (struct shares){ .mode = mode,
				   .calm_factor = CALM_FACTOR,
				   .ns_per_mib = NS_PER_MIB_MAX };
}

void shares_done(struct shares *shares)
{
	free(shares->items);
	shares->items = NULL;
	shares->items_room = 0;
}

/* A reading on the way up would keep off that of the peak. */
static bool is_rising(struct shares *shares, uint64_t sum_kb)
{
	uint64_t before_kb = shares->last_sum_kb;

	shares->last_sum_kb = sum_kb;
	return sum_kb > before_kb + before_kb / 10;
}

static bool is_higher(const struct shares *shares, uint64_t sum_kb)
{
	return sum_kb > shares->read_sum_kb + shares->read_sum_kb / 10;
}

/*
 * Also near the last peak, not at a new one alone: one that came too early for a reading is read
 * later, and what is written to after a fork is shared no more, while the sum stays the same.
 */
static bool is_wanted(struct shares *shares, const struct memory *memory, uint64_t sum_kb,
		      uint64_t now_ns)
{
	bool is_asked_for = is_higher(shares, sum_kb);

	if (!shares->due_ns)
		shares->due_ns = now_ns + PAUSE_MIN_NS;
	if (sum_kb > shares->peak_sum_kb)
		shares->peak_sum_kb = sum_kb;
	/* What one process holds is not shared within the tree. */
	if (is_rising(shares, sum_kb) || memory_spaces(memory) < 2 ||
	    sum_kb < shares->peak_sum_kb - shares->peak_sum_kb / 10)
		return false;
	return now_ns >= (is_asked_for ? shares->due_ns : shares->calm_due_ns) ||
	       (!shares->has_read && sum_kb >= EARLY_MIN_KB);
}

static int by_size(const void *a, const void *b)
{
	const struct shares_item *one = a, *other = b;

	return (one->rss_kb < other->rss_kb) - (one->rss_kb > other->rss_kb);
}

static bool make_room(struct shares *shares, size_t wanted)
{
	struct shares_item *grown;

	if (wanted <= shares->items_room)
		return true;
	grown = array_resize(shares->items, 2 * wanted, sizeof(*grown));
	if (!grown)
		return false;
	shares->items = grown;
	shares->items_room = 2 * wanted;
	return true;
}

/* Largest first, without those who did not run and keep what was read of them. */
static size_t choose(struct shares *shares, struct memory *memory, const struct tree *tree)
{
	const struct process *process;
	size_t count = 0;

	for (process = tree->oldest; process; process = process->younger) {
		if (!memory_is_counted(memory, process) || memory_keep_share(memory, process))
			continue;
		shares->items[count++] = (struct shares_item){
			.rss_kb = memory_last(memory, process)->rss_kb,
			.process = process,
		};
	}
	if (count)
		qsort(shares->items, count, sizeof(*shares->items), by_size);
	return count;
}

/* The dearest of late: pages differ by a factor of four hundred, huge ones from shared ones. */
static void note_cost(struct shares *shares, uint64_t rss_kb, uint64_t cost_ns)
{
	uint64_t ns_per_mib;

	if (rss_kb < MEASURED_MIN_KB)
		return;
	ns_per_mib = cost_ns * KIB_PER_MIB / rss_kb;
	shares->ns_per_mib -= shares->ns_per_mib / 8;
	if (ns_per_mib > shares->ns_per_mib)
		shares->ns_per_mib = ns_per_mib;
}

static bool would_hold_up(const struct shares *shares, uint64_t rss_kb)
{
	/* Of whom nothing can be read nobody is held up. */
	return rss_kb != UNKNOWN && rss_kb / KIB_PER_MIB * shares->ns_per_mib > HOLD_MAX_NS;
}

static void note_read(struct shares *shares, uint64_t pause_ns, uint64_t sum_kb, uint64_t now_ns)
{
	if (pause_ns < PAUSE_MIN_NS)
		pause_ns = PAUSE_MIN_NS;
	if (!is_higher(shares, sum_kb) && shares->calm_factor < CALM_FACTOR_MAX)
		shares->calm_factor *= 2;
	shares->due_ns = now_ns + pause_ns;
	shares->calm_due_ns = now_ns + shares->calm_factor * pause_ns;
	if (sum_kb > shares->read_sum_kb)
		shares->read_sum_kb = sum_kb;
	shares->has_read = true;
}

static void read_round(struct shares *shares, struct memory *memory, const struct tree *tree,
		       uint64_t sum_kb, uint64_t now_ns)
{
	size_t count = choose(shares, memory, tree);
	uint64_t start_ns = clock_thread_cpu_ns(), before_ns = start_ns, after_ns;

	for (size_t i = 0; i < count && before_ns - start_ns < ROUND_MAX_NS; i++) {
		const struct shares_item *item = &shares->items[i];

		if (would_hold_up(shares, item->rss_kb))
			continue;
		memory_read_share(memory, item->process);
		after_ns = clock_thread_cpu_ns();
		note_cost(shares, item->rss_kb, after_ns - before_ns);
		before_ns = after_ns;
	}
	note_read(shares, COST_FACTOR * (before_ns - start_ns), sum_kb, now_ns);
}

/* Whatever was not read, or refused, counts by what is resident. */
static struct shares_sum add_up(const struct memory *memory, const struct tree *tree)
{
	struct shares_sum sum = { 0 };
	const struct process *process;
	bool is_any_known = false;

	for (process = tree->oldest; process; process = process->younger) {
		const struct holding *holding = memory_last(memory, process);

		if (!memory_is_counted(memory, process))
			continue;
		if (holding->pss_kb != UNKNOWN) {
			sum.kb += holding->pss_kb;
			is_any_known = true;
		} else if (holding->rss_kb) {
			sum.kb += holding->rss_kb != UNKNOWN ? holding->rss_kb : 0;
			sum.is_bound = true;
		}
	}
	return is_any_known ? sum : (struct shares_sum){ .kb = UNKNOWN };
}

struct shares_sum shares_take(struct shares *shares, struct memory *memory, const struct tree *tree,
			      uint64_t sum_kb, uint64_t now_ns)
{
	if (shares->mode == SHARES_NEVER || sum_kb == UNKNOWN)
		return (struct shares_sum){ .kb = UNKNOWN };
	if (shares->mode == SHARES_NEAR_PEAKS) {
		/* With the tree and not at the first reading: a sample of a constant one allocates nothing. */
		if (!make_room(shares, tree->count) || !is_wanted(shares, memory, sum_kb, now_ns))
			return (struct shares_sum){ .kb = UNKNOWN };
		read_round(shares, memory, tree, sum_kb, now_ns);
	}
	return add_up(memory, tree);
}
