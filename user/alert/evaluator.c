/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/evaluator.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/kind.h"
#include "alert/window.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/idmap.h"

/* Of one rule and one of what it is of: there while something is kept of it. */
struct subject {
	uint64_t id;
	struct subject *next; /* of the same id */
	const struct rule *rule; /* borrowed */
	char *identity; /* owned, as all below; "" for the machine */
	uint64_t seen; /* the last look that had it */
	struct window window;
	struct alert *alerts[LEVELS]; /* NULL: inactive */
};

struct evaluator {
	const struct ruleset *rules; /* borrowed, as the next */
	const char *instance;
	evaluator_told_fn told;
	void *context;
	struct idmap by_id; /* owned, as all below */
	struct subject **subjects;
	size_t subjects_count;
	size_t room;
	struct alert **alerts; /* the same as in the subjects: owned there */
	size_t alerts_count;
	size_t points;
	size_t omitted;
	uint64_t looks;
	uint64_t mono_ns; /* of the last, as the next */
	uint64_t ts_ms;
};

int evaluator_new(const struct ruleset *rules, const char *instance, evaluator_told_fn told,
		  void *context, struct evaluator **ret_evaluator)
{
	struct evaluator *evaluator = calloc(1, sizeof(*evaluator));
	struct alert **alerts = calloc(EVALUATOR_ALERTS_MAX, sizeof(struct alert *));

	if (!evaluator || !alerts) {
		free(evaluator);
		free(alerts);
		return -ENOMEM;
	}
	*evaluator = (struct evaluator){ .rules = rules,
					 .instance = instance,
					 .told = told,
					 .context = context,
					 .alerts = alerts };
	*ret_evaluator = evaluator;
	return 0;
}

static void subject_free(struct subject *subject)
{
	for (enum alert_level level = 0; level < LEVELS; level++)
		alert_free(subject->alerts[level]);
	window_done(&subject->window);
	free(subject->identity);
	free(subject);
}

void evaluator_free(struct evaluator *evaluator)
{
	if (!evaluator)
		return;
	for (size_t i = 0; i < evaluator->subjects_count; i++)
		subject_free(evaluator->subjects[i]);
	idmap_done(&evaluator->by_id);
	free(evaluator->subjects);
	free(evaluator->alerts);
	free(evaluator);
}

static uint64_t id_of(const struct evaluator *evaluator, const struct rule *rule,
		      const char *identity)
{
	uint64_t id = 14695981039346656037u ^ (uint64_t)(rule - evaluator->rules->items);

	for (; *identity; identity++)
		id = (id ^ (unsigned char)*identity) * 1099511628211u;
	return id ? id : 1;
}

static struct subject *find(const struct evaluator *evaluator, const struct rule *rule,
			    const char *identity)
{
	struct subject *subject = idmap_get(&evaluator->by_id, id_of(evaluator, rule, identity));

	while (subject && (subject->rule != rule || strcmp(subject->identity, identity) != 0))
		subject = subject->next;
	return subject;
}

static int make_room(struct evaluator *evaluator)
{
	size_t room = evaluator->room ? 2 * evaluator->room : 64;
	struct subject **subjects;

	if (evaluator->subjects_count < evaluator->room)
		return 0;
	subjects = array_resize(evaluator->subjects, room, sizeof(struct subject *));
	if (!subjects)
		return -ENOMEM;
	evaluator->subjects = subjects;
	evaluator->room = room;
	return 0;
}

/* -ENOMEM. */
static int link_subject(struct evaluator *evaluator, struct subject *subject)
{
	if (make_room(evaluator))
		return -ENOMEM;
	subject->id = id_of(evaluator, subject->rule, subject->identity);
	subject->next = idmap_get(&evaluator->by_id, subject->id);
	if (idmap_put(&evaluator->by_id, subject->id, subject))
		return -ENOMEM;
	evaluator->subjects[evaluator->subjects_count++] = subject;
	return 0;
}

static struct subject *add(struct evaluator *evaluator, const struct rule *rule,
			   const char *identity)
{
	struct subject *subject;

	if (evaluator->subjects_count == EVALUATOR_SUBJECTS_MAX)
		return NULL;
	subject = calloc(1, sizeof(*subject));
	if (!subject)
		return NULL;
	subject->rule = rule;
	subject->identity = strdup(identity);
	if (!subject->identity || link_subject(evaluator, subject)) {
		subject_free(subject);
		return NULL;
	}
	return subject;
}

