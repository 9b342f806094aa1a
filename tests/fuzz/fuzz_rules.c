/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * libFuzzer: whatever rules say, they are refused with places, or looks of any figures by them tell each alert in
 * turn, and none that is over twice.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alert/evaluator.h"
#include "alert/ruleset.h"
#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/units.h"

#define NAME "it.yml"
#define LOOKS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct balance {
	size_t firing;
	size_t resolved;
};

static void on_told(void *context, const struct alert *alert)
{
	struct balance *balance = context;
	AUTO(buf) struct buf text = { 0 };

	alert_append(&text, alert, 1);
	alert_append_summary(&text, alert);
	if (text.error || isnan(alert->value))
		abort();
	if (alert->state == ALERT_FIRING)
		balance->firing++;
	else if (alert->state != ALERT_RESOLVED || ++balance->resolved > balance->firing)
		abort();
}

/* The last bytes are figures, too. */
static uint64_t figure(const uint8_t *data, size_t size, size_t index)
{
	uint8_t byte = size ? data[(size * LOOKS - index * 7) % size] : 0;

	return byte == 0xff ? DENET_UNKNOWN : (uint64_t)byte << (byte & 31);
}

static void take(struct evaluator *evaluator, const uint8_t *data, size_t size, size_t look)
{
	struct host_machine machine = { .cpu_percent = (double)figure(data, size, look) };
	struct host_group group = { .type = "container",
				    .name = "w\xff\n",
				    .cgroup = "/a",
				    .memory_bytes = figure(data, size, look + 1),
				    .cpu_time_ns = figure(data, size, look + 2),
				    .oom_kills = figure(data, size, look + 3),
				    .cpu_usage = (double)NAN };
	const struct view_row rows[] = { { DENET_RECORD_MACHINE, &machine },
					 { look % 3 ? DENET_RECORD_GROUP : DENET_RECORD_CONTAINER,
					   &group } };
	const struct view view = {
		.rows = rows,
		.count = look % 4 == 3 ? 1 : 2,
		.mono_ns = (look + 1) * 15 * NS_PER_S,
		.ts_ms = look % 5 ? look * 15000 : 0,
	};

	evaluator_take(evaluator, &view);
}

static void look_by(const struct ruleset *rules, const uint8_t *data, size_t size)
{
	struct balance balance = { 0 };
	struct evaluator *evaluator = NULL;

	if (evaluator_new(rules, "here", on_told, &balance, &evaluator))
		abort();
	for (size_t i = 0; i < LOOKS; i++)
		take(evaluator, data, size, i);
	evaluator_end(evaluator, on_told, &balance);
	if (balance.firing != balance.resolved || evaluator_count(evaluator))
		abort();
	evaluator_free(evaluator);
}

static void check_faults(int r, const struct faults *faults)
{
	if (r != -EINVAL || !faults->count || faults->count > FAULTS_MAX)
		abort();
	for (size_t i = 0; i < faults->count; i++)
		if (strncmp(faults->items[i], NAME ":", strlen(NAME) + 1) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(ruleset) struct ruleset rules = { 0 };
	AUTO(faults) struct faults faults = { 0 };
	struct config config = { .keys = settings_rules_keys, .variables = "FUZZ_" };
	struct alert_settings settings = { 0 };
	int r = node_read(NAME, (const char *)data, size, &faults, &config.root);

	if (!r && config.root && config.root->kind != NODE_KEYS)
		r = -ENODATA;
	if (!r)
		r = config_fill(&config, &settings, &faults);
	if (!r)
		r = ruleset_make(&settings, &faults, &rules);
	if (!r)
		look_by(&rules, data, size);
	else if (r != -ENODATA)
		check_faults(r, &faults);
	ruleset_done(&rules);
	config_free(settings_rules_keys, &settings);
	config_done(&config);
	return 0;
}
