/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "hostprobe/living.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct living_thread {
	struct host_living told;
	struct living_row *row; /* borrowed from the rows */
	uint64_t listing; /* that it was last taken in */
	uint64_t look; /* that it was first told at */
};

/* FNV-1a; 0 is no id. */
static uint64_t hash_of(const struct host_key *key)
{
	const unsigned char *bytes = (const unsigned char *)key;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

static bool is_of(const struct living_row *row, const struct host_key *key)
{
	return memcmp(&row->key, key, sizeof(*key)) == 0;
}

/* One whose hash is another's comes behind that, which takes no room in the map. */
static int put_row(struct living *living, struct living_row *first, struct living_row *row)
{
	if (!first)
		return idmap_put(&living->rows, hash_of(&row->key), row);
	row->next = first->next;
	first->next = row;
	return 0;
}

/* NULL when memory is short. */
static struct living_row *find_row(struct living *living, const struct host_key *key)
{
	struct living_row *first = idmap_get(&living->rows, hash_of(key));
	struct living_row *row = first;

	while (row && !is_of(row, key))
		row = row->next;
	if (row)
		return row;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->key = *key;
	if (put_row(living, first, row)) {
		free(row);
		return NULL;
	}
	return row;
}

/* The first of one hash stays for as long as others are behind it. */
static void free_row(struct living *living, struct living_row *row)
{
	uint64_t hash = hash_of(&row->key);
	struct living_row *first = idmap_get(&living->rows, hash);
	struct living_row *before = first;

	if (row != first) {
		while (before->next != row)
			before = before->next;
		before->next = row->next;
		free(row);
	}
	if (first->threads || first->next)
		return;
	(void)idmap_remove(&living->rows, hash);
	free(first);
}

/* Sums wrap as their parts do: what is added is taken away to the last bit. */
static void add(struct living_row *row, const struct host_living *told)
{
	__u64 *sums = (__u64 *)&row->used;
	const __u64 *parts = (const __u64 *)&told->used;

	for (size_t i = 0; i < sizeof(row->used) / sizeof(*sums); i++)
		sums[i] += parts[i];
	row->threads++;
	row->processes += told->tid == told->tgid;
}

static void take_away(struct living_row *row, const struct host_living *told)
{
	__u64 *sums = (__u64 *)&row->used;
	const __u64 *parts = (const __u64 *)&told->used;

	for (size_t i = 0; i < sizeof(row->used) / sizeof(*sums); i++)
		sums[i] -= parts[i];
	row->threads--;
	row->processes -= told->tid == told->tgid;
}

/* It may yet execute a program, under whose name it counts then. */
static uint64_t is_just_forked(const struct living *living, const struct living_thread *thread,
			       const struct host_living *told)
{
	return told->is_forked && told->tid == told->tgid && thread->look == living->look;
}

static void leave_row(struct living *living, struct living_thread *thread)
{
	take_away(thread->row, &thread->told);
	thread->row->forked -= is_just_forked(living, thread, &thread->told);
	if (!thread->row->threads)
		free_row(living, thread->row);
	thread->row = NULL;
}

static void drop(struct living *living, struct living_thread *thread)
{
	(void)idmap_remove(&living->threads, thread->told.address);
	leave_row(living, thread);
	free(thread);
}

/* Where memory is short it stays what it was. */
static int tell(struct living *living, struct living_thread *thread, const struct host_living *told)
{
	struct living_row *row = thread->row;

	if (!row || !is_of(row, &told->key))
		row = find_row(living, &told->key);
	if (!row)
		return -ENOMEM;
	add(row, told);
	row->forked += is_just_forked(living, thread, told);
	if (thread->row)
		leave_row(living, thread);
	thread->row = row;
	thread->told = *told;
	return 0;
}

static int begin_thread(struct living *living, const struct host_living *told)
{
	struct living_thread *thread = calloc(1, sizeof(*thread));
	int r = thread ? idmap_put(&living->threads, told->address, thread) : -ENOMEM;

	if (!r) {
		thread->look = living->look;
		r = tell(living, thread, told);
		thread->listing = living->listing;
		if (!r)
			return 0;
		(void)idmap_remove(&living->threads, told->address);
	}
	free(thread);
	return r;
}

int living_take(struct living *living, const struct host_living *told)
{
	struct living_thread *thread = idmap_get(&living->threads, told->address);

	if (!thread)
		return begin_thread(living, told);
	thread->listing = living->listing;
	return tell(living, thread, told);
}

/* By an exec a thread takes its process's id over; another may have come to where it was. */
static bool is_same(const struct living_thread *thread, const struct host_change *change)
{
	return thread->told.tid == change->tid || thread->told.tgid == change->tid;
}

int living_change(struct living *living, const struct host_change *change)
{
	struct living_thread *thread = idmap_get(&living->threads, change->address);
	struct host_living moved;

	if (!thread || !is_same(thread, change))
		return 0;
	if (!change->is_moved) {
		drop(living, thread);
		return 0;
	}
	moved = thread->told;
	moved.key = change->key;
	moved.used = (struct host_used){ 0 };
	return tell(living, thread, &moved);
}

void living_begin_look(struct living *living)
{
	living->look++;
	for (size_t i = 0; i < living->rows.room; i++)
		for (struct living_row *row = living->rows.slots[i].id ? living->rows.slots[i].value
								       : NULL;
		     row; row = row->next)
			row->forked = 0;
}

void living_begin_listing(struct living *living)
{
	living->listing++;
}

/* Where one is removed another comes into its place. */
void living_end_listing(struct living *living)
{
	for (size_t i = 0; i < living->threads.room;) {
		const struct idmap_slot *slot = &living->threads.slots[i];
		struct living_thread *thread = slot->value;

		if (slot->id && thread->listing != living->listing)
			drop(living, thread);
		else
			i++;
	}
}

int living_each(const struct living *living,
		int (*on_row)(void *context, const struct living_row *row), void *context)
{
	int r = 0;

	for (size_t i = 0; i < living->rows.room && !r; i++)
		for (const struct living_row *row =
			     living->rows.slots[i].id ? living->rows.slots[i].value : NULL;
		     row && !r; row = row->next)
			r = row->threads ? on_row(context, row) : 0;
	return r;
}

static void free_rows(struct living *living)
{
	for (size_t i = 0; i < living->rows.room; i++) {
		struct living_row *row =
			living->rows.slots[i].id ? living->rows.slots[i].value : NULL;

		while (row) {
			struct living_row *next = row->next;

			free(row);
			row = next;
		}
	}
}

void living_done(struct living *living)
{
	for (size_t i = 0; i < living->threads.room; i++)
		if (living->threads.slots[i].id)
			free(living->threads.slots[i].value);
	free_rows(living);
	idmap_done(&living->threads);
	idmap_done(&living->rows);
	*living = (struct living){ 0 };
}
