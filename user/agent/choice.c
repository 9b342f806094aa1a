/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/choice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "denet/system.h"
#include "util/array.h"

#define ID_PREFIX_MIN 4 /* fewer digits of an id are none */

void choice_done(struct choice *choice)
{
	free(choice->items);
	*choice = (struct choice){ 0 };
}

bool choice_is_called(const struct cgroup *group, const char *word)
{
	const char *id = group->name.id;
	const char *last = strrchr(group->path, '/');
	size_t len = strlen(word);

	/* What no pattern knows has its path for a name: who started it by runc knows the last part. */
	if (group->name.type == NAME_CGROUP && last && strcmp(last + 1, word) == 0)
		return true;
	return strcmp(group->figures.name, word) == 0 || strcmp(group->path, word) == 0 ||
	       (len >= ID_PREFIX_MIN && strncmp(id, word, len) == 0);
}

static bool is_among(const struct cgroup *group, const struct agent_names *names, bool is_container)
{
	if ((group->name.type == NAME_CONTAINER) != is_container)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (choice_is_called(group, names->items[i]))
			return true;
	return false;
}

bool choice_wants(const struct cgroup *group, const struct agent_options *options)
{
	if (!options->containers.count && !options->groups.count)
		return true;
	return is_among(group, &options->containers, true) ||
	       is_among(group, &options->groups, false);
}

static double value_of(uint64_t value)
{
	return value == DENET_UNKNOWN ? -1 : (double)value;
}

static double known(double value)
{
	return isnan(value) ? -1 : value;
}

double choice_weight(const struct host_group *figures, enum agent_sort sort)
{
	switch (sort) {
	case SORT_CPU:
		return known(figures->cpu_usage);
	case SORT_MEMORY:
		return value_of(figures->memory_bytes);
	case SORT_IO:
		return known(figures->disk_read_bytes_per_sec) +
		       known(figures->disk_write_bytes_per_sec);
	case SORT_PIDS:
		return value_of(figures->pids);
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b, void *context)
{
	const struct cgroup *one = *(const struct cgroup *const *)a;
	const struct cgroup *other = *(const struct cgroup *const *)b;
	const enum agent_sort *sort = context;
	double first = choice_weight(&one->figures, *sort);
	double second = choice_weight(&other->figures, *sort);
	int order;

	if (first != second)
		return first > second ? -1 : 1;
	order = strcmp(one->figures.name, other->figures.name);
	return order ? order : strcmp(one->path, other->path);
}

int choice_make(struct choice *choice, const struct cgroups *groups,
		const struct agent_options *options)
{
	size_t count = cgroups_count(groups);
	const struct cgroup **items =
		array_resize(choice->items, count ? count : 1, sizeof(struct cgroup *));
	enum agent_sort sort = (enum agent_sort)options->sort;

	if (!items)
		return -ENOMEM;
	choice->items = items;
	choice->count = 0;
	for (size_t i = 0; i < count; i++)
		if (choice_wants(cgroups_get(groups, i), options))
			items[choice->count++] = cgroups_get(groups, i);
	qsort_r(items, choice->count, sizeof(struct cgroup *), compare, &sort);
	choice->matched = choice->count;
	if (options->top && choice->count > options->top)
		choice->count = options->top;
	return 0;
}

static bool is_there(const struct cgroups *groups, const char *word, bool is_container)
{
	const struct agent_names one = { { word }, 1 };

	for (size_t i = 0; i < cgroups_count(groups); i++)
		if (is_among(cgroups_get(groups, i), &one, is_container))
			return true;
	return false;
}

static bool is_named(const struct agent_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

bool choice_has_family(const struct agent_options *options, const struct family *family)
{
	if (!options->containers.count && !options->groups.count)
		return true;
	return is_named(&options->groups, family->name);
}

static bool is_family(const struct families *families, const char *word)
{
	const struct agent_names one = { { word }, 1 };

	for (size_t i = 0; i < families->count; i++)
		if (is_named(&one, families->items[i].name))
			return true;
	return false;
}

const char *choice_missing(const struct cgroups *groups, const struct families *families,
			   const struct agent_options *options)
{
	for (size_t i = 0; i < options->containers.count; i++)
		if (!is_there(groups, options->containers.items[i], true))
			return options->containers.items[i];
	for (size_t i = 0; i < options->groups.count; i++)
		if (!is_there(groups, options->groups.items[i], false) &&
		    !is_family(families, options->groups.items[i]))
			return options->groups.items[i];
	return NULL;
}
