/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rules, and looks that are made up for them. */
#ifndef DENET_TESTS_UNIT_ALERT_WORLD_H
#define DENET_TESTS_UNIT_ALERT_WORLD_H

#include <stdlib.h>

#include "alert/evaluator.h"
#include "alert/ruleset.h"
#include "metrics/host_records.h"
#include "rules_file.h"
#include "util/units.h"

#define ALERT_WORLD_ROWS 2000

struct alert_world {
	struct ruleset rules;
	struct evaluator *evaluator;
	struct buf told; /* "warning firing 80.5;" */
	enum denet_record of_groups; /* what groups are rows of */
	uint64_t mono_ns;
	uint64_t ts_ms;
	uint64_t last_ends_ms;
};

static void alert_world_on_told(void *context, const struct alert *alert)
{
	struct alert_world *world = context;

	world->last_ends_ms = alert->ends_ms;
	buf_printf(&world->told, "%s %s %.10g;", settings_levels[alert->level],
		   alert->state == ALERT_FIRING ? "firing" : "resolved", alert->value);
}

static struct alert_world *alert_world_new(const char *rules)
{
	struct alert_world *world = calloc(1, sizeof(*world));
	struct faults faults = { 0 };
	int r;

	assert_non_null(world);
	r = rules_file_read(rules, &faults, &world->rules);
	if (faults.count)
		fail_msg("%s", faults.items[0]);
	assert_int_equal(r, 0);
	assert_int_equal(
		evaluator_new(&world->rules, "here", alert_world_on_told, world, &world->evaluator),
		0);
	world->of_groups = DENET_RECORD_GROUP;
	world->mono_ns = 1000 * NS_PER_S;
	world->ts_ms = 1800000000000;
	return world;
}

static void alert_world_free(struct alert_world *world)
{
	evaluator_free(world->evaluator);
	ruleset_done(&world->rules);
	buf_done(&world->told);
	free(world);
}

/* So many seconds after the look before. */
static void alert_world_take(struct alert_world *world, uint64_t seconds,
			     const struct view_row *rows, size_t count)
{
	struct view view = { .rows = rows, .count = count };

	view.mono_ns = world->mono_ns += seconds * NS_PER_S;
	view.ts_ms = world->ts_ms += seconds * 1000;
	evaluator_take(world->evaluator, &view);
}

static inline void alert_world_machine(struct alert_world *world, uint64_t seconds,
				       double cpu_percent)
{
	struct host_machine machine = { .cpu_percent = cpu_percent };
	struct view_row row = { DENET_RECORD_MACHINE, &machine };

	alert_world_take(world, seconds, &row, 1);
}

static inline struct host_group alert_world_group(const char *name, const char *cgroup,
						  uint64_t memory_bytes)
{
	return (struct host_group){
		.type = "container", .name = name, .cgroup = cgroup, .memory_bytes = memory_bytes
	};
}

static inline void alert_world_groups(struct alert_world *world, uint64_t seconds,
				      const struct host_group *groups, size_t count)
{
	static struct view_row rows[ALERT_WORLD_ROWS];

	assert_true(count <= ALERT_WORLD_ROWS);
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct view_row){ world->of_groups, &groups[i] };
	alert_world_take(world, seconds, rows, count);
}

#endif
