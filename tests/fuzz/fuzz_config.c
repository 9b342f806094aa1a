/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* libFuzzer: whatever a configuration says, it is refused with places, or what is shown of it says the same. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "util/cleanup.h"

#define NAME "it.yml"
#define AT(member) offsetof(struct settings, member)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	unsigned int type;
	const char *url;
	const char *only;
};

struct settings {
	uint64_t interval_ns;
	uint64_t history;
	bool names;
	double share;
	uint64_t size_bytes;
	const char *listen;
	uint64_t every_ns;
	struct config_items targets;
	struct config_items labels;
};

static const char *const types[] = { "influx", "statsd", NULL };

static const struct config_key target_keys[] = {
	{ .name = "type", .form = CONFIG_CHOICE, .choices = types },
	{ .name = "url", .offset = offsetof(struct target, url) },
	{ .name = "only",
	  .type = VALUE_PATTERN,
	  .offset = offsetof(struct target, only),
	  .fallback = "" },
	{ 0 },
};

static const struct config_key heavy_keys[] = {
	{ .name = "every", .type = VALUE_TIME, .fallback = "60s", .min = "1s", .max = "1d" },
	{ 0 },
};

static const struct config_key keys[] = {
	{ .name = "interval",
	  .type = VALUE_TIME,
	  .offset = AT(interval_ns),
	  .fallback = "1s",
	  .min = "100ms",
	  .max = "1h" },
	{ .name = "history",
	  .type = VALUE_COUNT,
	  .offset = AT(history),
	  .fallback = "3600",
	  .min = "0",
	  .max = "1000000" },
	{ .name = "names", .type = VALUE_BOOL, .offset = AT(names), .fallback = "false" },
	{ .name = "share",
	  .type = VALUE_PERCENT,
	  .offset = AT(share),
	  .fallback = "80%",
	  .min = "0%",
	  .max = "100%" },
	{ .name = "size",
	  .type = VALUE_SIZE,
	  .offset = AT(size_bytes),
	  .fallback = "500MiB",
	  .min = "0B",
	  .max = "1TB" },
	{ .name = "listen", .offset = AT(listen), .fallback = "" },
	{ .name = "heavy", .form = CONFIG_SECTION, .offset = AT(every_ns), .keys = heavy_keys },
	{ .name = "targets",
	  .form = CONFIG_LIST,
	  .offset = AT(targets),
	  .keys = target_keys,
	  .size = sizeof(struct target) },
	{ .name = "labels", .form = CONFIG_PAIRS, .offset = AT(labels) },
	{ 0 },
};

static int read_text(const char *text, size_t len, struct config *config, struct settings *settings,
		     struct faults *faults)
{
	int r;

	*config = (struct config){ .keys = keys, .variables = "FUZZ_" };
	r = node_read(NAME, text, len, faults, &config->root);
	if (!r && config->root && config->root->kind != NODE_KEYS)
		return -ENODATA;
	return r ? r : config_fill(config, settings, faults);
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const struct settings *a, const struct settings *b)
{
	const struct config_pair *labels = a->labels.items, *others = b->labels.items;
	const struct target *targets = a->targets.items, *its = b->targets.items;

	if (a->interval_ns != b->interval_ns || a->history != b->history || a->names != b->names ||
	    a->share != b->share || a->size_bytes != b->size_bytes || a->every_ns != b->every_ns ||
	    !is_same_text(a->listen, b->listen) || a->targets.count != b->targets.count ||
	    a->labels.count != b->labels.count)
		abort();
	for (size_t i = 0; i < a->labels.count; i++)
		if (!is_same_text(labels[i].key, others[i].key) ||
		    !is_same_text(labels[i].value, others[i].value))
			abort();
	for (size_t i = 0; i < a->targets.count; i++)
		if (targets[i].type != its[i].type || !is_same_text(targets[i].url, its[i].url) ||
		    !is_same_text(targets[i].only, its[i].only))
			abort();
}

static void check_shown(const struct config *config, const struct settings *settings)
{
	AUTO(buf) struct buf shown = { 0 };
	AUTO(faults) struct faults faults = { 0 };
	struct settings again = { 0 };
	struct config other;

	config_append_values(&shown, config);
	if (read_text(shown.data, shown.len, &other, &again, &faults))
		abort();
	check_same(settings, &again);
	config_free(keys, &again);
	config_done(&other);
}

static void check_faults(int r, const struct faults *faults)
{
	if (r == -ENODATA)
		return;
	if (r != -EINVAL || !faults->count || faults->count > FAULTS_MAX)
		abort();
	for (size_t i = 0; i < faults->count; i++)
		if (strncmp(faults->items[i], NAME ":", strlen(NAME) + 1) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(faults) struct faults faults = { 0 };
	struct settings settings = { 0 };
	struct config config;
	int r = read_text((const char *)data, size, &config, &settings, &faults);

	if (r)
		check_faults(r, &faults);
	else
		check_shown(&config, &settings);
	config_free(keys, &settings);
	config_done(&config);
	return 0;
}
