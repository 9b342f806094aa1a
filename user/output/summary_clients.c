/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_clients.h"

#include <string.h>

#include "output/human.h"
#include "output/text.h"

#define CLIENTS_SHOWN 5

/*
 * Programs that hand their work to a process outside of the tree, mostly a daemon or another
 * machine, by what the kernel keeps of their names: 15 bytes. Containers, batch systems, services
 * and terminals, builds, other machines.
 */
static const char *const clients[] = {
	"docker",	 "docker-compose",
	"podman-remote", "nerdctl",
	"ctr",		 "crictl",
	"kubectl",	 "oc",
	"lxc",		 "incus",
	"machinectl",	 "srun",
	"sbatch",	 "salloc",
	"qsub",		 "qrsh",
	"bsub",		 "condor_submit",
	"systemd-run",	 "at",
	"batch",	 "pueue",
	"tmux",		 "tmux: client",
	"bazel",	 "bazelisk",
	"buck2",	 "distcc",
	"icecc",	 "sccache",
	"nix",		 "nix-build",
	"ssh",		 "rsh",
};

static bool is_client(const char *comm)
{
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		if (strcmp(clients[i], comm) == 0)
			return true;
	return false;
}

void summary_clients_show(struct layout *layout, bool is_unicode,
			  const struct denet_summary *summary)
{
	size_t found = 0;

	layout_row(layout, "elsewhere");
	for (size_t i = 0; i < summary->groups_count; i++) {
		const char *comm = summary->groups[i].comm;

		if (!is_client(comm))
			continue;
		if (++found == 1)
			layout_item(layout, TONE_WARN,
				    "not counted: what daemons and other machines do for %s",
				    text_name(is_unicode, comm).text);
		else if (found <= CLIENTS_SHOWN)
			layout_item(layout, TONE_WARN, "%s", text_name(is_unicode, comm).text);
	}
	if (found > CLIENTS_SHOWN)
		layout_item(layout, TONE_WARN, "and %s more",
			    human_count(found - CLIENTS_SHOWN).text);
}
