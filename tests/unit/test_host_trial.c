/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Tests of rules that pass, that fail, and that are wrong themselves. */
#include "alert/trial.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "alert/notation.h"
#include "util/cleanup.h"

static char folder[] = "/tmp/denet-trial-XXXXXX";
static char rules_path[64];
static char trial_path[64];

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char rules[] =
	"rules:\n"
	"- {name: Fat, metric: memory_bytes, of: container, warning: 1MiB, for: 1m}\n"
	"- {name: Killed, metric: rate(oom_kills), of: container, critical: 0}\n"
	"- {name: Load, metric: load_avg, warning: 4}\n"
	"- {name: Full, metric: disk_usage_percent, of: filesystem, critical: 95%}\n";

#define BEGIN "rules: rules.yml\ninterval: 30s\ntests:\n- name: it\n  series:\n"
#define FAT "  - {metric: memory_bytes, of: container, name: web, values: 1MiB 2MiBx5 -}\n"

static int run_text(const char *text, struct faults *faults)
{
	size_t count = 0;

	put(rules_path, rules);
	put(trial_path, text);
	return trial_run(trial_path, faults, &count);
}

static void what_fires_as_it_should_passes(void **state)
{
	AUTO(faults) struct faults faults = { 0 };

	(void)state;
	if (run_text(BEGIN FAT
		     "  - {metric: oom_kills, of: container, name: web, values: 3x4 4x2 -}\n"
		     "  - {metric: load_avg, values: 4x3 4.5x2 _x9}\n"
		     "  - {metric: disk_usage_percent, of: filesystem, name: /a, values: 80+5x10}\n"
		     "  - {metric: disk_usage_percent, of: filesystem, name: /b, values: 1}\n"
		     "  expect:\n"
		     "  - {at: 60s, firing: []}\n"
		     "  - {at: 90s, firing: [Fat/warning of web]}\n"
		     "  - {at: 120s, firing: [Load/warning, Fat/warning of web, Full/critical of "
		     "/a]}\n"
		     "  - {at: 150s, firing: [Load/warning, Fat/warning of web, Full/critical of "
		     "/a, "
		     "Killed/critical of web]}\n"
		     "  - {at: 4m, firing: [Load/warning, Full/critical of /a]}\n",
		     &faults))
		fail_msg("%s", faults.count ? faults.items[0] : "unreadable");
}

static const struct {
	const char *text;
	const char *fault; /* behind the file's name */
} wrong[] = {
	{ BEGIN FAT "  expect:\n  - {at: 60s, firing: [Fat/warning of web]}\n",
	  "8:24: it: 'Fat/warning of web' does not fire" },
	{ BEGIN FAT "  expect:\n  - {at: 90s, firing: []}\n",
	  "8:5: it: 'Fat/warning of web' fires" },
	{ BEGIN FAT "  expect:\n  - {at: 45s, firing: []}\n",
	  "8:5: there is no look at this time" },
	{ BEGIN "  - {metric: memory_byte, of: container, values: 1}\n",
	  "6:14: there is no metric 'memory_byte' of container, did you mean 'memory_bytes'?" },
	{ BEGIN "  - {metric: rate(oom_kills), of: container, values: 1}\n",
	  "6:14: values are of a metric, not of 'rate(oom_kills)'" },
	{ BEGIN "  - {metric: load_avg, values: 1 2y}\n",
	  "6:32: 'values' wants up to 10000 of '80', '80x3', '80+5x3', '_' and '-', not '2y'" },
	{ BEGIN "  - {metric: load_avg, values: 1x99999}\n",
	  "6:32: 'values' wants up to 10000 of '80', '80x3', '80+5x3', '_' and '-', not "
	  "'1x99999'" },
	{ "rules: none.yml\n", "1:8: cannot read" },
	{ "rule: x\n", "1:1: unknown key 'rule', did you mean 'rules'?" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		AUTO(faults) struct faults faults = { 0 };
		char whole[512];
		size_t len;

		assert_int_equal(run_text(wrong[i].text, &faults), -EINVAL);
		(void)snprintf(whole, sizeof(whole), "%s:%s", trial_path, wrong[i].fault);
		len = strstr(whole, "cannot read") ? strlen(whole) : strlen(whole) + 1;
		if (strncmp(faults.items[0], whole, len) != 0)
			fail_msg("%s, not %s", faults.items[0], whole);
	}
}

static void values_are_written_in_short(void **state)
{
	static const double wanted[] = { 1, 1, 1, 5, 4.5, 4, (double)INFINITY, 1536 };
	const struct config_word word = { " 1x2  5-0.5x2 _ -x0 1.5KiB ", { "it", 1, 1 } };
	const struct unit unit = { VALUE_SIZE, false };
	AUTO(faults) struct faults faults = { 0 };
	struct notation notation = { 0 };

	(void)state;
	assert_int_equal(notation_read(&word, &unit, &faults, &notation), 0);
	assert_int_equal(faults.count, 0);
	assert_int_equal(notation.count, 9);
	assert_true(isnan(notation.values[6]));
	for (size_t i = 0; i < 8; i++)
		assert_true(notation.values[i < 6 ? i : i + 1] == wanted[i]);
	notation_done(&notation);
}

static void a_file_that_is_not_there_is_told(void **state)
{
	AUTO(faults) struct faults faults = { 0 };
	size_t count = 1;

	(void)state;
	assert_int_equal(trial_run("/tmp/denet/none", &faults, &count), -ENOENT);
	assert_int_equal(count, 0);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(rules_path, sizeof(rules_path), "%s/rules.yml", folder);
	(void)snprintf(trial_path, sizeof(trial_path), "%s/trial.yml", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(rules_path);
	(void)unlink(trial_path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fires_as_it_should_passes),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(values_are_written_in_short),
		cmocka_unit_test(a_file_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
