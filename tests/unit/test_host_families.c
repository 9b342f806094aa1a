/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rules by patterns, and groups of processes whose counters only grow. */
#include "host/families.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "denet/system.h"
#include "util/cleanup.h"
#include "util/units.h"

static void add(struct rules *rules, const char *name, const char *unit, const char *comm,
		const char *exe, const char *user)
{
	const struct rule_source source = { name, { unit, comm, exe, user } };

	assert_int_equal(rules_add(rules, &source), 0);
}

static void assert_name(const struct rules *rules, const char *unit, const char *comm,
			const char *exe, const char *user, const char *wanted)
{
	const char *const texts[RULE_TEXTS] = { unit, comm, exe, user };
	AUTO(buf) struct buf name = { 0 };

	assert_int_equal(rules_match(rules, texts, &name), wanted != NULL);
	assert_string_equal(buf_text(&name), wanted ? wanted : "");
}

static void the_first_rule_that_matches_wins(void **state)
{
	struct rules rules = { 0 };

	(void)state;
	add(&rules, "web {1}", "nginx.*", "ngi(nx|xn)", NULL, NULL);
	add(&rules, "{2}/{1}{3}{9}", NULL, "(a)(b)?|c", NULL, "(.*)");
	add(&rules, "path", NULL, NULL, "/usr/.*/x|/x", NULL);
	add(&rules, "{1", NULL, "q", NULL, NULL);
	assert_name(&rules, "nginx.service", "nginx", NULL, "root", "web nx");
	/* All patterns have to match, and all of the text. */
	assert_name(&rules, "apache", "nginx", NULL, "root", NULL);
	assert_name(&rules, "nginx", "nginx2", NULL, "root", NULL);
	assert_name(&rules, NULL, "nginx", NULL, "root", NULL);
	assert_name(&rules, "", "ab", NULL, "root", "b/aroot");
	assert_name(&rules, "", "a", NULL, "#7", "/a#7");
	assert_name(&rules, "", "c", NULL, "u", "/u");
	/* A part that matches first is no match where a longer one is all. */
	assert_name(&rules, "", "z", "/usr/lib/x", "u", "path");
	assert_name(&rules, "", "q", NULL, "u", "{1");
	assert_true(rules_want(&rules, FAMILY_EXE));
	rules_done(&rules);
	assert_false(rules_want(&rules, FAMILY_EXE));
}

