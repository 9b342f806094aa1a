/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_file(const char *file, struct faults *faults, struct ruleset *rules)
{
	int r;

	rules->file = (struct config){ .keys = settings_rules_keys, .variables = "" };
	r = config_load(&rules->file, file, false, faults);
	return r ? r : config_fill(&rules->file, &rules->of_file, faults);
}

static void check_name(const struct ruleset *rules, const struct rule *rule, struct faults *faults)
{
	const struct config_word *name = &rule->said->name;

	for (const struct rule *other = rules->items; other < rule; other++)
		if (strcmp(other->said->name.text, name->text) == 0) {
			faults_add(faults, name->place,
				   "'%.60s' is the name of two rules, first in line %zu",
				   name->text, other->said->name.place.line);
			return;
		}
}

static int add_rules(struct ruleset *rules, const struct config_items *said, struct faults *faults)
{
	const struct settings_rule *items = said->items;
	int r = 0;

	for (size_t i = 0; i < said->count && !r && !faults_are_many(faults); i++) {
		struct rule *rule = &rules->items[rules->count++];

		r = rule_make(&items[i], faults, rule);
		if (!r)
			check_name(rules, rule, faults);
	}
	return r;
}

static int make(const struct config_items *said, struct faults *faults, struct ruleset *rules)
{
	const struct config_items *others = &rules->of_file.rules;
	int r;

	rules->items = calloc(said->count + others->count + 1, sizeof(*rules->items));
	if (!rules->items)
		return -ENOMEM;
	r = add_rules(rules, said, faults);
	if (!r)
		r = add_rules(rules, others, faults);
	return r ? r : faults_result(faults);
}

int ruleset_make(const struct alert_settings *settings, struct faults *faults,
		 struct ruleset *ret_rules)
{
	const struct config_word *file = &settings->rules_file;
	int r = 0;

	if (file->text)
		r = read_file(file->text, faults, ret_rules);
	if (r && r != -ENOMEM && !faults->count) {
		faults_add(faults, file->place, "cannot read '%.200s': %s", file->text,
			   strerror(-r));
		r = -EINVAL;
	}
	return r ? r : make(&settings->rules, faults, ret_rules);
}

int ruleset_read(const char *file, struct faults *faults, struct ruleset *ret_rules)
{
	static const struct config_items none;
	int r = read_file(file, faults, ret_rules);

	return r ? r : make(&none, faults, ret_rules);
}

void ruleset_done(struct ruleset *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_done(&rules->items[i]);
	free(rules->items);
	config_free(settings_rules_keys, &rules->of_file);
	config_done(&rules->file);
	*rules = (struct ruleset){ 0 };
}
