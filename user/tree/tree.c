/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree/counters.h"
#include "util/array.h"

void tree_done(struct tree *tree)
{
	while (tree->oldest)
		tree_remove(tree, tree->oldest);
	command_table_done(&tree->commands);
	idmap_done(&tree->by_id);
	free(tree->free_slots);
	*tree = (struct tree){ 0 };
}

struct process *tree_find(const struct tree *tree, uint64_t id)
{
	return idmap_get(&tree->by_id, id);
}

/* There is always room to give one back. */
static int take_slot(struct tree *tree, uint32_t *ret_slot)
{
	uint32_t count = tree->slots_count, *grown;

	if (tree->free_slots_count) {
		*ret_slot = tree->free_slots[--tree->free_slots_count];
		return 0;
	}
	/* A power of two is full. */
	if (!(count & (count - 1)) || !count) {
		grown = array_resize(tree->free_slots, count ? count * 2 : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		tree->free_slots = grown;
	}
	*ret_slot = tree->slots_count++;
	return 0;
}

static void give_slot_back(struct tree *tree, uint32_t slot)
{
	tree->free_slots[tree->free_slots_count++] = slot;
}

static void link_youngest(struct tree *tree, struct process *process)
{
	process->older = tree->youngest;
	if (tree->youngest)
		tree->youngest->younger = process;
	else
		tree->oldest = process;
	tree->youngest = process;
	tree->count++;
}

struct process *tree_enter(struct tree *tree, uint64_t id, uint32_t pid)
{
	struct process *process = tree_find(tree, id);

	if (process)
		return process;
	process = calloc(1, sizeof(*process));
	if (!process || take_slot(tree, &process->slot)) {
		free(process);
		return NULL;
	}
	process->id = id;
	process->pid = pid;
	process->unknown = tree->unknown;
	if (idmap_put(&tree->by_id, id, process)) {
		give_slot_back(tree, process->slot);
		free(process);
		return NULL;
	}
	link_youngest(tree, process);
	return process;
}

void tree_remove(struct tree *tree, struct process *process)
{
	if (process->older)
		process->older->younger = process->younger;
	else
		tree->oldest = process->younger;
	if (process->younger)
		process->younger->older = process->older;
	else
		tree->youngest = process->older;
	tree->count--;
	idmap_remove(&tree->by_id, process->id);
	command_drop(&tree->commands, process->command);
	programs_done(&process->programs, &tree->commands);
	give_slot_back(tree, process->slot);
	free(process);
}

void tree_set_command(struct tree *tree, struct process *process, struct command *command)
{
	command_drop(&tree->commands, process->command);
	process->command = command;
}

void tree_begin_walk(struct tree *tree)
{
	tree->walk++;
	tree->live = (struct task_counters){ 0 };
	tree->slice_ns = 0;
	tree->tasks_seen = 0;
	tree->exiting_seen = 0;
}

static void begin_process(struct tree *tree, struct process *process)
{
	process->walk = tree->walk;
	process->walked = (struct task_counters){ 0 };
	process->slice_ns = 0;
	process->threads = 0;
	process->unknown = tree->unknown;
	process->mm = 0;
	process->is_leader_alive = false;
	process->is_running = false;
	process->is_exiting = false;
}

static void note_leader(struct tree *tree, struct process *process, const struct task_sample *task)
{
	memcpy(process->comm, task->comm, DENET_COMM_LEN);
	process->comm[DENET_COMM_LEN] = 0;
	process->ppid = task->parent_tgid;
	if (task->parent_id)
		process->parent_id = task->parent_id;
	process->start_boot_ns = task->start_boot_ns;
	process->cpu = task->cpu;
	process->is_leader_alive = !(task->flags & SAMPLE_DEAD);
	process->is_exiting = task->flags & SAMPLE_EXITING;
	if (!process->command)
		tree_set_command(tree, process, command_take(&tree->commands, task->command_id));
}

/* The main thread's, if it lives: the kernel shows none for a main thread that has ended. */
static void note_memory(struct process *process, const struct task_sample *task)
{
	if (!task->mm || (process->mm && !(task->flags & SAMPLE_LEADER)))
		return;
	process->mm = task->mm;
	process->mm_tid = task->tid;
}

int tree_add_task(struct tree *tree, const struct task_sample *task)
{
	struct process *process = tree_enter(tree, task->id, task->tgid);

	if (!process)
		return -ENOMEM;
	if (process->walk != tree->walk)
		begin_process(tree, process);
	if (task->flags & SAMPLE_LEADER)
		note_leader(tree, process, task);
	process->unknown |= task->flags >> SAMPLE_UNKNOWN_SHIFT;
	/* What a dead leader has used is among the ended threads of its process. */
	if (task->flags & SAMPLE_DEAD && !(task->flags & SAMPLE_PROCESS))
		return 0;
	counters_add(&process->walked, &task->used);
	if (task->flags & SAMPLE_ENDED_THREADS)
		return 0;
	counters_add(&tree->live, &task->used);
	process->slice_ns += task->slice_ns;
	tree->slice_ns += task->slice_ns;
	note_memory(process, task);
	tree->tasks_seen++;
	tree->exiting_seen += !!(task->flags & SAMPLE_EXITING);
	process->threads += task->flags & SAMPLE_PROCESS ? task->threads : 1;
	process->is_running |= !!(task->flags & SAMPLE_RUNNING);
	return 0;
}

void tree_end_walk(struct tree *tree)
{
	struct process *process;

	for (process = tree->oldest; process; process = process->younger) {
		if (!process_is_alive(tree, process))
			continue;
		counters_subtract(&process->walked, &process->before);
		counters_raise(&process->used, &process->walked);
	}
}
