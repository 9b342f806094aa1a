/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/tally.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

struct group {
	struct tally_key key;
	uint64_t count;
	uint64_t failed;
	uint64_t cpu_time_ns;
	uint64_t peak_rss_kb;
	bool has_cpu; /* of one at least it is known */
};

struct failure {
	struct tally_key key;
	struct denet_end end;
	uint64_t count;
	bool has_root;
};

_Static_assert(sizeof(struct tally_key) == TALLY_NAME_LEN + 3 * sizeof(int32_t), "no padding");

static void table_done(struct tally_table *table)
{
	free(table->rows);
	free(table->index);
	free(table->view);
}

void tally_done(struct tally *tally)
{
	table_done(&tally->groups);
	table_done(&tally->failures);
	*tally = (struct tally){ 0 };
}

bool tally_is_failure(const struct denet_end *end)
{
	if (!end->known)
		return false;
	return end->signal ? end->signal != SIGPIPE : end->exit_code != 0;
}

static struct tally_key key_of_name(const char *comm)
{
	struct tally_key key = { .exit_code = 0 };

	memcpy(key.comm, comm, strnlen(comm, TALLY_NAME_LEN - 1));
	return key;
}

static uint64_t hash_of(const struct tally_key *key)
{
	const unsigned char *bytes = (const unsigned char *)key;
	uint64_t hash = 0xCBF29CE484222325ull;
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * 0x100000001B3ull;
	return hash ^ hash >> 32;
}

static void *row_at(const struct tally_table *table, size_t number)
{
	return (char *)table->rows + number * table->row_bytes;
}

static uint32_t *find_index(const struct tally_table *table, const struct tally_key *key)
{
	size_t at = hash_of(key) & (table->index_room - 1);

	while (table->index[at] && memcmp(row_at(table, table->index[at] - 1), key, sizeof(*key)))
		at = (at + 1) & (table->index_room - 1);
	return &table->index[at];
}

static int grow_array(void **array, size_t count, size_t bytes)
{
	void *grown = array_resize(*array, count, bytes);

	if (!grown)
		return -ENOMEM;
	*array = grown;
	return 0;
}