static void unlink_subject(struct evaluator *evaluator, const struct subject *subject)
{
	struct subject *before = idmap_get(&evaluator->by_id, subject->id);

	if (before != subject) {
		while (before->next != subject)
			before = before->next;
		before->next = subject->next;
	} else if (subject->next) {
		(void)idmap_put(&evaluator->by_id, subject->id, subject->next);
	} else {
		(void)idmap_remove(&evaluator->by_id, subject->id);
	}
}

/* To be freed by the caller, or kept. */
static struct subject *take_out(struct evaluator *evaluator, size_t index)
{
	struct subject *subject = evaluator->subjects[index];

	unlink_subject(evaluator, subject);
	evaluator->subjects[index] = evaluator->subjects[--evaluator->subjects_count];
	evaluator->points -= subject->window.count;
	return subject;
}

static void unlist(struct evaluator *evaluator, const struct alert *alert)
{
	for (size_t i = 0; i < evaluator->alerts_count; i++)
		if (evaluator->alerts[i] == alert)
			evaluator->alerts[i] = evaluator->alerts[--evaluator->alerts_count];
}

static void drop(struct evaluator *evaluator, struct alert **alert)
{
	unlist(evaluator, *alert);
	alert_free(*alert);
	*alert = NULL;
}

static void fire(struct evaluator *evaluator, struct alert *alert)
{
	alert->state = ALERT_FIRING;
	alert->starts_ms = evaluator->ts_ms;
	evaluator->told(evaluator->context, alert);
}

/* The wall clock may have been put back since. */
static void resolve(struct evaluator *evaluator, struct alert **alert)
{
	uint64_t now_ms = evaluator->ts_ms;

	if ((*alert)->state == ALERT_FIRING) {
		(*alert)->state = ALERT_RESOLVED;
		(*alert)->ends_ms = now_ms > (*alert)->starts_ms ? now_ms : (*alert)->starts_ms;
		evaluator->told(evaluator->context, *alert);
	}
	drop(evaluator, alert);
}

static struct alert *begin(struct evaluator *evaluator, const struct subject *subject,
			   enum alert_level level, const struct view_row *row)
{
	struct alert *alert = NULL;

	if (evaluator->alerts_count == EVALUATOR_ALERTS_MAX ||
	    alert_new(subject->rule, level, evaluator->instance, row->record, row->figures,
		      &alert)) {
		evaluator->omitted++;
		return NULL;
	}
	alert->since_ns = evaluator->mono_ns;
	evaluator->alerts[evaluator->alerts_count++] = alert;
	return alert;
}

static void go_on_firing(struct evaluator *evaluator, struct alert **alert, double value)
{
	const struct rule *rule = (*alert)->rule;
	uint64_t now_ns = evaluator->mono_ns;

	if (rule_is_beyond(rule, value, rule->levels[(*alert)->level].resolve)) {
		(*alert)->back_ns = 0;
		return;
	}
	if (!(*alert)->back_ns)
		(*alert)->back_ns = now_ns;
	if (now_ns - (*alert)->back_ns >= rule->said->keep_firing_ns)
		resolve(evaluator, alert);
}

static void judge_level(struct evaluator *evaluator, struct subject *subject,
			enum alert_level level, const struct view_row *row, double value)
{
	const struct rule *rule = subject->rule;
	struct alert **alert = &subject->alerts[level];
	bool is_beyond = rule_is_beyond(rule, value, rule->levels[level].threshold);

	if (!*alert && is_beyond)
		*alert = begin(evaluator, subject, level, row);
	if (!*alert)
		return;
	(*alert)->value = value;
	if ((*alert)->state == ALERT_FIRING)
		go_on_firing(evaluator, alert, value);
	else if (!is_beyond)
		drop(evaluator, alert);
	else if (evaluator->mono_ns - (*alert)->since_ns >= rule->said->for_ns)
		fire(evaluator, *alert);
}

/* Whether there is room: what is too old makes some. */
static bool has_room(struct evaluator *evaluator, struct subject *subject)
{
	size_t before = subject->window.count;

	if (evaluator->points >= EVALUATOR_POINTS_MAX)
		window_forget(&subject->window, subject->rule->formula.window_ns,
			      evaluator->mono_ns);
	evaluator->points -= before - subject->window.count;
	return evaluator->points < EVALUATOR_POINTS_MAX;
}

/* NaN where it is not known yet. */
static double take_into_window(struct evaluator *evaluator, struct subject *subject, double value)
{
	const struct formula *formula = &subject->rule->formula;
	bool has = has_room(evaluator, subject);
	size_t before = subject->window.count;
	double told = (double)NAN;

	if (!has || window_add(&subject->window, formula->window_ns, evaluator->mono_ns, value) ||
	    window_tell(&subject->window, formula, &told))
		evaluator->omitted++;
	evaluator->points += subject->window.count - before;
	return unit_of_rate(&subject->rule->unit, subject->rule->metric, told);
}

