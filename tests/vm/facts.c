/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What of BPF this kernel has: a line for the way of loading, one for each thing that is missing. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/probe.h"

static void tell_missing(const char *what)
{
	printf("FACT missing %s\n", what);
}

int main(void)
{
	const struct probe_options options = { 0 };
	struct probe *probe = NULL;
	char why[256];
	int r = probe_open(&options, &probe);

	if (r) {
		probe_explain(r, why, sizeof(why));
		printf("FACT load none\nFACT missing BPF (%s)\n", why);
		return 1;
	}
	printf("FACT load %s\n", probe_load_path(probe));
	if (strncmp(probe_load_path(probe), "light", 5) != 0)
		tell_missing("light skeleton");
	if (strstr(probe_load_path(probe), "hash"))
		tell_missing("safe task storage");
	if (!probe_sees_memory_at_exit(probe))
		tell_missing("peak memory at exit");
	probe_free(probe);
	if (access("/proc/pressure/memory", R_OK))
		tell_missing("PSI");
	return 0;
}
