/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "names/supervisor.h"

#include <stdio.h>
#include <string.h>

#include "procfs/cgroup_file.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/parse.h"

#define CLIMB_MAX 8
#define ARGS_BYTES 16384

static bool is_inside(const struct procfs *procfs, pid_t pid, const char *controller,
		      const char *outer)
{
	size_t len = strlen(outer);
	char path[PATH_MAX];

	if (cgroup_file_read_one(procfs, pid, controller, !*controller, sizeof(path), path))
		return true;
	return strncmp(path, outer, len) == 0 && (path[len] == '/' || !path[len]);
}

/* Each ended by NUL. The value that follows the option; empty without. */
static void find_value(const char *args, size_t len, const char *option, size_t size,
		       char *ret_value)
{
	const char *end = args + len;

	ret_value[0] = '\0';
	while (args < end) {
		bool is_it = strcmp(args, option) == 0;

		args += strlen(args) + 1;
		if (is_it && args < end) {
			(void)snprintf(ret_value, size, "%s", args);
			return;
		}
	}
}

static bool read_args(const struct procfs *procfs, struct supervisor *found)
{
	char args[ARGS_BYTES];
	bool is_truncated;
	size_t len;

	if (process_read_cmdline(procfs, found->pid, sizeof(args), args, &len, &is_truncated) ||
	    !len || is_truncated)
		return false;
	if (found->kind == SUPERVISOR_CONMON) {
		find_value(args, len, "-n", sizeof(found->name), found->name);
		find_value(args, len, "-b", sizeof(found->bundle), found->bundle);
		return found->name[0];
	}
	find_value(args, len, "-namespace", sizeof(found->space), found->space);
	find_value(args, len, "-id", sizeof(found->id), found->id);
	return found->space[0];
}

static bool is_supervisor(const char *comm, enum supervisor_kind *ret_kind)
{
	if (strcmp(comm, "conmon") == 0)
		*ret_kind = SUPERVISOR_CONMON;
	else if (strncmp(comm, "containerd-shim", 15) == 0)
		*ret_kind = SUPERVISOR_SHIM;
	else
		return false;
	return true;
}

bool supervisor_find(const struct procfs *procfs, pid_t pid, const char *controller,
		     const char *outer, struct supervisor *ret_supervisor)
{
	struct supervisor found = { 0 };
	struct process_stat stat;

	for (int i = 0; i < CLIMB_MAX && pid > 1; i++) {
		if (process_read_stat(procfs, pid, &stat))
			return false;
		found.pid = pid;
		if (is_supervisor(stat.comm, &found.kind) &&
		    !is_inside(procfs, pid, controller, outer) && read_args(procfs, &found)) {
			*ret_supervisor = found;
			return true;
		}
		pid = stat.ppid;
	}
	return false;
}

static bool take_part(struct parse_span *name, char to[LABEL_BYTES])
{
	struct parse_span part;

	if (!parse_take_until(name, '_', &part) || !part.len || part.len >= LABEL_BYTES)
		return false;
	memcpy(to, part.at, part.len);
	to[part.len] = '\0';
	return true;
}

bool supervisor_split_name(const char *name, struct label *label)
{
	struct parse_span rest = parse_span_of(name);
	struct label found = *label;

	if (!parse_take_literal(&rest, "k8s_") || !take_part(&rest, found.container) ||
	    !take_part(&rest, found.pod) || !take_part(&rest, found.pod_namespace) || !rest.len)
		return false;
	/* What CRI-O calls the pause container. */
	if (strcmp(found.container, "POD") == 0)
		(void)snprintf(found.container, sizeof(found.container), "pause");
	*label = found;
	return true;
}
