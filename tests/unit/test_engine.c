/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the engine makes of what a source counts: sums, rates, peaks, and what is lost on the way. */
#include "follow_world.h"

#include "engine/ledger.h"

static bool is_memory_out;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return is_memory_out ? NULL : __real_calloc(count, size);
}

struct engine {
	struct source *source;
	struct ledger ledger;
	struct tree tree;
};

static void begin(struct engine *engine)
{
	memset(&script, 0, sizeof(script));
	memset(engine, 0, sizeof(*engine));
	assert_int_equal(open_as(&scripted_ops, &engine->source), 0);
	ledger_begin(&engine->ledger, 0);
}

static void take_walk(struct engine *engine)
{
	assert_int_equal(ledger_walk(&engine->ledger, engine->source, &engine->tree), 0);
	ledger_add_up(&engine->ledger, &engine->tree);
}

static void check_rate(struct engine *engine, uint64_t now_ms, double percent)
{
	double rate = ledger_rate(&engine->ledger, now_ms * MS);

	assert_true(rate > percent - 0.01 && rate < percent + 0.01);
}

static void sums_never_fall_below_nothing(void **state)
{
	/* An estimate may be more than the kernel charges. */
	const struct task_counters before = { .cpu_time_ns = 5 * MS };
	struct engine engine;

	(void)state;
	begin(&engine);
	script_birth(2, "two");
	script_use(2, 3 * MS);
	ledger_exclude(&engine.ledger, &before);
	take_walk(&engine);
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 0);
	assert_int_equal(engine.ledger.total.cpu_time_ns, 0);
	script_use(2, 4 * MS);
	take_walk(&engine);
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 2 * MS);
	ledger_exclude(&engine.ledger, &before);
	take_walk(&engine);
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 0);
	assert_int_equal(engine.ledger.total.cpu_time_ns, 2 * MS);
	tree_done(&engine.tree);
}

static void what_is_lost_is_not_taken_for_all(void **state)
{
	struct engine engine;

	(void)state;
	begin(&engine);
	assert_true(ledger_counts_all(engine.source, &script.totals));
	script.totals.dropped_events = 1;
	assert_true(ledger_counts_all(engine.source, &script.totals));
	script.totals.dropped_accounts = 1;
	assert_false(ledger_counts_all(engine.source, &script.totals));
	script.totals.dropped_accounts = 0;
	script.totals.dropped_births = 1;
	assert_false(ledger_counts_all(engine.source, &script.totals));
	script.totals.dropped_births = 0;
	script.source.sees_births = false;
	assert_false(ledger_counts_all(engine.source, &script.totals));
}

/* As many have ended as are known to have been born: whether that is everybody nobody knows then. */
static void totals_are_everybody_s_unless_a_birth_was_lost(void **state)
{
	struct engine engine;

	(void)state;
	begin(&engine);
	script_birth(2, "two");
	script_use(2, 5 * MS);
	take_walk(&engine);
	assert_false(ledger_read_totals(&engine.ledger, engine.source));
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 5 * MS);
	script_use(2, 1 * MS);
	script_exit(2, 0);
	assert_true(ledger_read_totals(&engine.ledger, engine.source));
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 6 * MS);
	script.totals.dropped_births = 1;
	assert_false(ledger_read_totals(&engine.ledger, engine.source));
	tree_done(&engine.tree);
}

static void slice_in_progress_is_in_rates_alone(void **state)
{
	struct engine engine;

	(void)state;
	begin(&engine);
	script_birth(2, "two");
	script_use(2, 10 * MS);
	actor_of(2)->task.slice_ns = 30 * MS;
	take_walk(&engine);
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 10 * MS);
	check_rate(&engine, 100, 40);
	/* Now it is charged for. */
	actor_of(2)->task.slice_ns = 0;
	script_use(2, 30 * MS);
	take_walk(&engine);
	assert_int_equal(engine.ledger.exact.cpu_time_ns, 40 * MS);
	check_rate(&engine, 200, 0);
	tree_done(&engine.tree);
}

