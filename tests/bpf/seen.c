/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "bpf/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more: the size doubles whenever the count is a power of two. */
static void *grown(void *items, size_t count, size_t item_size)
{
	if (count & (count - 1))
		return items;
	items = reallocarray(items, count ? count * 2 : 1, item_size);
	if (!items)
		abort();
	return items;
}

static char *copy_bytes(const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static char *copy_text(const char *text)
{
	return text ? copy_bytes(text, strlen(text)) : NULL;
}

static void on_start(void *context, const struct denet_start *start)
{
	struct seen *seen = context;

	(void)start;
	seen->starts_count++;
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct seen *seen = context;
	struct seen_arrival *kept;

	seen->arrivals = grown(seen->arrivals, seen->arrivals_count, sizeof(*seen->arrivals));
	kept = &seen->arrivals[seen->arrivals_count++];
	kept->pid = arrival->pid;
	kept->ppid = arrival->ppid;
	kept->args = copy_bytes(arrival->command.args, arrival->command.args_len);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct seen *seen = context;

	seen->samples = grown(seen->samples, seen->samples_count, sizeof(*seen->samples));
	seen->samples[seen->samples_count++] = (struct seen_sample){
		.parent = tree->parent,
		.aggregated = tree->aggregated,
		.process_count = tree->process_count,
		.processes_started = tree->processes_started,
		.processes_exited = tree->processes_exited,
		.children_count = tree->children_count,
		.is_over = tree->parent_is_over && tree->aggregated_is_over,
	};
	if (seen->on_sample)
		seen->on_sample(seen->context, tree);
}

static void keep_programs(struct seen_process *kept, const struct denet_process *process)
{
	kept->programs = NULL;
	if (process->programs_count) {
		kept->programs = calloc(process->programs_count, sizeof(*kept->programs));
		if (!kept->programs)
			abort();
	}
	for (size_t i = 0; i < process->programs_count; i++) {
		kept->programs[i] = process->programs[i];
		kept->programs[i].comm = copy_text(process->programs[i].comm);
		kept->programs[i].command = (struct denet_command){ 0 };
	}
	kept->is.programs = kept->programs;
}

static void on_process(void *context, const struct denet_process *process)
{
	struct seen *seen = context;
	struct seen_process *kept;

	seen->processes = grown(seen->processes, seen->processes_count, sizeof(*seen->processes));
	kept = &seen->processes[seen->processes_count++];
	kept->is = *process;
	kept->comm = copy_text(process->comm);
	kept->args = copy_bytes(process->command.args, process->command.args_len);
	kept->is.comm = kept->comm;
	kept->is.command.args = kept->args;
	kept->is.command.exe = NULL;
	kept->is.cwd = NULL;
	kept->is.cgroup = copy_text(process->cgroup);
	keep_programs(kept, process);
}

static void on_exit_seen(void *context, const struct denet_exit *exit)
{
	struct seen *seen = context;

	seen->exits_count++;
	seen->exit = *exit;
}

static void on_warning(void *context, const char *text)
{
	struct seen *seen = context;

	seen->warnings_count++;
	snprintf(seen->warning, sizeof(seen->warning), "%s", text);
}

struct denet_observer seen_observer(struct seen *seen)
{
	return (struct denet_observer){
		.size = sizeof(struct denet_observer),
		.context = seen,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_seen,
		.on_warning = on_warning,
	};
}

void seen_done(struct seen *seen)
{
	for (size_t i = 0; i < seen->processes_count; i++) {
		free(seen->processes[i].comm);
		free(seen->processes[i].args);
		for (size_t j = 0; j < seen->processes[i].is.programs_count; j++)
			free((void *)(uintptr_t)seen->processes[i].programs[j].comm);
		free(seen->processes[i].programs);
		free((void *)(uintptr_t)seen->processes[i].is.cgroup);
	}
	for (size_t i = 0; i < seen->arrivals_count; i++)
		free(seen->arrivals[i].args);
	free(seen->processes);
	free(seen->samples);
	free(seen->arrivals);
	memset(seen, 0, sizeof(*seen));
}
