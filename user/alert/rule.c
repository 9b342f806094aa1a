/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/rule.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/kind.h"
#include "alert/template.h"
#include "metrics/host_records.h"
#include "metrics/keys.h"
#include "metrics/table.h"
#include "util/cleanup.h"
#include "util/suggest.h"

#define CANDIDATES_MAX 512

/* What can be compared with a bound. */
static bool is_number(const struct metric_use *use)
{
	if (use->metric->shown.type == DENET_METRIC_INFO)
		return false;
	return use->form == DENET_FORM_U64 || use->form == DENET_FORM_DOUBLE ||
	       strcmp(use->key, KEY_LOAD_AVG) == 0;
}

static const struct metric_use *find_use(unsigned int kind, const char *key)
{
	const struct metric_use *use = metric_find(kind_to_record(kind), NULL, key, strlen(key));

	return use && is_number(use) ? use : NULL;
}

static size_t add_candidates(unsigned int kind, const char **names, size_t count)
{
	struct metric_list list = metric_list(kind_to_record(kind));

	for (size_t i = 0; i < list.count && count < CANDIDATES_MAX; i++)
		if (is_number(&list.uses[i]))
			names[count++] = list.uses[i].key;
	return count;
}

static void tell_unknown(const struct settings_rule *said, const char *key, struct faults *faults)
{
	const char *names[CANDIDATES_MAX];
	const char *nearest;
	size_t count = 0;

	for (unsigned int kind = 1; kind_names[kind]; kind++)
		if (!said->kind || kind == said->kind)
			count = add_candidates(kind, names, count);
	nearest = suggest_nearest(key, names, count);
	faults_add(faults, said->metric.place, "there is no metric '%s'%s%s%s%s%s", key,
		   said->kind ? " of " : "", said->kind ? kind_names[said->kind] : "",
		   nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

void rule_find_metric(struct rule *rule, struct faults *faults)
{
	const struct settings_rule *said = rule->said;
	const struct metric_use *use = NULL;
	const char *key = rule->formula.key;

	rule->kind = said->kind ? said->kind : 1;
	use = find_use(rule->kind, key);
	while (!use && !said->kind && kind_names[rule->kind + 1])
		use = find_use(++rule->kind, key);
	if (!use) {
		tell_unknown(said, key, faults);
		return;
	}
	rule->metric = &use->metric->shown;
	rule->offset = use->offset;
	rule->form = use->form;
	if (use->form == DENET_FORM_OTHER) { /* the first of its numbers: of one minute */
		rule->offset = offsetof(struct host_machine, load_avg);
		rule->form = DENET_FORM_DOUBLE;
	}
	rule->is_of_ended = metric_find(DENET_RECORD_CONTAINER, NULL, key, strlen(key));
	rule->unit = unit_of(rule->metric, rule->formula.function == FORMULA_RATE);
	if (rule->formula.function == FORMULA_RATE && rule->metric->type != DENET_METRIC_COUNTER)
		faults_add(faults, said->metric.place, "rate() wants a counter, and '%s' is none",
			   key);
}

static bool read_bound(const struct rule *rule, const char *name, const struct config_word *word,
		       struct faults *faults, double *ret_number)
{
	int r = unit_parse(&rule->unit, word->text, ret_number);

	if (r == -EINVAL)
		faults_add(faults, word->place, "'%s' of '%s' wants %s%s, not '%.60s'", name,
			   rule->said->metric.text, value_wish(rule->unit.type),
			   rule->unit.is_per_s ? ", a second" : "", word->text);
	else if (r)
		faults_add(faults, word->place, "'%s' is out of range: '%.60s'", name, word->text);
	return !r;
}

static void read_resolve(struct rule *rule, enum alert_level level, struct faults *faults)
{
	const struct config_word *word = &rule->said->resolves[level];
	struct rule_level *to = &rule->levels[level];
	const char *name = level == LEVEL_WARNING ? "warning_resolve" : "critical_resolve";

	if (!word->text || !read_bound(rule, name, word, faults, &to->resolve))
		return;
	if (rule_is_beyond(rule, to->resolve, to->threshold))
		faults_add(faults, word->place, "'%s' must not be %s '%s', which is %s", name,
			   rule->said->when == WHEN_BELOW ? "below" : "above",
			   settings_levels[level], rule->said->thresholds[level].text);
}

static void read_level(struct rule *rule, enum alert_level level, struct faults *faults)
{
	const struct settings_rule *said = rule->said;
	const struct config_word *word = &said->thresholds[level];
	struct rule_level *to = &rule->levels[level];

	if (!word->text && said->resolves[level].text)
		faults_add(faults, said->resolves[level].place, "there is no '%s' that it is of",
			   settings_levels[level]);
	if (!word->text || !read_bound(rule, settings_levels[level], word, faults, &to->threshold))
		return;
	to->is_on = true;
	to->resolve = to->threshold;
	read_resolve(rule, level, faults);
}

static void read_levels(struct rule *rule, struct faults *faults)
{
	const struct rule_level *levels = rule->levels;
	const struct config_word *words = rule->said->thresholds;

	for (enum alert_level level = 0; level < LEVELS; level++)
		read_level(rule, level, faults);
	if (!words[LEVEL_WARNING].text && !words[LEVEL_CRITICAL].text)
		faults_add(faults, rule->said->name.place,
			   "'%.60s' has no 'warning' and no 'critical'", rule->said->name.text);
	if (levels[LEVEL_WARNING].is_on && levels[LEVEL_CRITICAL].is_on &&
	    rule_is_beyond(rule, levels[LEVEL_WARNING].threshold, levels[LEVEL_CRITICAL].threshold))
		faults_add(faults, words[LEVEL_CRITICAL].place,
			   "'critical' comes before 'warning', which is %s",
			   words[LEVEL_WARNING].text);
}

/* As Prometheus has it. */
static bool is_label(const char *name)
{
	static const char letters[] = "0123456789_abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *name && !name[strspn(name, letters)] && (*name < '0' || *name > '9') &&
	       strncmp(name, "__", 2) != 0;
}

static bool is_given(unsigned int kind, const char *name)
{
	static const char *const always[] = { "alertname", "instance", "severity" };
	static const struct host_group none;
	const char *label, *value;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (strcmp(name, always[i]) == 0)
			return true;
	for (unsigned int i = 0; kind_label(kind_to_record(kind), &none, i, &label, &value); i++)
		if (strcmp(name, label) == 0)
			return true;
	return false;
}

static void check_pairs(const struct rule *rule, const struct config_items *items, const char *what,
			struct faults *faults)
{
	const struct config_pair *pairs = items->items;

	if (items->count > RULE_LABELS_MAX)
		faults_add(faults, pairs[RULE_LABELS_MAX].place, "'%.60s' has more than %d %s",
			   rule->said->name.text, RULE_LABELS_MAX, what);
	for (size_t i = 0; i < items->count; i++)
		if (!is_label(pairs[i].key))
			faults_add(faults, pairs[i].place,
				   "'%.60s' is no name: letters, digits and '_' are", pairs[i].key);
}

static void check_texts(const struct rule *rule, struct faults *faults)
{
	const struct settings_rule *said = rule->said;
	const struct config_pair *labels = said->labels.items;
	const struct config_pair *annotations = said->annotations.items;

	check_pairs(rule, &said->labels, "labels", faults);
	check_pairs(rule, &said->annotations, "annotations", faults);
	for (size_t i = 0; i < said->labels.count; i++)
		if (is_given(rule->kind, labels[i].key))
			faults_add(faults, labels[i].place, "the label '%s' says something else",
				   labels[i].key);
	for (size_t i = 0; i < said->annotations.count; i++)
		template_check(annotations[i].value, annotations[i].place, faults);
	if (!*said->name.text)
		faults_add(faults, said->name.place, "'name' is empty");
}

/* Which the configuration has tried already, but for what is around it. */
static int compile_only(struct rule *rule)
{
	const char *only = rule->said->only;
	AUTO(buf) struct buf text = { 0 };

	if (!only)
		return 0;
	buf_printf(&text, "^(%s)$", only);
	if (text.error || regcomp(&rule->only, buf_text(&text), REG_EXTENDED | REG_NOSUB))
		return -ENOMEM;
	rule->has_only = true;
	return 0;
}

int rule_make(const struct settings_rule *said, struct faults *faults, struct rule *ret_rule)
{
	int r;

	*ret_rule = (struct rule){ .said = said };
	r = formula_parse(&said->metric, &ret_rule->formula, faults);
	if (r)
		return r == -EINVAL ? 0 : r;
	rule_find_metric(ret_rule, faults);
	if (!ret_rule->metric)
		return 0;
	read_levels(ret_rule, faults);
	check_texts(ret_rule, faults);
	return compile_only(ret_rule);
}

void rule_done(struct rule *rule)
{
	if (rule->has_only)
		regfree(&rule->only);
	*rule = (struct rule){ 0 };
}

bool rule_has(const struct rule *rule, enum denet_record record, const void *figures)
{
	const char *name;

	if (!kind_has(rule->kind, record, figures) ||
	    (record == DENET_RECORD_CONTAINER && !rule->is_of_ended))
		return false;
	if (!rule->has_only)
		return true;
	name = kind_name(record, figures);
	return name && regexec(&rule->only, name, 0, NULL, 0) == 0;
}

double rule_figure(const struct rule *rule, const void *figures)
{
	const void *at = (const char *)figures + rule->offset;
	double number;

	if (rule->form == DENET_FORM_U64) {
		uint64_t whole = *(const uint64_t *)at;

		return whole == DENET_UNKNOWN ? NAN : (double)whole;
	}
	number = *(const double *)at;
	return isfinite(number) ? number : NAN;
}

bool rule_is_beyond(const struct rule *rule, double value, double bound)
{
	return rule->said->when == WHEN_BELOW ? value < bound : value > bound;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool are_same_labels(const struct config_items *a, const struct config_items *b)
{
	const struct config_pair *labels = a->items, *others = b->items;

	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_same(labels[i].key, others[i].key) ||
		    !is_same(labels[i].value, others[i].value))
			return false;
	return true;
}

bool rule_is_like(const struct rule *rule, const struct rule *other)
{
	const struct settings_rule *a = rule->said, *b = other->said;

	for (enum alert_level level = 0; level < LEVELS; level++)
		if (!is_same(a->thresholds[level].text, b->thresholds[level].text) ||
		    !is_same(a->resolves[level].text, b->resolves[level].text))
			return false;
	return is_same(a->name.text, b->name.text) && is_same(a->metric.text, b->metric.text) &&
	       is_same(a->only, b->only) && a->kind == b->kind && a->when == b->when &&
	       a->for_ns == b->for_ns && a->keep_firing_ns == b->keep_firing_ns &&
	       are_same_labels(&a->labels, &b->labels);
}