static void a_name_has_bounds(void **state)
{
	struct rules rules = { 0 };
	char user[400];
	const char *const texts[RULE_TEXTS] = { NULL, NULL, NULL, user };
	AUTO(buf) struct buf name = { 0 };

	(void)state;
	memset(user, 'u', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	add(&rules, "{1}{1}{1}", NULL, NULL, NULL, "(.*)");
	assert_true(rules_match(&rules, texts, &name));
	assert_int_equal(name.len, 256);
	rules_done(&rules);
}

static void a_wrong_pattern_is_refused(void **state)
{
	const struct rule_source source = { "x", { "a", "(b", NULL, NULL } };
	struct rules rules = { 0 };

	(void)state;
	assert_int_equal(rules_add(&rules, &source), -EINVAL);
	assert_int_equal(rules.count, 0);
	rules_done(&rules);
}

struct world {
	struct rules rules;
	struct families families;
	uint64_t mono_ns;
};

static void begin(struct world *world)
{
	world->mono_ns += NS_PER_S;
	assert_int_equal(families_begin(&world->families, 8), 0);
}

static void part(struct world *world, uint64_t id, const char *comm, uint64_t cpu_ns,
		 bool has_whole, const char *exe)
{
	struct family_part one = {
		.ids = { id },
		.used = { .cpu_time_ns = cpu_ns, .processes_living = 1, .accounting = "exact" }
	};
	const char *const texts[RULE_TEXTS] = { NULL, one.comm, exe, NULL };

	one.used.run_delay_ns = has_whole ? cpu_ns / 2 : DENET_UNKNOWN;
	(void)snprintf(one.comm, sizeof(one.comm), "%s", comm);
	assert_int_equal(families_add(&world->families, &one, texts, has_whole), 0);
}

static const struct host_processes *figures_of(struct world *world, const char *name)
{
	for (size_t i = 0; i < world->families.count; i++)
		if (strcmp(world->families.items[i].name, name) == 0)
			return &world->families.items[i].figures;
	fail_msg("no group '%s'", name);
	return NULL;
}

static void end(struct world *world)
{
	families_end(&world->families, world->mono_ns, 7);
}

static struct world *set_out(void)
{
	static struct world world;

	world = (struct world){ 0 };
	add(&world.rules, "a", NULL, "a.*", NULL, NULL);
	add(&world.rules, "x", NULL, NULL, "/x", NULL);
	families_init(&world.families, &world.rules);
	return &world;
}

static void take_down(struct world *world)
{
	families_done(&world->families);
	rules_done(&world->rules);
}

/* Those of the first look lived before; what an exec takes to another name is not taken back. */
static void starts_and_ends_never_fall(void **state)
{
	struct world *world = set_out();

	(void)state;
	begin(world);
	part(world, 1, "a1", 10, true, NULL);
	families_add_end(&world->families, 0x100, 2, 0);
	part(world, 2, "a2", 10, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->processes_started, 0);
	assert_string_equal(figures_of(world, "a")->failed_by_status, "1:2");
	begin(world);
	part(world, 1, "a1", 10, true, NULL);
	families_add_end(&world->families, 0x100, 5, 3);
	families_add_end(&world->families, 9, 1, 1);
	part(world, 2, "a2", 10, true, NULL);
	part(world, 3, "a3", 10, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->processes_started, 1);
	assert_string_equal(figures_of(world, "a")->failed_by_status, "1:5");
	assert_string_equal(figures_of(world, "a")->killed_by_signal, "9:1");
	begin(world);
	end(world);
	assert_int_equal(figures_of(world, "a")->processes_started, 1);
	assert_string_equal(figures_of(world, "a")->failed_by_status, "1:5");
	take_down(world);
}

/* It may execute something of another group until the next look. */
static void one_that_was_just_forked_was_not_started_yet(void **state)
{
	struct family_part forked = { .ids = { 1 },
				      .comm = "a1",
				      .used = { .processes_living = 1, .accounting = "exact" },
				      .forked = 1 };
	const char *const texts[RULE_TEXTS] = { [FAMILY_COMM] = "a1" };
	struct world *world = set_out();

	(void)state;
	begin(world);
	end(world);
	for (uint64_t started = 0; started < 2; started++) {
		begin(world);
		assert_int_equal(families_add(&world->families, &forked, texts, true), 0);
		end(world);
		assert_int_equal(figures_of(world, "a")->processes_living, 1);
		assert_int_equal(figures_of(world, "a")->processes_started, started);
		forked.forked = 0;
	}
	take_down(world);
}

static void what_has_gone_stays_in_its_group(void **state)
{
	struct world *world = set_out();

	(void)state;
	begin(world);
	part(world, 1, "a1", 1000, true, NULL);
	part(world, 2, "b", 10, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->cpu_time_ns, 1000);
	assert_true(isnan(figures_of(world, "a")->cpu_usage));
	begin(world);
	part(world, 3, "a2", NS_PER_S / 2, true, NULL);
	part(world, 2, "b", 30, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->cpu_time_ns, 1000 + NS_PER_S / 2);
	assert_int_equal(figures_of(world, "a")->run_delay_ns, 500 + NS_PER_S / 4);
	assert_int_equal(figures_of(world, "a")->processes_living, 1);
	assert_true(fabs(figures_of(world, "a")->cpu_usage - 50) < 1e-9);
	assert_int_equal(figures_of(world, FAMILY_REST)->cpu_time_ns, 30);
	assert_int_equal(figures_of(world, FAMILY_REST)->ts_ms, 7);
	begin(world);
	end(world);
	assert_int_equal(figures_of(world, "a")->cpu_time_ns, 1000 + NS_PER_S / 2);
	assert_int_equal(figures_of(world, "a")->processes_living, 0);
	take_down(world);
}

static void what_was_used_before_the_first_look_is_not_known_without_bpf(void **state)
{
	struct world *world = set_out();

	(void)state;
	begin(world);
	part(world, 1, "a1", 1000, false, NULL);
	end(world);
	begin(world);
	part(world, 1, "a1", 1500, false, NULL);
	part(world, 2, "a2", 70, false, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->cpu_time_ns, 570);
	assert_int_equal(figures_of(world, "a")->run_delay_ns, DENET_UNKNOWN);
	take_down(world);
}

static void who_gets_another_name_goes_on_there(void **state)
{
	struct world *world = set_out();

	(void)state;
	begin(world);
	part(world, 1, "b", 100, true, NULL);
	part(world, 2, "c", 100, true, NULL);
	end(world);
	begin(world);
	part(world, 1, "a", 150, true, NULL);
	part(world, 2, "c", 170, true, "/x");
	end(world);
	assert_int_equal(figures_of(world, FAMILY_REST)->cpu_time_ns, 200);
	assert_int_equal(figures_of(world, "a")->cpu_time_ns, 50);
	assert_int_equal(figures_of(world, "x")->cpu_time_ns, 70);
	/* Nobody of that name lives: what is known of it stays. */
	begin(world);
	part(world, 2, "c", 180, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "x")->cpu_time_ns, 80);
	take_down(world);
}

