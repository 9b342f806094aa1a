/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/resolve.h"

#include "agent/choice.h"
#include "agent/labels.h"
#include "agent/options.h"
#include "agent/status.h"
#include "host/cgroups.h"
#include "names/helper.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/sink.h"

#define NAMES_SHOWN 5 /* of those that a word may stand for */

struct finding {
	const struct cgroup *group; /* the first */
	const struct cgroup *others[NAMES_SHOWN];
	size_t count;
};

static void find_all(const struct cgroups *groups, const char *word, bool is_container,
		     struct finding *finding)
{
	for (size_t i = 0; i < cgroups_count(groups); i++) {
		const struct cgroup *group = cgroups_get(groups, i);

		if ((group->name.type == NAME_CONTAINER) != is_container ||
		    !choice_is_called(group, word))
			continue;
		if (finding->count < NAMES_SHOWN)
			finding->others[finding->count] = group;
		if (!finding->count++)
			finding->group = group;
	}
}

static void append(struct buf *buf, const struct cgroup *group)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, "name", group->figures.name);
	if (group->figures.id)
		json_string(&json, "id", group->figures.id);
	json_array_begin(&json, "cgroups");
	json_string(&json, NULL, group->folders[group->found_in]);
	for (size_t i = 0; i < MOUNT_COUNT; i++)
		if (i != group->found_in && group->folders[i])
			json_string(&json, NULL, group->folders[i]);
	json_array_end(&json);
	json_object_end(&json);
	buf_append_char(buf, '\n');
}

static int tell(const struct finding *finding, const char *word)
{
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (!finding->count) {
		(void)log_error(0, "there is no container '%s'", word);
		return STATUS_LOST;
	}
	if (finding->count > 1) {
		for (size_t i = 0; i < finding->count && i < NAMES_SHOWN; i++)
			buf_printf(&text, "%s%s", i ? ", " : "", finding->others[i]->path);
		(void)log_error(0, "'%s' may be one of %zu: %s", word, finding->count,
				buf_text(&text));
		return STATUS_LOST;
	}
	append(&text, finding->group);
	r = sink_write_whole(NULL, &text);
	return r ? log_error(r, "cannot write to stdout"), STATUS_LOST : STATUS_OK;
}

/* Names that only a runtime's files have. */
static int look(const struct agent_options *options, struct cgroups *groups)
{
	uint64_t mono_ns = clock_mono_ns();
	struct helper *helper = NULL;
	int r = cgroups_look(groups, mono_ns, clock_wall_ms(), 0);

	if (!r && !options->cgroup_root && !helper_start(options->proc_root, "", &helper))
		r = labels_look(helper, groups, mono_ns);
	helper_stop(helper);
	return r;
}

static int resolve(const struct agent_options *options, const char *word)
{
	AUTO(cgroups) struct cgroups *groups = NULL;
	struct finding finding = { 0 };
	struct procfs procfs;
	int r;

	procfs_init(&procfs, options->proc_root);
	r = cgroups_new(&procfs, options->cgroup_root, &groups);
	if (!r)
		r = look(options, groups);
	if (r) {
		(void)log_error(r, "cannot look at the cgroups of this machine");
		return STATUS_FAILED;
	}
	/* What no path tells to be a container, as those of plain runc, goes by the name of its cgroup. */
	find_all(groups, word, true, &finding);
	if (!finding.count)
		find_all(groups, word, false, &finding);
	return tell(&finding, word);
}

int resolve_main(int argc, char *argv[])
{
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;

	if (argc < 2 || argv[argc - 1][0] == '-' || !argv[argc - 1][0]) {
		(void)log_error(0, "resolve takes the name or the id of a container");
		return STATUS_FAILED;
	}
	if (options_read(argc - 1, argv, &options, error)) {
		(void)log_error(0, "%s", error);
		return STATUS_FAILED;
	}
	return resolve(&options, argv[argc - 1]);
}
