/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/summary.h"

#include <stdio.h>
#include <stdlib.h>

void summary_done(struct summary *summary)
{
	free(summary->survivors);
	free(summary->names);
}

/* Without memory they are counted, and have no names. */
static bool has_room(struct summary *summary)
{
	if (!summary->survivors)
		summary->survivors = calloc(SUMMARY_SURVIVORS_MAX, sizeof(*summary->survivors));
	if (!summary->names)
		summary->names = calloc(SUMMARY_SURVIVORS_MAX, sizeof(*summary->names));
	return summary->survivors && summary->names &&
	       summary->survivors_count < SUMMARY_SURVIVORS_MAX;
}

void summary_add_survivor(struct summary *summary, const char *comm, uint32_t pid)
{
	char *name;

	summary->running_count++;
	if (!has_room(summary))
		return;
	name = summary->names[summary->survivors_count];
	(void)snprintf(name, SUMMARY_NAME_BYTES, "%s", comm);
	summary->survivors[summary->survivors_count++] =
		(struct denet_survivor){ .comm = name, .pid = pid };
}

void summary_keep(struct summary *summary, const struct denet_summary *shown)
{
	summary->shown = *shown;
}
