/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/nextflow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/idmap.h"

#define FIRST_ROOM 64
#define JOB_NAME ".command.run"
#define SCRIPT_NAME ".command.sh"

void nextflow_done(struct nextflow *nextflow)
{
	free(nextflow->items);
	free(nextflow->tasks);
	buf_done(&nextflow->texts);
	*nextflow = (struct nextflow){ .count = 0 };
}

/* --- what a command line names ------------------------------------------------------------------ */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The first word with that name, behind the program's; NULL when there is none. */
static const char *find_word(const struct denet_command *command, const char *name)
{
	size_t at = 0;

	while (at < command->args_len) {
		const char *word = command->args + at;
		size_t len = strnlen(word, command->args_len - at);

		if (at && at + len < command->args_len && !strcmp(last_part(word), name))
			return word;
		at += len + 1;
	}
	return NULL;
}

static size_t keep_folder(struct nextflow *nextflow, const char *word, const char *cwd)
{
	size_t at = nextflow->texts.len;
	size_t len = (size_t)(last_part(word) - word);

	if (*word != '/') {
		if (!cwd || len)
			return NEXTFLOW_NONE;
		buf_append_text(&nextflow->texts, cwd);
	} else {
		buf_append(&nextflow->texts, word, len > 1 ? len - 1 : len);
	}
	buf_append_char(&nextflow->texts, '\0');
	return at;
}

static void take_command(struct nextflow *nextflow, struct nextflow_life *life,
			 const struct denet_process *process)
{
	const char *script = find_word(&process->command, SCRIPT_NAME);
	const char *job = script ? NULL : find_word(&process->command, JOB_NAME);

	life->folder_at = NEXTFLOW_NONE;
	life->is_script = script;
	life->is_job = job;
	if (script || job)
		life->folder_at = keep_folder(nextflow, script ? script : job, process->cwd);
}

/* --- the processes ------------------------------------------------------------------------------ */

static struct nextflow_life *add_item(struct nextflow *nextflow)
{
	if (nextflow->count == nextflow->room) {
		size_t room = nextflow->room ? 2 * nextflow->room : FIRST_ROOM;
		void *grown = array_resize(nextflow->items, room, sizeof(*nextflow->items));

		if (!grown)
			return NULL;
		nextflow->items = grown;
		nextflow->room = room;
	}
	return &nextflow->items[nextflow->count++];
}

void nextflow_add(struct nextflow *nextflow, const struct denet_process *process)
{
	struct nextflow_life *life = add_item(nextflow);

	if (!life) {
		nextflow->error = -ENOMEM;
		return;
	}
	*life = (struct nextflow_life){
		.id = process->id,
		.parent_id = process->parent_id,
		.start_ns = process->start_ns,
		.has_ended = !process->is_running && process->end_ns <= (uint64_t)INT64_MAX,
		.pid = process->pid,
		.end = process->end,
		.used = { .counters = process->used, .peak_rss_kb = process->peak_rss_kb },
		.task = NEXTFLOW_NONE,
	};
	if (life->has_ended)
		life->end_ns = (int64_t)process->end_ns;
	take_command(nextflow, life, process);
}

/* --- the tasks ---------------------------------------------------------------------------------- */

static int compare_starts(const void *a, const void *b)
{
	const struct nextflow_life *left = a;
	const struct nextflow_life *right = b;

	if (left->start_ns != right->start_ns)
		return left->start_ns < right->start_ns ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

static size_t new_task(struct nextflow *nextflow)
{
	nextflow->tasks[nextflow->tasks_count] = (struct nextflow_task){
		.folder_at = NEXTFLOW_NONE,
		.job = NEXTFLOW_NONE,
		.script = NEXTFLOW_NONE,
	};
	return nextflow->tasks_count++;
}

/* A task begins with what Nextflow has started for it; where that was not seen, with its script. */
static void place(struct nextflow *nextflow, size_t at, const struct nextflow_life *parent)
{
	struct nextflow_life *life = &nextflow->items[at];
	struct nextflow_task *task;
	bool is_first;

	if (parent) {
		life->task = parent->task;
		life->in_script = parent->in_script;
	}
	is_first = life->task == NEXTFLOW_NONE && (life->is_job || life->is_script);
	if (is_first)
		life->task = new_task(nextflow);
	if (life->task == NEXTFLOW_NONE)
		return;
	task = &nextflow->tasks[life->task];
	if (is_first && life->is_job)
		task->job = at;
	if (life->is_script && !life->in_script && task->script == NEXTFLOW_NONE)
		task->script = at;
	life->in_script = life->in_script || task->script == at;
	if (task->folder_at == NEXTFLOW_NONE)
		task->folder_at = life->folder_at;
}

static void add(uint64_t *sum, uint64_t value)
{
	*sum = *sum == DENET_UNKNOWN || value == DENET_UNKNOWN ? DENET_UNKNOWN : *sum + value;
}

static void add_used(struct nextflow_used *sum, const struct nextflow_used *used)
{
	struct denet_counters *to = &sum->counters;
	const struct denet_counters *from = &used->counters;

	add(&to->cpu_time_ns, from->cpu_time_ns);
	add(&to->disk_read_bytes, from->disk_read_bytes);
	add(&to->disk_write_bytes, from->disk_write_bytes);
	add(&to->syscall_read_bytes, from->syscall_read_bytes);
	add(&to->syscall_write_bytes, from->syscall_write_bytes);
	add(&to->syscall_read_count, from->syscall_read_count);
	add(&to->syscall_write_count, from->syscall_write_count);
	add(&to->ctx_switches_voluntary, from->ctx_switches_voluntary);
	add(&to->ctx_switches_involuntary, from->ctx_switches_involuntary);
	if (used->peak_rss_kb == DENET_UNKNOWN)
		sum->peak_rss_kb = DENET_UNKNOWN;
	else if (used->peak_rss_kb > sum->peak_rss_kb)
		sum->peak_rss_kb = used->peak_rss_kb;
}

static void idmap_freep(struct idmap *map)
{
	idmap_done(map);
}

int nextflow_finish(struct nextflow *nextflow)
{
	AUTO(idmap) struct idmap by_id = { 0 };
	int r = nextflow->error ? nextflow->error : nextflow->texts.error;

	if (r || !nextflow->count)
		return r;
	nextflow->tasks = array_resize(NULL, nextflow->count, sizeof(*nextflow->tasks));
	if (!nextflow->tasks)
		return -ENOMEM;
	/* Parents stand before their children then. */
	qsort(nextflow->items, nextflow->count, sizeof(*nextflow->items), compare_starts);
	for (size_t i = 0; i < nextflow->count && !r; i++) {
		struct nextflow_life *life = &nextflow->items[i];

		place(nextflow, i, life->parent_id ? idmap_get(&by_id, life->parent_id) : NULL);
		if (life->id)
			r = idmap_put(&by_id, life->id, life);
	}
	for (size_t i = 0; i < nextflow->count; i++) {
		const struct nextflow_life *life = &nextflow->items[i];
		struct nextflow_task *task =
			life->task == NEXTFLOW_NONE ? NULL : &nextflow->tasks[life->task];

		if (task && (life->in_script || task->script == NEXTFLOW_NONE))
			add_used(&task->used, &life->used);
	}
	return r;
}