static void of_a_new_cgroup_they_wait_for_its_name(void **state)
{
	struct world *world = set_out();
	struct family_part one = { .ids = { 1 },
				   .comm = "c",
				   .used = { .cpu_time_ns = 9, .accounting = "exact" } };
	const char *texts[RULE_TEXTS] = { NULL, one.comm, NULL, NULL };

	(void)state;
	add(&world->rules, "unit", "u", NULL, NULL, NULL);
	begin(world);
	end(world);
	begin(world);
	assert_int_equal(families_add(&world->families, &one, texts, true), 0);
	end(world);
	assert_int_equal(world->families.count, 0);
	/* It has one now. */
	texts[FAMILY_UNIT] = "u";
	begin(world);
	assert_int_equal(families_add(&world->families, &one, texts, true), 0);
	end(world);
	assert_int_equal(figures_of(world, "unit")->cpu_time_ns, 9);
	/* Who never gets one waits for one look. */
	one.ids[0] = 2;
	texts[FAMILY_UNIT] = NULL;
	for (unsigned int i = 0; i < 2; i++) {
		begin(world);
		assert_int_equal(families_add(&world->families, &one, texts, true), 0);
		end(world);
	}
	assert_int_equal(figures_of(world, FAMILY_REST)->cpu_time_ns, 9);
	assert_int_equal(figures_of(world, "unit")->cpu_time_ns, 9);
	take_down(world);
}

static void too_many_groups_go_to_the_rest(void **state)
{
	struct world *world = set_out();
	char comm[16];

	(void)state;
	rules_done(&world->rules);
	add(&world->rules, "{1}", NULL, "(.*)", NULL, NULL);
	for (unsigned int i = 0; i < FAMILIES_MAX + 5; i++) {
		(void)snprintf(comm, sizeof(comm), "c%u", i);
		begin(world);
		part(world, i + 1, comm, 1, true, NULL);
		end(world);
	}
	assert_true(world->families.has_too_many);
	assert_int_equal(world->families.count, FAMILIES_MAX + 1);
	assert_int_equal(figures_of(world, FAMILY_REST)->cpu_time_ns, 5);
	take_down(world);
}

static void memory_is_added_up_apart(void **state)
{
	struct world *world = set_out();
	static const char *const texts[RULE_TEXTS] = { NULL, "a", NULL, NULL };

	(void)state;
	begin(world);
	part(world, 1, "a1", 1, true, NULL);
	end(world);
	assert_int_equal(figures_of(world, "a")->memory_bytes, DENET_UNKNOWN);
	families_forget_memory(&world->families);
	assert_int_equal(families_add_memory(&world->families, texts, 5), 0);
	assert_int_equal(families_add_memory(&world->families, texts, 6), 0);
	assert_int_equal(figures_of(world, "a")->memory_bytes, 11);
	take_down(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rule_that_matches_wins),
		cmocka_unit_test(a_name_has_bounds),
		cmocka_unit_test(a_wrong_pattern_is_refused),
		cmocka_unit_test(starts_and_ends_never_fall),
		cmocka_unit_test(one_that_was_just_forked_was_not_started_yet),
		cmocka_unit_test(what_has_gone_stays_in_its_group),
		cmocka_unit_test(what_was_used_before_the_first_look_is_not_known_without_bpf),
		cmocka_unit_test(who_gets_another_name_goes_on_there),
		cmocka_unit_test(of_a_new_cgroup_they_wait_for_its_name),
		cmocka_unit_test(too_many_groups_go_to_the_rest),
		cmocka_unit_test(memory_is_added_up_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
