/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rules as people write them: what is wrong with each, and where. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "alert/alerting.h"
#include "alert/kind.h"
#include "alert/ruleset.h"
#include "rules_file.h"
#include "util/cleanup.h"
#include "util/units.h"

#define RULE "rules:\n- name: It\n  warning: "

static const struct {
	const char *text;
	const char *fault; /* behind the file's name */
} wrong[] = {
	{ RULE "80%\n  metric: cpu_precent\n",
	  "4:11: there is no metric 'cpu_precent', did you mean 'cpu_percent'?" },
	{ RULE "80%\n  metric: cpu_percent\n  of: group\n",
	  "4:11: there is no metric 'cpu_percent' of group" },
	{ RULE "80%\n  metric: ts_ms\n", "4:11: there is no metric 'ts_ms'" },
	{ RULE "80%\n  metric: cpu_per_core\n",
	  "4:11: there is no metric 'cpu_per_core', did you mean 'cpu_pressure'?" },
	{ RULE "80%\n  metric: cpu_percent\n  of: containers\n",
	  "5:7: 'of' knows no 'containers', did you mean 'container'?" },
	{ RULE "80\n  metric: cpu_percent\n",
	  "3:12: 'warning' of 'cpu_percent' wants a part as 80%, not '80'" },
	{ RULE "80%\n  metric: memory_bytes\n",
	  "3:12: 'warning' of 'memory_bytes' wants a size as 500MiB or 2GB, not '80%'" },
	{ RULE "5MiB\n  metric: rate(oom_kills)\n",
	  "3:12: 'warning' of 'rate(oom_kills)' wants a number as 12 or 0.5, a second, not "
	  "'5MiB'" },
	{ RULE "5s\n  metric: rate(cpu_time_ns)\n",
	  "3:12: 'warning' of 'rate(cpu_time_ns)' wants a part as 80%, not '5s'" },
	{ RULE "-5%\n  metric: cpu_percent\n", "3:12: 'warning' is out of range: '-5%'" },
	{ RULE "80%\n  metric: cpu_percent\n  critical: 70%\n",
	  "5:13: 'critical' comes before 'warning', which is 80%" },
	{ RULE "80%\n  metric: cpu_percent\n  warning_resolve: 85%\n",
	  "5:20: 'warning_resolve' must not be above 'warning', which is 80%" },
	{ RULE "10%\n  when: below\n  metric: cpu_percent\n  warning_resolve: 5%\n",
	  "6:20: 'warning_resolve' must not be below 'warning', which is 10%" },
	{ RULE "80%\n  metric: cpu_percent\n  critical_resolve: 85%\n",
	  "5:21: there is no 'critical' that it is of" },
	{ "rules:\n- name: It\n  metric: cpu_percent\n",
	  "2:9: 'It' has no 'warning' and no 'critical'" },
	{ RULE "80%\n", "2:3: 'metric' is missing" },
	{ RULE "80%\n  metric: p95(cpu_percent)\n",
	  "4:11: 'p95' wants a time, as in p95(cpu_percent, 5m)" },
	{ RULE "80%\n  metric: p96(cpu_percent, 5m)\n",
	  "4:11: 'metric' knows no function 'p96', did you mean 'p95'?" },
	{ RULE "80%\n  metric: p95(cpu_percent, 5)\n",
	  "4:11: 'metric' wants a time up to 1d behind the comma, not '5'" },
	{ RULE "80%\n  metric: p95(cpu_percent, 5m\n",
	  "4:11: 'metric' wants a metric, or rate(metric), or p95(metric, 5m), not "
	  "'p95(cpu_percent, 5m'" },
	{ RULE "80%\n  metric: cpu_percent + 1\n",
	  "4:11: 'metric' wants a metric, or rate(metric), or p95(metric, 5m), not "
	  "'cpu_percent + 1'" },
	{ RULE "80%\n  metric: rate(cpu_percent)\n",
	  "4:11: rate() wants a counter, and 'cpu_percent' is none" },
	{ RULE "80%\n  metric: cpu_percent\n- {name: It, metric: cpu_percent, warning: 1%}\n",
	  "5:10: 'It' is the name of two rules, first in line 2" },
	{ RULE "80%\n  metric: cpu_percent\n  labels: {severity: high}\n",
	  "5:12: the label 'severity' says something else" },
	{ RULE "1MiB\n  metric: memory_bytes\n  labels: {cgroup: x}\n",
	  "5:12: the label 'cgroup' says something else" },
	{ RULE "80%\n  metric: cpu_percent\n  labels: {1a: x}\n",
	  "5:12: '1a' is no name: letters, digits and '_' are" },
	{ RULE "80%\n  metric: cpu_percent\n  annotations: {a: 'is {valeu}'}\n",
	  "5:17: there is no value '{valeu}', did you mean '{value}'?" },
	{ RULE "80%\n  metric: cpu_percent\n  annotations: {a: 'is {'}\n",
	  "5:17: there is no value '{}'; a brace itself is '{{'" },
	{ RULE "80%\n  metric: cpu_percent\n  annotation: {a: b}\n",
	  "5:3: unknown key 'annotation', did you mean 'annotations'?" },
	{ RULE "80%\n  metric: cpu_percent\n  for: 5\n",
	  "5:8: 'for' wants a time as 30s, 5m or 1h, not '5'" },
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		AUTO(ruleset) struct ruleset rules = { 0 };
		AUTO(faults) struct faults faults = { 0 };
		char whole[512];

		assert_int_equal(rules_file_read(wrong[i].text, &faults, &rules), -EINVAL);
		assert_true(faults.count > 0);
		(void)snprintf(whole, sizeof(whole), "%s:%s", rules_file_path, wrong[i].fault);
		assert_string_equal(faults.items[0], whole);
	}
}

