/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/labels.h"

#include <errno.h>
#include <stdio.h>

#include "host/cgroups.h"
#include "host/folders.h"
#include "names/helper.h"
#include "util/units.h"

#define AGAIN_NS (60 * NS_PER_S) /* a runtime's file may be large, and is rarely another */
#define PLAIN_TRIES_MAX 4

static bool is_due(const struct cgroup *group, uint64_t mono_ns)
{
	/* Whoever started it is above its processes, or never was. */
	if (group->name.type == NAME_CGROUP)
		return group->tries < PLAIN_TRIES_MAX && mono_ns != group->asked_mono_ns;
	if (group->name.type != NAME_CONTAINER || !group->name.id[0])
		return false;
	if (!group->asked_mono_ns || mono_ns - group->asked_mono_ns >= AGAIN_NS)
		return true;
	return !group->label && group->tries < CGROUP_TRIES_MAX && mono_ns != group->asked_mono_ns;
}

static void fill(struct lookup_question *question, const struct cgroup *group)
{
	const char *runtime = group->name.runtime ? group->name.runtime : "";

	*question = (struct lookup_question){ .pid = folders_member(group) };
	(void)snprintf(question->controller, sizeof(question->controller), "%s",
		       mounts_controller(group->found_in));
	(void)snprintf(question->path, sizeof(question->path), "%s", group->path);
	(void)snprintf(question->runtime, sizeof(question->runtime), "%s", runtime);
	(void)snprintf(question->id, sizeof(question->id), "%s", group->name.id);
}

static int ask(struct helper *helper, struct cgroup *group, uint64_t mono_ns)
{
	struct lookup_question question;
	struct label label;

	group->asked_mono_ns = mono_ns;
	fill(&question, group);
	if (helper_ask(helper, &question, &label)) {
		group->tries++;
		return 0;
	}
	return cgroup_set_label(group, &label);
}

int labels_look(struct helper *helper, const struct cgroups *groups, uint64_t mono_ns)
{
	int r = 0;

	for (size_t i = 0; helper && i < cgroups_count(groups) && !r; i++)
		if (is_due(cgroups_get(groups, i), mono_ns))
			r = ask(helper, cgroups_edit(groups, i), mono_ns);
	return r;
}
