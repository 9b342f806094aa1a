/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/classes.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "denet/system.h"
#include "host/cgroups.h"
#include "host/lives.h"
#include "host/workload.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"

static const struct host_class nothing = {
	.cpu_time_ns = DENET_UNKNOWN,
	.cpu_usage = NAN,
	.throttled_ns = DENET_UNKNOWN,
	.memory_bytes = DENET_UNKNOWN,
	.oom_kills = DENET_UNKNOWN,
	.disk_read_bytes = DENET_UNKNOWN,
	.disk_write_bytes = DENET_UNKNOWN,
	.before_ns = DENET_UNKNOWN,
};

static void class_free(struct host_class *item)
{
	free((char *)(uintptr_t)item->class_name);
	free(item);
}

void classes_done(struct classes *classes)
{
	for (size_t i = 0; i < classes->count; i++)
		class_free(classes->items[i]);
	free(classes->items);
	rules_done(&classes->rules);
	*classes = (struct classes){ 0 };
}

/* What rules look at: the class that a container would be in without, and what it is called. */
enum class_text { CLASS_WORKLOAD, CLASS_NAME };

void classes_forget_rules(struct classes *classes)
{
	rules_done(&classes->rules);
}

int classes_add_rule(struct classes *classes, const char *class_name, const char *pattern)
{
	const struct rule_source by_workload = { class_name, { [CLASS_WORKLOAD] = pattern } };
	const struct rule_source by_name = { class_name, { [CLASS_NAME] = pattern } };
	int r = rules_add(&classes->rules, &by_workload);

	return r ? r : rules_add(&classes->rules, &by_name);
}

static int make_room(struct classes *classes)
{
	size_t room = classes->room ? 2 * classes->room : 16;
	struct host_class **items;

	if (classes->count < classes->room)
		return 0;
	items = array_resize(classes->items, room, sizeof(struct host_class *));
	if (!items)
		return -ENOMEM;
	classes->items = items;
	classes->room = room;
	return 0;
}

/* Kept in the order of their names. NULL when memory is short. */
static struct host_class *find(struct classes *classes, const char *name)
{
	size_t low = 0, high = classes->count;
	struct host_class *item;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(classes->items[middle]->class_name, name);

		if (order == 0)
			return classes->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (classes->count >= CLASSES_MAX && strcmp(name, CLASSES_REST) != 0)
		return find(classes, CLASSES_REST);
	item = make_room(classes) ? NULL : malloc(sizeof(*item));
	if (!item)
		return NULL;
	*item = nothing;
	item->class_name = strdup(name);
	if (!item->class_name) {
		free(item);
		return NULL;
	}
	memmove(classes->items + low + 1, classes->items + low,
		(classes->count - low) * sizeof(*classes->items));
	classes->items[low] = item;
	classes->count++;
	return item;
}

/* What a group has used since it was last added; a counter that fell adds nothing, one that is unknown tells none. */
static void add(uint64_t *to, uint64_t *added, uint64_t now)
{
	if (now == DENET_UNKNOWN)
		return;
	if (*to == DENET_UNKNOWN)
		*to = 0;
	if (now <= *added)
		return;
	*to += now - *added;
	*added = now;
}

static void include(struct host_class *to, struct cgroup *group)
{
	const struct host_group *figures = &group->figures;
	struct cgroup_added *added = &group->added;
	uint64_t none = 0;

	add(&to->cpu_time_ns, &added->cpu_time_ns, figures->cpu_time_ns);
	add(&to->throttled_ns, &added->throttled_ns, figures->throttled_ns);
	add(&to->oom_kills, &added->oom_kills, figures->oom_kills);
	add(&to->disk_read_bytes, &added->disk_read_bytes, figures->disk_read_bytes);
	add(&to->disk_write_bytes, &added->disk_write_bytes, figures->disk_write_bytes);
	if (!added->is_started)
		to->containers_started++;
	added->is_started = true;
	if (group->has_ended) {
		to->containers_ended++;
		return;
	}
	to->containers_living++;
	add(&to->memory_bytes, &none, figures->memory_bytes);
}

/*
 * One that is in another is part of that. Its class is decided when its name is known or is not to be had: what
 * it has used until then is added with that.
 */
static bool counts(const struct cgroup *group)
{
	if (group->name.type != NAME_CONTAINER ||
	    (group->has_outer && group->outer.type == NAME_CONTAINER))
		return false;
	return group->label || !group->name.id[0] || group->tries >= CGROUP_TRIES_MAX ||
	       !group->asked_mono_ns || group->has_ended;
}

/* NULL when memory is short. */
static struct host_class *decide(struct classes *classes, const struct cgroup *group)
{
	AUTO(buf) struct buf ruled = { 0 };
	char workload[WORKLOAD_BYTES];
	const char *texts[RULE_TEXTS] = {
		[CLASS_WORKLOAD] = workload, [CLASS_NAME] = group->figures.name
	};

	workload_of(group, workload);
	if (rules_match(&classes->rules, texts, &ruled) && ruled.error)
		return NULL;
	/* A name that is nothing but what is not there is none. */
	return find(classes, ruled.len ? buf_text(&ruled) : workload);
}

static int take_group(struct classes *classes, struct cgroup *group)
{
	if (!counts(group))
		return 0;
	if (!group->class_of)
		group->class_of = decide(classes, group);
	if (!group->class_of)
		return -ENOMEM;
	group->figures.class_name = group->class_of->class_name;
	include(group->class_of, group);
	return 0;
}

static void begin(struct classes *classes)
{
	for (size_t i = 0; i < classes->count; i++) {
		struct host_class *item = classes->items[i];

		item->before_ns = item->cpu_time_ns;
		item->containers_living = 0;
		item->memory_bytes = DENET_UNKNOWN;
	}
}

/* None at its first look, and where no time has passed. */
static double usage_of(const struct host_class *item, uint64_t passed_ns)
{
	if (item->before_ns == DENET_UNKNOWN || !passed_ns)
		return NAN;
	return 100 * (double)(item->cpu_time_ns - item->before_ns) / (double)passed_ns;
}

static void finish(struct classes *classes, uint64_t mono_ns, uint64_t ts_ms)
{
	uint64_t passed_ns = classes->mono_ns ? mono_ns - classes->mono_ns : 0;

	for (size_t i = 0; i < classes->count; i++) {
		classes->items[i]->ts_ms = ts_ms;
		classes->items[i]->cpu_usage = usage_of(classes->items[i], passed_ns);
	}
	classes->mono_ns = mono_ns;
}

int classes_take(struct classes *classes, const struct cgroups *groups, uint64_t mono_ns,
		 uint64_t ts_ms)
{
	int r = 0;

	begin(classes);
	for (size_t i = 0; i < cgroups_count(groups) && !r; i++)
		r = take_group(classes, cgroups_edit(groups, i));
	for (size_t i = 0; i < lives_ended_count(groups) && !r; i++)
		r = take_group(classes, lives_ended(groups, i));
	finish(classes, mono_ns, ts_ms);
	return r;
}
