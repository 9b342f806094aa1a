/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/trial_settings.h"

#include <stddef.h>

#include "alert/kind.h"

#define SERIES(member) offsetof(struct trial_series, member)
#define EXPECT(member) offsetof(struct trial_expect, member)
#define TEST(member) offsetof(struct trial_test, member)
#define FIELD(member) offsetof(struct trial_settings, member)

static const struct config_key series_keys[] = {
	{ .name = "metric", .type = VALUE_PLACED, .offset = SERIES(metric) },
	{ .name = "of",
	  .form = CONFIG_CHOICE,
	  .offset = SERIES(kind),
	  .fallback = "auto",
	  .choices = kind_names },
	{ .name = "name", .type = VALUE_TEXT, .offset = SERIES(name), .fallback = "" },
	{ .name = "values", .type = VALUE_PLACED, .offset = SERIES(values) },
	{ 0 },
};

static const struct config_key expect_keys[] = {
	{ .name = "at", .type = VALUE_TIME, .offset = EXPECT(at_ns), .min = "0s", .max = "365d" },
	{ .name = "firing", .form = CONFIG_WORDS, .type = VALUE_PLACED, .offset = EXPECT(firing) },
	{ 0 },
};

static const struct config_key test_keys[] = {
	{ .name = "name", .type = VALUE_TEXT, .offset = TEST(name), .fallback = "" },
	{ .name = "series",
	  .form = CONFIG_LIST,
	  .offset = TEST(series),
	  .keys = series_keys,
	  .size = sizeof(struct trial_series) },
	{ .name = "expect",
	  .form = CONFIG_LIST,
	  .offset = TEST(expects),
	  .keys = expect_keys,
	  .size = sizeof(struct trial_expect),
	  .place_offset = EXPECT(place) },
	{ 0 },
};

const struct config_key trial_settings_keys[] = {
	{ .name = "rules", .type = VALUE_PLACED, .offset = FIELD(rules) },
	{ .name = "interval",
	  .type = VALUE_TIME,
	  .offset = FIELD(interval_ns),
	  .fallback = "1m",
	  .min = "100ms",
	  .max = "1d" },
	{ .name = "tests",
	  .form = CONFIG_LIST,
	  .offset = FIELD(tests),
	  .keys = test_keys,
	  .size = sizeof(struct trial_test),
	  .place_offset = TEST(place) },
	{ 0 },
};
