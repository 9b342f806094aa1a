/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about what is attached to; as option_table.c. */
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
			"is empty is waited for. It takes BPF, with rights of the caller's own.",
	},
};

const size_t option_table_attach_count =
	sizeof(option_table_attach) / sizeof(option_table_attach[0]);
