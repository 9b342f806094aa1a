/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/told.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/units.h"

void told_init(struct told *told)
{
	*told = (struct told){ .last_ms = DENET_UNKNOWN, .peak_vms_kb = DENET_UNKNOWN };
}

void told_done(struct told *told)
{
	for (size_t i = 0; i < TOLD_TEXTS; i++)
		free(told->texts[i]);
}

/* The record's texts go with it. */
static const char *keep(struct told *told, size_t index, const char *text, size_t len)
{
	char *copy;

	if (!text)
		return NULL;
	copy = malloc(len + 1);
	if (!copy) {
		told->error = -ENOMEM;
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	told->texts[index] = copy;
	return copy;
}

static const char *keep_text(struct told *told, size_t index, const char *text)
{
	return keep(told, index, text, text ? strlen(text) : 0);
}

void told_take_start(struct told *told, const struct denet_start *start)
{
	const struct denet_command *command = &start->command;

	if (told->has_start || told->has_summary || told->last_ms != DENET_UNKNOWN) {
		told->is_mixed = true;
		return;
	}
	told->has_start = true;
	told->start = *start;
	if (!start->t0_ms)
		told->start.t0_ms = DENET_UNKNOWN;
	told->start.host = keep_text(told, 0, start->host);
	told->start.user = keep_text(told, 1, start->user);
	told->start.label = keep_text(told, 2, start->label);
	told->start.job = keep_text(told, 3, start->job);
	told->start.cwd = NULL;
	told->start.command = (struct denet_command){ .truncated = command->truncated };
	if (command->args_len)
		told->start.command.args = keep(told, 4, command->args, command->args_len);
	if (told->start.command.args)
		told->start.command.args_len = command->args_len;
}

void told_take_sample(struct told *told, const struct denet_tree *tree)
{
	uint64_t vms_kb = tree->aggregated.mem_vms_kb;

	told->is_mixed |= told->has_summary;
	if (tree->ts_ms != DENET_UNKNOWN)
		told->last_ms = tree->ts_ms;
	if (vms_kb != DENET_UNKNOWN &&
	    (told->peak_vms_kb == DENET_UNKNOWN || vms_kb > told->peak_vms_kb))
		told->peak_vms_kb = vms_kb;
}

void told_take_process(struct told *told, const struct denet_process *process)
{
	(void)process;
	told->is_mixed |= told->has_summary;
	told->processes++;
}

void told_take_summary(struct told *told, const struct denet_summary *summary)
{
	(void)summary;
	told->is_mixed |= told->has_summary;
	told->has_summary = true;
}

const struct denet_start *told_start(const struct told *told)
{
	return told->has_start ? &told->start : NULL;
}

uint64_t told_end_ms(const struct told *told, const struct denet_summary *summary)
{
	bool has_both = told->has_start && told->start.t0_ms != DENET_UNKNOWN &&
			summary->wall_ns != DENET_UNKNOWN;

	return has_both ? told->start.t0_ms + summary->wall_ns / NS_PER_MS : told->last_ms;
}