static void rates_begin_after_the_slice_that_was_in_progress(void **state)
{
	struct engine engine;

	(void)state;
	begin(&engine);
	script_birth(2, "two");
	script_use(2, 10 * MS);
	actor_of(2)->task.slice_ns = 20 * MS;
	take_walk(&engine);
	ledger_begin_from_here(&engine.ledger, true);
	assert_int_equal(engine.ledger.cpu_before_ns, 10 * MS);
	actor_of(2)->task.slice_ns = 0;
	script_use(2, 30 * MS);
	take_walk(&engine);
	check_rate(&engine, 100, 10);
	tree_done(&engine.tree);
}

/* Samples meet one; so many there have been between two of them. */
static void peak_is_what_the_source_has_counted(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	script.totals.most = (struct at_once){ .processes = 9, .threads = 12 };
	attach(&world);
	assert_int_equal(world.heard.process_count, 1);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.processes_peak, 9);
	assert_int_equal(summary.threads_peak, 12);
	end_world(&world);
}

static void check_lost(bool is_memory_short)
{
	struct denet_summary summary;
	struct world world;

	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	script_exec(2, "make", "/usr/bin/make");
	script.totals.dropped_accounts = 5;
	is_memory_out = is_memory_short;
	assert_int_equal(news_drain(world.monitor), 0);
	is_memory_out = false;
	assert_int_equal(world.heard.arrivals, !is_memory_short);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.records_lost, 5 + is_memory_short);
	assert_int_equal(summary.processes_total, 2);
	end_world(&world);
}

static void what_is_lost_for_want_of_memory_is_told(void **state)
{
	(void)state;
	check_lost(false);
	check_lost(true);
}

/* Each reads the memory of the root, or that of nobody any more. */
static void enter_sharer(uint64_t id, uint64_t space, pid_t read_as)
{
	script_birth(id, "sharer");
	actor_of(id)->task.mm = space;
	if (read_as)
		actor_of(id)->task.tid = (uint32_t)read_as;
}

static void shared_space_counts_once_by_its_largest_reading(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	actor_of(ROOT)->task.mm = 1;
	enter_sharer(2, 1, world.root);
	assert_int_equal(step_after_ms(&world, 2000), 0);
	assert_true(world.heard.root_rss_kb > 0);
	assert_int_equal(world.heard.sum_rss_kb, world.heard.root_rss_kb);
	/* The first of these has left its space. */
	enter_sharer(3, 2, 0);
	enter_sharer(4, 2, world.root);
	assert_int_equal(step_after_ms(&world, 2000), 0);
	assert_int_equal(world.heard.process_count, 4);
	assert_int_equal(world.heard.sum_rss_kb, 2 * world.heard.root_rss_kb);
	end_world(&world);
}

/* Its account is gone, and its end not told yet: what the walks have shown of it is left. */
static void survivor_without_an_account_has_its_parent(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	actor_of(2)->task.parent_id = ROOT;
	actor_of(2)->has_account = false;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_int_equal(summary_of(&world).survivors_count, 2);
	assert_int_equal(world.heard.processes, 2);
	assert_int_equal(world.heard.ended[0].parent_id, 0);
	assert_int_equal(world.heard.ended[1].id, 2);
	assert_int_equal(world.heard.ended[1].parent_id, ROOT);
	end_world(&world);
}

/* What was read when all was of one moment holds, whoever ends behind that. */
static void survivor_that_ends_behind_the_last_walk_has_its_account(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	actor_of(2)->threads_total = 5;
	actor_of(2)->is_going = true;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_int_equal(summary_of(&world).survivors_count, 2);
	assert_int_equal(world.heard.ended[1].id, 2);
	assert_int_equal(world.heard.ended[1].threads_total, 5);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_never_fall_below_nothing),
		cmocka_unit_test(what_is_lost_is_not_taken_for_all),
		cmocka_unit_test(totals_are_everybody_s_unless_a_birth_was_lost),
		cmocka_unit_test(slice_in_progress_is_in_rates_alone),
		cmocka_unit_test(rates_begin_after_the_slice_that_was_in_progress),
		cmocka_unit_test(peak_is_what_the_source_has_counted),
		cmocka_unit_test(what_is_lost_for_want_of_memory_is_told),
		cmocka_unit_test(shared_space_counts_once_by_its_largest_reading),
		cmocka_unit_test(survivor_without_an_account_has_its_parent),
		cmocka_unit_test(survivor_that_ends_behind_the_last_walk_has_its_account),
	};

	/* Who walks for ever is ended. */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