static void up_to_twenty_are_told_at_once(void **state)
{
	AUTO(ruleset) struct ruleset rules = { 0 };
	AUTO(faults) struct faults faults = { 0 };
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	buf_append_text(&text, "rules:\n");
	for (int i = 0; i < 50; i++)
		buf_printf(&text, "- {name: r%d, metric: m%d, warning: 1}\n", i, i);
	assert_int_equal(rules_file_read(buf_text(&text), &faults, &rules), -EINVAL);
	assert_int_equal(faults.count, FAULTS_MAX);
	assert_non_null(strstr(faults.items[19], ":21:"));
}

static void a_rule_is_of_the_first_that_has_the_metric(void **state)
{
	static const char text[] =
		"rules:\n- {name: A, metric: disk_usage_percent, warning: 1%}\n"
		"- {name: B, metric: disk_usage_percent, of: filesystem, warning: 1%}\n"
		"- {name: C, metric: cpu_usage, warning: 1%}\n"
		"- {name: D, metric: containers_living, warning: 1}\n"
		"- {name: E, metric: load_avg, warning: 1.5}\n"
		"- {name: F, metric: disk_read_bytes_per_sec, warning: 10MiB/s}\n"
		"- {name: G, metric: ' p99( memory_stall_ns , 5m ) ', warning: 250ms}\n"
		"- {name: H, metric: 'rate(memory_stall_ns, 1m)', critical: 0.5%}\n";
	static const enum denet_record records[] = {
		DENET_RECORD_MACHINE, DENET_RECORD_FILESYSTEM, DENET_RECORD_GROUP,
		DENET_RECORD_CLASS,   DENET_RECORD_MACHINE,    DENET_RECORD_MACHINE,
		DENET_RECORD_MACHINE, DENET_RECORD_MACHINE,
	};
	static const double bounds[] = { 1, 1, 1, 1, 1.5, 10 << 20, 250e6, 0.5 };
	AUTO(ruleset) struct ruleset rules = { 0 };
	AUTO(faults) struct faults faults = { 0 };

	(void)state;
	assert_int_equal(rules_file_read(text, &faults, &rules), 0);
	assert_int_equal(rules.count, 8);
	for (size_t i = 0; i < rules.count; i++) {
		const struct rule *rule = &rules.items[i];
		const struct rule_level *level =
			&rule->levels[i == 7 ? LEVEL_CRITICAL : LEVEL_WARNING];

		assert_true(level->is_on);
		assert_true(rule_is_beyond(rule, bounds[i] * 1.001, level->threshold));
		assert_false(rule_is_beyond(rule, bounds[i], level->threshold));
		assert_int_equal(kind_to_record(rule->kind), records[i]);
	}
	assert_int_equal(rules.items[6].formula.window_ns, 300 * NS_PER_S);
}

static void a_file_that_is_not_there_is_told(void **state)
{
	const struct alert_settings settings = {
		.rules_file = { "/tmp/denet/none", { "host.yml", 3, 7 } },
	};
	AUTO(faults) struct faults faults = { 0 };

	(void)state;
	assert_int_equal(alerting_check(&settings, &faults), -EINVAL);
	assert_string_equal(faults.items[0], "host.yml:3:7: cannot read '/tmp/denet/none': No such "
					     "file or directory");
}

static void a_target_has_what_it_needs(void **state)
{
	struct settings_target target = { .type = TARGET_FILE, .place = { "host.yml", 3, 7 } };
	const struct alert_settings settings = { .targets = { &target, 1 } };
	AUTO(faults) struct faults faults = { 0 };

	(void)state;
	assert_int_equal(alerting_check(&settings, &faults), -EINVAL);
	assert_string_equal(faults.items[0], "host.yml:3:7: 'path' is missing");
}

static void a_command_has_a_whole_path(void **state)
{
	struct config_word words[] = { { "logger", { "host.yml", 4, 9 } } };
	struct settings_target target = { .type = TARGET_EXEC, .command = { words, 1 } };
	const struct alert_settings settings = { .targets = { &target, 1 } };
	AUTO(faults) struct faults faults = { 0 };

	(void)state;
	assert_int_equal(alerting_check(&settings, &faults), -EINVAL);
	assert_string_equal(
		faults.items[0],
		"host.yml:4:9: 'command' wants the whole path of a program, not 'logger'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(up_to_twenty_are_told_at_once),
		cmocka_unit_test(a_rule_is_of_the_first_that_has_the_metric),
		cmocka_unit_test(a_file_that_is_not_there_is_told),
		cmocka_unit_test(a_target_has_what_it_needs),
		cmocka_unit_test(a_command_has_a_whole_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
