/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about what is attached to, in place of a PID or beside CMD; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_spec option_table_attach[] = {
	{
		.name = "cgroup",
		.value = "PATH",
		.kind = OPTION_FILE,
		.commands = ON_ATTACH,
		.offset = FIELD(cgroup),
		.group = OPTION_MEASURE,
		.text = "follow who is in a cgroup, in place of a PID",
		.details =
			"In place of a PID and its descendants, all processes are followed that "
			"are "
			"in the cgroup or in one below it, whoever started them. Who comes in "
			"counts "
			"from then, who goes out counts until then and is shown as still running. "
			"PATH is a folder of a mounted hierarchy, a path below such a mount, where "
			"cpuacct of version 1 comes first and then version 2, or a line of "
			"/proc/PID/cgroup. It ends when nobody is in the cgroup any more; one that "
			"is empty is waited for. Without BPF, who is in it is looked up at each "
			"sample: what comes and goes between two is missed. It takes rights of the "
			"caller's own.",
	},
	{
		.name = "container",
		.value = "NAME|ID",
		.kind = OPTION_TEXT,
		.commands = ON_ATTACH,
		.offset = FIELD(container),
		.group = OPTION_MEASURE,
		.text = "the same of the cgroup of a container",
		.details =
			"As --cgroup, of the cgroup of the container that 'denet-bpf host' shows "
			"under this name, or that has this id or 4 or more of its first digits. Of "
			"what is no container, the name of its unit or its cgroup will do. It is "
			"denet-bpf-host that knows, which is executed for it once. It is an error "
			"when there is none or more than one.",
	},
	{
		.name = "also-cgroup",
		.value = "PATH",
		.kind = OPTION_FILES,
		.commands = ON_RUN,
		.offset = FIELD(also_cgroups),
		.group = OPTION_MEASURE,
		.text = "follow who is in a cgroup, too, apart from CMD",
		.details = "While CMD runs, all processes in the cgroup and below it are followed "
			   "as well, as attach --cgroup does: a daemon that works for CMD. The "
			   "summary has a part of its own for it, and the records one of the kind "
			   "beside; nothing of it is in CMD's figures. It ends when nobody is in "
			   "the cgroup any more. May be given up to 8 times. It takes rights of "
			   "the caller's own; where it cannot be followed, CMD is not started.",
	},
};

const size_t option_table_attach_count =
	sizeof(option_table_attach) / sizeof(option_table_attach[0]);
