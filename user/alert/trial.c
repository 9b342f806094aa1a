/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alert/evaluator.h"
#include "alert/made.h"
#include "alert/ruleset.h"
#include "alert/trial_settings.h"
#include "config/config.h"
#include "util/cleanup.h"
#include "util/units.h"

#define BEGIN_MS 1700000000000u /* when the first look is */
#define LOOKS_MAX 100000

struct trial {
	struct config config; /* owned, as the next three */
	struct trial_settings settings;
	struct ruleset rules;
	struct made made;
	struct faults *faults; /* borrowed */
};

static void on_told(void *context, const struct alert *alert)
{
	(void)context;
	(void)alert;
}

/* "Hot/critical", or "Fat/warning of web". */
static void append_alert(struct buf *buf, const struct alert *alert)
{
	buf_printf(buf, "%s/%s", alert->rule->said->name.text, settings_levels[alert->level]);
	if (*alert->name)
		buf_printf(buf, " of %s", alert->name);
}

static bool is_expected(const struct trial_expect *expect, const struct alert *alert)
{
	const struct config_word *words = expect->firing.items;
	AUTO(buf) struct buf name = { 0 };

	append_alert(&name, alert);
	for (size_t i = 0; i < expect->firing.count; i++)
		if (strcmp(words[i].text, buf_text(&name)) == 0)
			return true;
	return false;
}

static bool does_fire(const struct evaluator *evaluator, const char *wanted)
{
	for (size_t i = 0; i < evaluator_count(evaluator); i++) {
		const struct alert *alert = evaluator_get(evaluator, i);
		AUTO(buf) struct buf name = { 0 };

		append_alert(&name, alert);
		if (alert->state == ALERT_FIRING && strcmp(wanted, buf_text(&name)) == 0)
			return true;
	}
	return false;
}

static void compare(struct trial *trial, const struct trial_test *test,
		    const struct trial_expect *expect, const struct evaluator *evaluator)
{
	const struct config_word *words = expect->firing.items;
	const char *name = test->name ? test->name : "a test";

	for (size_t i = 0; i < expect->firing.count; i++)
		if (!does_fire(evaluator, words[i].text))
			faults_add(trial->faults, words[i].place, "%.60s: '%.100s' does not fire",
				   name, words[i].text);
	for (size_t i = 0; i < evaluator_count(evaluator); i++) {
		const struct alert *alert = evaluator_get(evaluator, i);
		AUTO(buf) struct buf told = { 0 };

		if (alert->state != ALERT_FIRING || is_expected(expect, alert))
			continue;
		append_alert(&told, alert);
		faults_add(trial->faults, expect->place, "%.60s: '%.100s' fires", name,
			   buf_text(&told));
	}
}

static void compare_all(struct trial *trial, const struct trial_test *test, size_t look,
			const struct evaluator *evaluator)
{
	const struct trial_expect *expects = test->expects.items;

	for (size_t i = 0; i < test->expects.count; i++)
		if (expects[i].at_ns == look * trial->settings.interval_ns)
			compare(trial, test, &expects[i], evaluator);
}

/* How many there are; a fault where nobody looks. */
static size_t count_looks(struct trial *trial, const struct trial_test *test)
{
	const struct trial_expect *expects = test->expects.items;
	uint64_t interval_ns = trial->settings.interval_ns;
	size_t count = 0;

	for (size_t i = 0; i < test->expects.count; i++) {
		uint64_t look = expects[i].at_ns / interval_ns;

		if (expects[i].at_ns % interval_ns || look >= LOOKS_MAX)
			faults_add(trial->faults, expects[i].place,
				   "there is no look at this time");
		else if (look + 1 > count)
			count = (size_t)look + 1;
	}
	return count;
}

static int look_at(struct trial *trial, const struct trial_test *test)
{
	AUTO(evaluator) struct evaluator *evaluator = NULL;
	size_t count = count_looks(trial, test);
	int r = evaluator_new(&trial->rules, "", on_told, NULL, &evaluator);

	for (size_t i = 0; i < count && !r && !faults_are_many(trial->faults); i++) {
		struct view view = made_look(&trial->made, i);

		view.mono_ns = NS_PER_S + i * trial->settings.interval_ns;
		view.ts_ms = BEGIN_MS + i * trial->settings.interval_ns / NS_PER_MS;
		evaluator_take(evaluator, &view);
		compare_all(trial, test, i, evaluator);
	}
	return r;
}

static int run_test(struct trial *trial, const struct trial_test *test)
{
	int r = made_init(&trial->made, test, trial->faults);

	if (!r && !trial->faults->count)
		r = look_at(trial, test);
	made_done(&trial->made);
	return r;
}

/* Beside the file of tests. */
static int read_rules(struct trial *trial, const char *file)
{
	const struct config_word *rules = &trial->settings.rules;
	const char *slash = strrchr(file, '/');
	AUTO(buf) struct buf path = { 0 };
	struct alert_settings settings = { .rules_file.place = rules->place };

	if (slash && rules->text[0] != '/')
		buf_append(&path, file, (size_t)(slash - file) + 1);
	buf_append_text(&path, rules->text);
	if (path.error)
		return path.error;
	settings.rules_file.text = buf_text(&path);
	return ruleset_make(&settings, trial->faults, &trial->rules);
}

static int run_all(struct trial *trial, const char *file)
{
	const struct trial_test *tests;
	int r = config_load(&trial->config, file, false, trial->faults);

	if (!r)
		r = config_fill(&trial->config, &trial->settings, trial->faults);
	if (!r)
		r = read_rules(trial, file);
	tests = trial->settings.tests.items;
	for (size_t i = 0; i < trial->settings.tests.count && !r; i++)
		r = run_test(trial, &tests[i]);
	return r ? r : faults_result(trial->faults);
}

int trial_run(const char *file, struct faults *faults, size_t *ret_tests)
{
	struct trial trial = { .config = { .keys = trial_settings_keys, .variables = "" },
			       .faults = faults };
	int r = run_all(&trial, file);

	*ret_tests = trial.settings.tests.count;
	ruleset_done(&trial.rules);
	config_free(trial_settings_keys, &trial.settings);
	config_done(&trial.config);
	return r;
}
