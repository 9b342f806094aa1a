/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/processes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* A command at a look before: the group may be gone by the next, so that it is known by its id. */
struct process_before {
	uint64_t owner_id;
	uint64_t uid;
	uint64_t cpu_time_ns;
	uint64_t lived_before;
	uint64_t started;
	char comm[DENET_COMM_LEN + 1];
};

void processes_done(struct processes *processes)
{
	free(processes->items);
	free(processes->before);
	free(processes->ends);
	*processes = (struct processes){ 0 };
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const void *a, const void *b)
{
	const struct process_group *one = a, *other = b;
	int order = compare_u64(one->owner->id, other->owner->id);

	if (!order)
		order = compare_u64(one->figures.uid, other->figures.uid);
	return order ? order : strcmp(one->comm, other->comm);
}

static int by_cpu(const void *a, const void *b)
{
	const struct process_group *one = a, *other = b;
	int order = compare_u64(one->owner->id, other->owner->id);

	if (!order)
		order = compare_u64(other->figures.cpu_time_ns, one->figures.cpu_time_ns);
	return order ? order : by_key(a, b);
}

static int compare_before(const void *a, const void *b)
{
	const struct process_group *one = a;
	const struct process_before *other = b;
	int order = compare_u64(one->owner->id, other->owner_id);

	if (!order)
		order = compare_u64(one->figures.uid, other->uid);
	return order ? order : strcmp(one->comm, other->comm);
}

static void fill(struct process_group *command, struct cgroup *owner,
		 const struct hostprobe_row *row, uint64_t ts_ms)
{
	const struct host_used *used = &row->ended.used;

	*command = (struct process_group){ .owner = owner, .forked = row->processes_forked };
	memcpy(command->comm, row->key.comm, DENET_COMM_LEN);
	command->figures = (struct host_command){
		.ts_ms = ts_ms,
		.uid = row->key.uid,
		.cpu_time_ns = used->cpu_time_ns,
		.cpu_usage = NAN,
		.run_delay_ns = used->run_delay_ns,
		.page_faults_cached = used->page_faults_cached,
		.page_faults_disk = used->page_faults_disk,
		.disk_read_bytes = used->disk_read_bytes,
		.disk_write_bytes = used->disk_write_bytes,
		.processes_living = row->processes_living,
		.threads_living = row->threads_living,
		.processes_ended = row->ended.processes,
		.processes_failed = row->ended.failed,
		.processes_killed = row->ended.killed,
		.oom_kills = row->ended.oom_killed,
	};
}

/* Of two cgroups that are in the same group. */
static void include(struct host_command *to, const struct host_command *other)
{
	to->cpu_time_ns += other->cpu_time_ns;
	to->run_delay_ns += other->run_delay_ns;
	to->page_faults_cached += other->page_faults_cached;
	to->page_faults_disk += other->page_faults_disk;
	to->disk_read_bytes += other->disk_read_bytes;
	to->disk_write_bytes += other->disk_write_bytes;
	to->processes_living += other->processes_living;
	to->threads_living += other->threads_living;
	to->processes_ended += other->processes_ended;
	to->processes_failed += other->processes_failed;
	to->processes_killed += other->processes_killed;
	to->oom_kills += other->oom_kills;
}

static size_t merge(struct process_group *items, size_t count)
{
	size_t kept = 0;

	if (!count)
		return 0;
	qsort(items, count, sizeof(*items), by_key);
	for (size_t i = 1; i < count; i++) {
		if (by_key(&items[kept], &items[i]) == 0) {
			include(&items[kept].figures, &items[i].figures);
			items[kept].forked += items[i].forked;
		} else {
			items[++kept] = items[i];
		}
	}
	return kept + 1;
}

static const struct process_before *find_before(const struct processes *processes,
						const struct process_group *item)
{
	if (!processes->before_count)
		return NULL;
	return bsearch(item, processes->before, processes->before_count, sizeof(*processes->before),
		       compare_before);
}

/* One that came since has used all that it used within it; where nothing passed, or it fell, nothing is told. */
static void take_usage(const struct processes *processes, struct process_group *item,
		       const struct process_before *before, uint64_t mono_ns)
{
	uint64_t passed_ns = mono_ns - processes->before_mono_ns;
	uint64_t before_ns = before ? before->cpu_time_ns : 0;

	if (!processes->before_mono_ns || !passed_ns)
		return;
	if (item->figures.cpu_time_ns >= before_ns)
		item->figures.cpu_usage =
			100 * (double)(item->figures.cpu_time_ns - before_ns) / (double)passed_ns;
}

/*
 * An exec may take the living to another name: it does not fall with them. Most of these are processes that were just
 * forked, and count as started here when the next look finds them here.
 */
