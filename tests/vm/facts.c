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
	struct source *source = NULL;
	char why[256];
	int r = probe_open(&options, &source);

	if (r) {
		probe_explain(r, why, sizeof(why));
		printf("FACT load none\nFACT missing BPF (%s)\n", why);
		return 1;
	}
	printf("FACT load %s\n", probe_load_path(source));
	if (strncmp(probe_load_path(source), "light", 5) != 0)
		tell_missing("light skeleton");
	if (strstr(probe_load_path(source), "hash"))
		tell_missing("safe task storage");
	if (!source->sees_memory_at_exit)
		tell_missing("peak memory at exit");
	source_close(source);
	if (access("/proc/pressure/memory", R_OK))
		tell_missing("PSI");
	return 0;
}