static bool is_beyond_any(const struct rule *rule, double value)
{
	for (enum alert_level level = 0; level < LEVELS; level++)
		if (rule->levels[level].is_on &&
		    rule_is_beyond(rule, value, rule->levels[level].threshold))
			return true;
	return false;
}

/* What lives goes before what has ended in its place. */
static void judge(struct evaluator *evaluator, const struct rule *rule, const struct view_row *row)
{
	const char *identity = kind_identity(row->record, row->figures);
	double value = rule_figure(rule, row->figures);
	bool has_window = rule->formula.function != FORMULA_NOW;
	struct subject *subject = find(evaluator, rule, identity ? identity : "");

	if (!subject && (isnan(value) || (!has_window && !is_beyond_any(rule, value))))
		return;
	if (!subject)
		subject = add(evaluator, rule, identity ? identity : "");
	if (!subject) {
		evaluator->omitted++;
		return;
	}
	if (subject->seen == evaluator->looks)
		return;
	subject->seen = evaluator->looks;
	if (!isnan(value) && has_window)
		value = take_into_window(evaluator, subject, value);
	for (enum alert_level level = 0; level < LEVELS && !isnan(value); level++)
		if (rule->levels[level].is_on)
			judge_level(evaluator, subject, level, row, value);
}

static void sweep(struct evaluator *evaluator)
{
	for (size_t i = evaluator->subjects_count; i-- > 0;) {
		struct subject *subject = evaluator->subjects[i];
		bool is_gone = subject->seen != evaluator->looks;
		bool is_kept = !is_gone && subject->window.count;

		for (enum alert_level level = 0; level < LEVELS; level++) {
			if (is_gone && subject->alerts[level])
				resolve(evaluator, &subject->alerts[level]);
			is_kept |= subject->alerts[level] != NULL;
		}
		if (!is_kept)
			subject_free(take_out(evaluator, i));
	}
}

void evaluator_take(struct evaluator *evaluator, const struct view *view)
{
	const struct ruleset *rules = evaluator->rules;

	evaluator->mono_ns = view->mono_ns;
	evaluator->ts_ms = view->ts_ms;
	evaluator->looks++;
	evaluator->omitted = 0;
	for (size_t i = 0; i < rules->count; i++)
		for (size_t k = 0; k < view->count; k++)
			if (rule_has(&rules->items[i], view->rows[k].record, view->rows[k].figures))
				judge(evaluator, &rules->items[i], &view->rows[k]);
	sweep(evaluator);
}

static const struct rule *find_like(const struct ruleset *rules, const struct rule *rule)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rule_is_like(&rules->items[i], rule))
			return &rules->items[i];
	return NULL;
}

static void move(struct evaluator *evaluator, struct evaluator *other, struct subject *subject,
		 const struct rule *rule)
{
	subject->rule = rule;
	subject->seen = evaluator->looks;
	if (link_subject(evaluator, subject)) {
		subject_free(subject);
		return;
	}
	evaluator->points += subject->window.count;
	for (enum alert_level level = 0; level < LEVELS; level++) {
		struct alert *alert = subject->alerts[level];

		if (!alert)
			continue;
		unlist(other, alert);
		alert->rule = rule;
		alert->instance = evaluator->instance;
		evaluator->alerts[evaluator->alerts_count++] = alert;
	}
}

void evaluator_adopt(struct evaluator *evaluator, struct evaluator *other)
{
	for (size_t i = other->subjects_count; i-- > 0;) {
		const struct rule *rule = find_like(evaluator->rules, other->subjects[i]->rule);

		if (rule)
			move(evaluator, other, take_out(other, i), rule);
	}
}

void evaluator_end(struct evaluator *evaluator, evaluator_told_fn told, void *context)
{
	evaluator->told = told;
	evaluator->context = context;
	for (size_t i = 0; i < evaluator->subjects_count; i++)
		for (enum alert_level level = 0; level < LEVELS; level++)
			if (evaluator->subjects[i]->alerts[level])
				resolve(evaluator, &evaluator->subjects[i]->alerts[level]);
}

size_t evaluator_omitted(const struct evaluator *evaluator)
{
	return evaluator->omitted;
}

size_t evaluator_count(const struct evaluator *evaluator)
{
	return evaluator->alerts_count;
}

const struct alert *evaluator_get(const struct evaluator *evaluator, size_t index)
{
	return evaluator->alerts[index];
}