static void take_started(const struct processes *processes, struct process_group *item,
			 const struct process_before *before)
{
	struct host_command *figures = &item->figures;
	uint64_t seen = figures->processes_ended + figures->processes_living - item->forked;

	if (!processes->before_mono_ns)
		item->lived_before = figures->processes_living;
	else if (before)
		item->lived_before = before->lived_before;
	figures->processes_started = seen > item->lived_before ? seen - item->lived_before : 0;
	if (before && before->started > figures->processes_started)
		figures->processes_started = before->started;
}

static void note_before(struct process_before *before, const struct process_group *item)
{
	*before = (struct process_before){
		.owner_id = item->owner->id,
		.uid = item->figures.uid,
		.cpu_time_ns = item->figures.cpu_time_ns,
		.lived_before = item->lived_before,
		.started = item->figures.processes_started,
	};
	memcpy(before->comm, item->comm, sizeof(before->comm));
}

/* In a block of its own, which does not move: the names lie in it. */
static void tell_names(struct process_group *item)
{
	item->figures.group = item->owner->figures.name;
	item->figures.cgroup = item->owner->path;
	item->figures.comm = item->comm;
}

int processes_take(struct processes *processes, const struct cgroups *groups,
		   const struct hostprobe_row *rows, size_t count, uint64_t mono_ns, uint64_t ts_ms)
{
	AUTO_FREE struct process_group *items = calloc(count + 1, sizeof(*items));
	AUTO_FREE struct process_before *before = calloc(count + 1, sizeof(*before));
	bool is_first = !processes->before_mono_ns;
	size_t kept = 0;

	if (!items || !before)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct cgroup *owner = cgroups_owner(groups, rows[i].key.cgroup_id);

		if (owner)
			fill(&items[kept++], owner, &rows[i], ts_ms);
	}
	kept = merge(items, kept);
	for (size_t i = 0; i < kept; i++) {
		const struct process_before *old = find_before(processes, &items[i]);

		take_usage(processes, &items[i], old, mono_ns);
		take_started(processes, &items[i], old);
		note_before(&before[i], &items[i]);
	}
	qsort(items, kept, sizeof(*items), by_cpu);
	for (size_t i = 0; i < kept; i++)
		tell_names(&items[i]);
	processes_done(processes);
	*processes = (struct processes){
		.items = TAKE(items),
		.count = kept,
		.is_first = is_first,
		.before = TAKE(before),
		.before_count = kept,
		.before_mono_ns = mono_ns,
	};
	return 0;
}

static struct process_group *find(const struct processes *processes, const struct cgroup *owner,
				  const struct host_key *key)
{
	size_t first = 0, end = processes->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (processes->items[middle].owner->id < owner->id)
			first = middle + 1;
		else
			end = middle;
	}
	for (; first < processes->count && processes->items[first].owner == owner; first++) {
		struct process_group *item = &processes->items[first];

		if (item->figures.uid == key->uid &&
		    strncmp(item->comm, key->comm, DENET_COMM_LEN) == 0)
			return item;
	}
	return NULL;
}

/* Of what is around it, too; one that is not known yet takes also what was told before. */
static void take_victim(struct cgroup *group, const struct hostprobe_ending *ending)
{
	for (; group; group = group->around) {
		if (!ending->added && group->oom_victim[0])
			continue;
		memset(group->oom_victim, 0, sizeof(group->oom_victim));
		memcpy(group->oom_victim, ending->key.comm,
		       strnlen(ending->key.comm, sizeof(group->oom_victim) - 1));
	}
}

static void tell_ends(struct process_group *item)
{
	if (!item->ends)
		return;
	item->figures.failed_by_status = ends_tell_statuses(item->ends);
	item->figures.killed_by_signal = ends_tell_signals(item->ends);
}

int processes_take_endings(struct processes *processes, const struct cgroups *groups,
			   const struct hostprobe_ending *endings, size_t count)
{
	processes->ends = calloc(count + 1, sizeof(*processes->ends));
	if (!processes->ends)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct host_key *key = &endings[i].key;
		struct cgroup *owner = cgroups_owner(groups, key->cgroup_id);
		struct process_group *item = owner ? find(processes, owner, key) : NULL;

		if (!item)
			continue;
		if (!item->ends)
			item->ends = &processes->ends[processes->ends_count++];
		ends_add(item->ends, (uint16_t)key->end, endings[i].count);
		if (key->end & HOST_END_OOM)
			take_victim(owner, &endings[i]);
	}
	for (size_t i = 0; i < processes->count; i++)
		tell_ends(&processes->items[i]);
	return 0;
}

const struct process_group *processes_of(const struct processes *processes,
					 const struct cgroup *owner, size_t *ret_count)
{
	size_t first = 0, end;

	while (first < processes->count && processes->items[first].owner != owner)
		first++;
	for (end = first; end < processes->count && processes->items[end].owner == owner;)
		end++;
	*ret_count = end - first;
	return processes->items + first;
}
