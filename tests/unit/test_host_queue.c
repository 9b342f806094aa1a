/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What waits for a target, over made-up hours: in order, bounded, and told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "push/queue.h"
#include "util/units.h"

#define LIMIT 4096
#define AGE_NS (3600 * NS_PER_S)
#define S NS_PER_S

struct world {
	struct queue_pool pool;
	struct queue queue;
	uint64_t now_ns;
};

static void begin(struct world *world)
{
	*world = (struct world){ .pool = { .limit_bytes = 3 * LIMIT }, .now_ns = 1000 * S };
	queue_init(&world->queue, &world->pool, LIMIT, AGE_NS, 42);
}

static void end(struct world *world)
{
	queue_done(&world->queue);
	assert_int_equal(world->queue.bytes, 0);
	assert_int_equal(world->pool.bytes, 0);
}

static void add(struct world *world, const char *name, size_t bytes)
{
	struct buf data = { 0 };

	buf_append_text(&data, name);
	buf_append_repeated(&data, '.', bytes - strlen(name));
	assert_int_equal(queue_add(&world->queue, &data, 1, world->now_ns), 0);
	assert_null(data.data);
}

static void assert_starts(struct world *world, const char *name)
{
	const struct queue_batch *batch = queue_start(&world->queue, world->now_ns);

	assert_non_null(batch);
	assert_int_equal(strncmp(batch->data.data, name, strlen(name)), 0);
}

static enum queue_news ends(struct world *world, unsigned int status, uint64_t retry_after_s)
{
	return queue_end(&world->queue, status, retry_after_s, world->now_ns);
}

static void one_goes_after_the_other(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	assert_null(queue_start(&world.queue, world.now_ns));
	assert_int_equal(queue_due_ns(&world.queue), QUEUE_NEVER);
	add(&world, "a", 10);
	add(&world, "b", 10);
	assert_true(queue_due_ns(&world.queue) <= world.now_ns);
	assert_starts(&world, "a");
	assert_null(queue_start(&world.queue, world.now_ns));
	assert_int_equal(queue_due_ns(&world.queue), QUEUE_NEVER);
	assert_int_equal(ends(&world, 204, 0), QUEUE_SILENT);
	assert_starts(&world, "b");
	assert_int_equal(ends(&world, 200, 0), QUEUE_SILENT);
	assert_true(queue_is_empty(&world.queue));
	assert_int_equal(world.queue.counts.batches_sent, 2);
	assert_int_equal(world.queue.counts.points_sent, 2);
	end(&world);
}

static void it_waits_longer_each_time_up_to_a_minute(void **state)
{
	static const uint64_t wanted_s[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
	struct world world;

	(void)state;
	begin(&world);
	add(&world, "a", 10);
	for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++) {
		uint64_t wait_ns;

		assert_starts(&world, "a");
		assert_int_equal(ends(&world, i % 2 ? 500 : 0, 0), i ? QUEUE_SILENT : QUEUE_OUTAGE);
		wait_ns = queue_due_ns(&world.queue) - world.now_ns;
		assert_true(wait_ns >= wanted_s[i] * S * 3 / 4);
		assert_true(wait_ns <= wanted_s[i] * S * 5 / 4);
		assert_null(queue_start(&world.queue, world.now_ns + wait_ns - 1));
		world.now_ns += wait_ns;
	}
	assert_starts(&world, "a");
	assert_int_equal(ends(&world, 204, 0), QUEUE_BACK);
	assert_int_equal(world.queue.counts.retries, 9);
	/* Afterwards it begins again with the shortest. */
	add(&world, "b", 10);
	assert_starts(&world, "b");
	assert_int_equal(ends(&world, 503, 0), QUEUE_OUTAGE);
	assert_true(queue_due_ns(&world.queue) - world.now_ns <= 2 * S);
	end(&world);
}

static void two_agents_come_at_different_times(void **state)
{
	struct world one, other;

	(void)state;
	begin(&one);
	begin(&other);
	other.queue.random = 4711;
	add(&one, "a", 10);
	add(&other, "a", 10);
	assert_starts(&one, "a");
	assert_starts(&other, "a");
	(void)ends(&one, 500, 0);
	(void)ends(&other, 500, 0);
	assert_int_not_equal(queue_due_ns(&one.queue), queue_due_ns(&other.queue));
	end(&one);
	end(&other);
}

static void a_target_may_say_when(void **state)
{
	static const struct {
		unsigned int status;
		uint64_t said_s;
		uint64_t wanted_s;
	} cases[] = { { 429, 4, 4 }, { 408, 7, 7 }, { 503, 9, 9 }, { 429, 100000, 300 } };
	struct world world;

	(void)state;
	begin(&world);
	add(&world, "a", 10);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_starts(&world, "a");
		(void)ends(&world, cases[i].status, cases[i].said_s);
		assert_int_equal(queue_due_ns(&world.queue) - world.now_ns, cases[i].wanted_s * S);
		world.now_ns = queue_due_ns(&world.queue);
	}
	end(&world);
}

