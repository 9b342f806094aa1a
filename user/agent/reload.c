/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/reload.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/log.h"

static void free_settings(struct settings *settings)
{
	settings_close(settings);
	free(settings);
}

void reload_forget(struct reload *reload)
{
	while (reload->count > 1)
		free_settings(reload->before[--reload->count]);
}

void reload_done(struct reload *reload)
{
	if (reload->count)
		free_settings(reload->now);
	reload_forget(reload);
	free(reload->before);
	*reload = (struct reload){ 0 };
}

static bool differs(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static int read_settings(struct reload *reload, struct settings *fresh)
{
	const struct agent_options *before = &reload->now->options;
	int r = settings_open(reload->now->given, fresh);

	if (r)
		return r;
	if (differs(before->proc_root, fresh->options.proc_root) ||
	    differs(before->cgroup_root, fresh->options.cgroup_root))
		log_warning("another proc_root or cgroup_root takes a restart");
	fresh->options.proc_root = before->proc_root;
	fresh->options.cgroup_root = before->cgroup_root;
	return 0;
}

int reload_read(struct reload *reload)
{
	struct settings **before = array_resize(reload->before, reload->count + 1, sizeof(*before));
	struct settings *fresh;
	int r;

	if (!before)
		return -ENOMEM;
	reload->before = before;
	fresh = malloc(sizeof(*fresh));
	r = fresh ? read_settings(reload, fresh) : -ENOMEM;
	if (r) {
		free(fresh);
		return r;
	}
	reload->before[reload->count++] = reload->now;
	reload->now = fresh;
	return 0;
}