static int grow(struct tally_table *table)
{
	size_t room = table->room ? table->room * 2 : 32, i;
	uint32_t *index;

	if (grow_array(&table->rows, room, table->row_bytes) ||
	    grow_array(&table->view, room, table->view_bytes))
		return -ENOMEM;
	index = calloc(room * 2, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(table->index);
	table->index = index;
	table->index_room = room * 2;
	table->room = room;
	for (i = 0; i < table->count; i++)
		*find_index(table, row_at(table, i)) = (uint32_t)i + 1;
	return 0;
}

/* Room for so many new rows. */
static int reserve(struct tally_table *table, size_t row_bytes, size_t view_bytes, size_t count)
{
	int r = 0;

	table->row_bytes = row_bytes;
	table->view_bytes = view_bytes;
	while (!r && table->room - table->count < count)
		r = grow(table);
	return r;
}

/* The row of that key, zeroed but for the key if it is new; room is reserved. */
static void *enter(struct tally_table *table, const struct tally_key *key)
{
	uint32_t *index = find_index(table, key);
	void *row;

	if (*index)
		return row_at(table, *index - 1);
	row = row_at(table, table->count++);
	*index = (uint32_t)table->count;
	memset(row, 0, table->row_bytes);
	memcpy(row, key, sizeof(*key));
	return row;
}

static void note_peak(struct tally *tally, struct group *group, uint32_t pid, uint64_t peak_kb)
{
	if (peak_kb == DENET_UNKNOWN)
		return;
	if (peak_kb > group->peak_rss_kb)
		group->peak_rss_kb = peak_kb;
	if (peak_kb <= tally->peak_rss_kb)
		return;
	tally->peak_rss_kb = peak_kb;
	tally->peak_pid = pid;
	memcpy(tally->peak_comm, group->key.comm, TALLY_NAME_LEN);
}

static void add_failure(struct tally *tally, struct tally_key key,
			const struct denet_process *process, bool is_root)
{
	struct failure *failure;

	key.exit_code = process->end.exit_code;
	key.signal = process->end.signal;
	key.oom_killed = process->oom_killed;
	failure = enter(&tally->failures, &key);
	if (!failure->count++)
		failure->end = process->end;
	failure->has_root |= is_root;
}

static void add_share(struct tally *tally, uint32_t pid,
		      const struct denet_process_program *program)
{
	const struct tally_key key = key_of_name(program->comm);
	struct group *group = enter(&tally->groups, &key);

	group->count += !program->is_forked;
	if (program->used.cpu_time_ns != DENET_UNKNOWN) {
		group->cpu_time_ns += program->used.cpu_time_ns;
		group->has_cpu = true;
	}
	note_peak(tally, group, pid, program->peak_rss_kb);
}

static void add_shares(struct tally *tally, const struct denet_process *process)
{
	const struct denet_process_program alone = {
		.comm = process->comm,
		.used = process->used,
		.peak_rss_kb = process->peak_rss_kb,
	};
	size_t i;

	if (!process->programs_count)
		add_share(tally, process->pid, &alone);
	for (i = 0; i < process->programs_count; i++)
		add_share(tally, process->pid, &process->programs[i]);
}

/* All of it first, so that nothing is counted in one place and missing in the other. */
static int reserve_all(struct tally *tally, const struct denet_process *process)
{
	int r = reserve(&tally->groups, sizeof(struct group), sizeof(struct denet_group),
			process->programs_count + 1);

	if (r || !tally_is_failure(&process->end))
		return r;
	return reserve(&tally->failures, sizeof(struct failure), sizeof(struct denet_failure), 1);
}

int tally_add(struct tally *tally, const struct denet_process *process, bool is_root)
{
	const struct tally_key key = key_of_name(process->comm);
	struct group *group;

	if (reserve_all(tally, process))
		return -ENOMEM;
	tally->is_viewed = false;
	add_shares(tally, process);
	tally->processes_exact += process->is_exact;
	tally->ends_unknown += !process->is_running && !process->end.known;
	if (!tally_is_failure(&process->end))
		return 0;
	group = enter(&tally->groups, &key);
	group->failed++;
	tally->processes_failed++;
	add_failure(tally, key, process, is_root);
	return 0;
}

/* From 1 on, and who has told nothing comes last. */
static uint64_t rank_of(uint64_t cpu_time_ns)
{
	return cpu_time_ns == DENET_UNKNOWN ? 0 : cpu_time_ns + 1;
}

static int by_cpu(const void *a, const void *b)
{
	const struct denet_group *x = a, *y = b;
	uint64_t rank = rank_of(x->cpu_time_ns), other = rank_of(y->cpu_time_ns);

	if (rank != other)
		return rank < other ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static int by_count(const void *a, const void *b)
{
	const struct denet_failure *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static void view_groups(struct tally_table *table)
{
	struct denet_group *view = table->view;
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct group *group = row_at(table, i);

		view[i] = (struct denet_group){
			.comm = group->key.comm,
			.count = group->count,
			.failed = group->failed,
			.cpu_time_ns = group->has_cpu ? group->cpu_time_ns : DENET_UNKNOWN,
			.peak_rss_kb = group->peak_rss_kb ? group->peak_rss_kb : DENET_UNKNOWN,
		};
	}
	if (table->count)
		qsort(view, table->count, sizeof(*view), by_cpu);
}

static void view_failures(struct tally_table *table)
{
	struct denet_failure *view = table->view;
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct failure *failure = row_at(table, i);

		view[i] = (struct denet_failure){
			.comm = failure->key.comm,
			.end = failure->end,
			.oom_killed = failure->key.oom_killed,
			.count = failure->count,
			.has_root = failure->has_root,
		};
	}
	if (table->count)
		qsort(view, table->count, sizeof(*view), by_count);
}

/* None of those whose end was seen is no count of all. */
static uint64_t failed_count(const struct tally *tally)
{
	if (!tally->processes_failed && tally->ends_unknown)
		return DENET_UNKNOWN;
	return tally->processes_failed;
}

void tally_view(struct tally *tally, struct denet_summary *summary)
{
	if (!tally->is_viewed) {
		view_groups(&tally->groups);
		view_failures(&tally->failures);
		tally->is_viewed = true;
	}
	summary->groups = tally->groups.view;
	summary->groups_count = tally->groups.count;
	summary->failures = tally->failures.view;
	summary->failures_count = tally->failures.count;
	summary->processes_failed = failed_count(tally);
	summary->ends_unknown = tally->ends_unknown;
	summary->processes_exact = tally->processes_exact;
	summary->peak_process_rss_kb = tally->peak_rss_kb ? tally->peak_rss_kb : DENET_UNKNOWN;
	summary->peak_process_pid = tally->peak_pid;
	summary->peak_process_comm = tally->peak_comm;
}