static void what_is_refused_is_dropped_and_told_once(void **state)
{
	static const unsigned int refusals[] = { 400, 401, 404, 413, 301, 100, 499 };
	struct world world;

	(void)state;
	begin(&world);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		add(&world, "a", 10);
		assert_starts(&world, "a");
		assert_int_equal(ends(&world, refusals[i], 0), i ? QUEUE_SILENT : QUEUE_REFUSED);
		assert_true(queue_is_empty(&world.queue));
	}
	assert_int_equal(world.queue.counts.points_refused, 7);
	assert_int_equal(queue_dropped(&world.queue), 7);
	/* Once one was taken, the next refusal is news again. */
	add(&world, "a", 10);
	assert_starts(&world, "a");
	assert_int_equal(ends(&world, 204, 0), QUEUE_SILENT);
	add(&world, "a", 10);
	assert_starts(&world, "a");
	assert_int_equal(ends(&world, 400, 0), QUEUE_REFUSED);
	end(&world);
}

static void the_oldest_make_room_but_for_the_one_under_way(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, "a", 900);
	assert_starts(&world, "a");
	for (const char *name = "bcdefgh"; *name; name++)
		add(&world, (const char[]){ *name, '\0' }, 900);
	assert_true(world.queue.bytes <= LIMIT);
	assert_true(world.queue.counts.points_full >= 3);
	assert_int_equal(strncmp(world.queue.first->data.data, "a", 1), 0);
	(void)ends(&world, 204, 0);
	assert_int_not_equal(world.queue.first->data.data[0], 'b');
	assert_int_equal(world.queue.last->data.data[0], 'h');
	/* In their order still. */
	for (const struct queue_batch *batch = world.queue.first; batch->next; batch = batch->next)
		assert_true(batch->data.data[0] < batch->next->data.data[0]);
	end(&world);
}

static void one_that_never_fits_is_dropped_itself(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, "a", 10);
	assert_starts(&world, "a");
	add(&world, "b", 2 * LIMIT);
	assert_int_equal(world.queue.counts.points_full, 1);
	(void)ends(&world, 204, 0);
	assert_true(queue_is_empty(&world.queue));
	end(&world);
}

static void all_targets_together_are_bounded(void **state)
{
	struct world world;
	struct queue others[8];

	(void)state;
	begin(&world);
	for (size_t i = 0; i < 8; i++) {
		queue_init(&others[i], &world.pool, LIMIT, AGE_NS, i);
		for (size_t k = 0; k < 4; k++) {
			struct buf data = { 0 };

			buf_append_repeated(&data, '.', 900);
			assert_int_equal(queue_add(&others[i], &data, 1, world.now_ns), 0);
			assert_true(world.pool.bytes <= world.pool.limit_bytes);
		}
	}
	assert_true(queue_dropped(&others[7]) > 0);
	for (size_t i = 0; i < 8; i++)
		queue_done(&others[i]);
	end(&world);
}

static void what_is_too_old_is_dropped_when_it_could_be_sent(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	add(&world, "a", 10);
	world.now_ns += AGE_NS / 2;
	add(&world, "b", 10);
	world.now_ns += AGE_NS / 2 + 1;
	assert_starts(&world, "b");
	assert_int_equal(world.queue.counts.points_old, 1);
	world.now_ns += AGE_NS;
	add(&world, "c", 10);
	/* The one under way stays until it is known how it went. */
	(void)ends(&world, 500, 0);
	world.now_ns = queue_due_ns(&world.queue);
	assert_starts(&world, "c");
	assert_int_equal(world.queue.counts.points_old, 2);
	end(&world);
}

static void an_outage_of_days_stays_bounded_and_is_told_twice(void **state)
{
	size_t outages = 0, backs = 0;
	struct world world;

	(void)state;
	begin(&world);
	for (size_t i = 0; i < 20000; i++) {
		unsigned int status = i < 19900 ? 500 : 204;
		enum queue_news news;

		add(&world, "x", 100);
		world.now_ns += 15 * S;
		if (!queue_start(&world.queue, world.now_ns))
			continue;
		news = ends(&world, status, 0);
		outages += news == QUEUE_OUTAGE;
		backs += news == QUEUE_BACK;
		assert_true(world.queue.bytes <= LIMIT);
	}
	assert_int_equal(outages, 1);
	assert_int_equal(backs, 1);
	assert_true(world.queue.counts.points_sent > 0);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_goes_after_the_other),
		cmocka_unit_test(it_waits_longer_each_time_up_to_a_minute),
		cmocka_unit_test(two_agents_come_at_different_times),
		cmocka_unit_test(a_target_may_say_when),
		cmocka_unit_test(what_is_refused_is_dropped_and_told_once),
		cmocka_unit_test(the_oldest_make_room_but_for_the_one_under_way),
		cmocka_unit_test(one_that_never_fits_is_dropped_itself),
		cmocka_unit_test(all_targets_together_are_bounded),
		cmocka_unit_test(what_is_too_old_is_dropped_when_it_could_be_sent),
		cmocka_unit_test(an_outage_of_days_stays_bounded_and_is_told_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
