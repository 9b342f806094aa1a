/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The table by record: in the order of keys, and by key. Each is made when it is first asked for, from the
 * table alone: of the records that there are a command needs a few, and the memory of the others is not touched.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "metrics/table.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define USES_MAX 96 /* of one record */
#define QUOTED_BYTES 16384 /* a test sees that it is enough */
#define SLOTS 256 /* of a hash: a power of two, at least twice as many */

struct slot {
	const char *key; /* NULL when it is free */
	size_t len;
	const struct metric_use *use;
};

struct index {
	struct metric_use uses[USES_MAX];
	unsigned int places[USES_MAX];
	size_t count;
	struct slot slots[SLOTS];
	atomic_bool is_ready; /* nothing of it changes from then on */
};

static struct index by_record[DENET_RECORD_COUNT];
static char quoted_keys[QUOTED_BYTES];
static size_t quoted_len;
static struct metric_use of_kernel[USES_MAX];
static size_t of_kernel_count;
static struct metric_use of_rollups[USES_MAX];
static size_t of_rollups_count;
static pthread_once_t once_lists = PTHREAD_ONCE_INIT;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER; /* an index, or a quoted key */

static const struct metric *metric_at(size_t i)
{
	if (i < metric_figures_count)
		return &metric_figures[i];
	i -= metric_figures_count;
	if (i < metric_facts_count)
		return &metric_facts[i];
	i -= metric_facts_count;
	return i < metric_hosts_count ? &metric_hosts[i] : NULL;
}

size_t denet_metric_count(void)
{
	return metric_figures_count + metric_facts_count + metric_hosts_count;
}

const struct denet_metric *denet_metric_get(size_t index)
{
	const struct metric *metric = metric_at(index);

	return metric ? &metric->shown : NULL;
}

static size_t without(const char *text, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	if (len <= suffix_len || memcmp(text + len - suffix_len, suffix, suffix_len) != 0)
		return len;
	return len - suffix_len;
}

size_t denet_metric_name_len(const struct denet_metric *metric)
{
	static const struct {
		const char *unit;
		const char *suffix;
	} suffixes[] = {
		{ "ns", "_ns" },       { "ms", "_ms" }, { "s", "_secs" },
		{ "bytes", "_bytes" }, { "kb", "_kb" },
	};
	size_t len = strlen(metric->key);

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (strcmp(suffixes[i].unit, metric->unit) == 0)
			len = without(metric->key, len, suffixes[i].suffix);
	return without(metric->key, len, "_total");
}

/* A copy for each use would be a waste, but the table is small. */
static const char *quote(const char *key, size_t *ret_len)
{
	char *quoted = quoted_keys + quoted_len;
	int len = snprintf(quoted, sizeof(quoted_keys) - quoted_len, ",\"%s\":", key);

	*ret_len = (size_t)len;
	quoted_len += (size_t)len + 1;
	return quoted;
}

static struct metric_use use_of(const struct metric *metric, size_t offset)
{
	size_t len;
	const char *quoted = quote(metric->shown.key, &len);

	return (struct metric_use){
		.metric = metric,
		.key = metric->shown.key,
		.quoted = quoted,
		.quoted_len = len,
		.group = metric->shown.group,
		.offset = offset,
		.form = metric->shown.form,
		.flags = metric->flags,
	};
}

static void insert(struct index *index, const struct metric *metric,
		   const struct denet_metric_use *use)
{
	size_t at = index->count++;

	for (; at && index->places[at - 1] > use->place; at--) {
		index->uses[at] = index->uses[at - 1];
		index->places[at] = index->places[at - 1];
	}
	index->uses[at] = use_of(metric, use->offset);
	index->places[at] = use->place;
}

static unsigned int hash_of(const char *key, size_t len)
{
	unsigned int hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619u;
	return (hash ^ (hash >> 15)) % SLOTS;
}

static void enter(struct index *index, const char *key, const struct metric_use *use)
{
	size_t len = strlen(key);
	unsigned int at = hash_of(key, len);

	while (index->slots[at].key)
		at = (at + 1) % SLOTS;
	index->slots[at] = (struct slot){ .key = key, .len = len, .use = use };
}

static void list_metric(const struct metric *metric)
{
	const struct denet_metric_use *use = metric->shown.uses;

	if (metric->kernel_unknown)
		of_kernel[of_kernel_count++] = use_of(metric, 0);
	if (!metric->rollup)
		return;
	while (use->record != DENET_RECORD_SUMMARY)
		use++;
	of_rollups[of_rollups_count++] = use_of(metric, use->offset);
}

static void make_lists(void)
{
	const struct metric *metric;

	(void)pthread_mutex_lock(&making);
	for (size_t i = 0; (metric = metric_at(i)); i++)
		list_metric(metric);
	(void)pthread_mutex_unlock(&making);
}

static const struct metric_use *find_in(const struct index *index, const char *key)
{
	for (size_t i = 0; i < index->count; i++)
		if (strcmp(index->uses[i].key, key) == 0)
			return &index->uses[i];
	return NULL;
}

/* Once they stand where they stay. */
static void link_figures(struct index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		struct metric_use *use = &index->uses[i];
		const char *const *keys = use->metric->said_of;

		for (size_t k = 0; k < ARRAY_LEN(use->metric->said_of); k++)
			if (keys[k] && !use->said_of)
				use->said_of = find_in(index, keys[k]);
	}
}

static void insert_uses(struct index *index, const struct metric *metric)
{
	const struct denet_metric_use *use;

	for (use = metric->shown.uses; use->place; use++)
		if (&by_record[use->record] == index)
			insert(index, metric, use);
}

static void make(struct index *index)
{
	const struct metric *metric;

	for (size_t i = 0; (metric = metric_at(i)); i++)
		insert_uses(index, metric);
	link_figures(index);
	for (size_t i = 0; i < index->count; i++) {
		const struct denet_metric *shown = &index->uses[i].metric->shown;

		enter(index, shown->key, &index->uses[i]);
		if (shown->old_key)
			enter(index, shown->old_key, &index->uses[i]);
	}
}

static const struct index *index_of(enum denet_record record)
{
	struct index *index = &by_record[record];

	if (atomic_load_explicit(&index->is_ready, memory_order_acquire))
		return index;
	(void)pthread_mutex_lock(&making);
	if (!atomic_load_explicit(&index->is_ready, memory_order_relaxed)) {
		make(index);
		atomic_store_explicit(&index->is_ready, true, memory_order_release);
	}
	(void)pthread_mutex_unlock(&making);
	return index;
}

struct metric_list metric_list(enum denet_record record)
{
	const struct index *index = index_of(record);

	return (struct metric_list){ index->uses, index->count };
}

struct metric_list metric_list_of_kernel(void)
{
	(void)pthread_once(&once_lists, make_lists);
	return (struct metric_list){ of_kernel, of_kernel_count };
}

struct metric_list metric_list_of_rollups(void)
{
	(void)pthread_once(&once_lists, make_lists);
	return (struct metric_list){ of_rollups, of_rollups_count };
}

bool metric_is_in_group(const struct metric_use *use, const char *group)
{
	return use->group && group && strcmp(use->group, group) == 0;
}

static bool is_in_group(const struct denet_metric *metric, const char *group)
{
	if (!group || !metric->group)
		return group == metric->group;
	return strcmp(group, metric->group) == 0;
}

const struct metric_use *metric_find(enum denet_record record, const char *group, const char *key,
				     size_t key_len)
{
	const struct index *index = index_of(record);
	unsigned int at = hash_of(key, key_len);

	for (; index->slots[at].key; at = (at + 1) % SLOTS) {
		const struct slot *slot = &index->slots[at];

		if (slot->len == key_len && memcmp(slot->key, key, key_len) == 0 &&
		    is_in_group(&slot->use->metric->shown, group))
			return slot->use;
	}
	return NULL;
}

const struct denet_metric *denet_record_metric(enum denet_record record, size_t index,
					       size_t *ret_offset)
{
	struct metric_list list = { 0 };

	if ((unsigned int)record < DENET_RECORD_COUNT)
		list = metric_list(record);
	if (index >= list.count)
		return NULL;
	if (ret_offset)
		*ret_offset = list.uses[index].offset;
	return &list.uses[index].metric->shown;
}

static const struct {
	const char *name;
	const char *help;
} records[DENET_RECORD_COUNT] = {
	[DENET_RECORD_ENV] = { "env", "First, with --write-env: the machine." },
	[DENET_RECORD_METADATA] = { "metadata",
				    "At the start: what runs, and how it is measured." },
	[DENET_RECORD_CHILD] = { "child", "When a process is first seen, or runs a new program." },
	[DENET_RECORD_TREE] = { "tree", "Each sample: the root, its descendants and their sum." },
	[DENET_RECORD_MEMBER] = { "tree.parent",
				  "One process of a sample: a tree's parent, and the metrics of "
				  "each of its children." },
	[DENET_RECORD_AGGREGATED] = { "tree.aggregated", "The whole tree of a sample." },
	[DENET_RECORD_SAMPLE] = { "sample",
				  "Each sample with --exclude-children: the root alone." },
	[DENET_RECORD_PROCESS] = { "process",
				   "When a process has ended, or goes on after the end." },
	[DENET_RECORD_EXIT] = { "exit", "When the root has ended." },
	[DENET_RECORD_SUMMARY] = { "summary",
				   "Last: the totals. With --also-cgroup one of the kind beside, "
				   "with the same keys, stands before it for each cgroup." },
	[DENET_RECORD_PROGRAM] = { "process.programs", "Of a process that execed: each program "
						       "that it ran, in order." },
	[DENET_RECORD_MACHINE] = { "machine", "Of denet-bpf host, at each sample: the machine." },
	[DENET_RECORD_GROUP] = { "group", "Of denet-bpf host, at each sample: a container, a unit, "
					  "or another cgroup." },
	[DENET_RECORD_COMMAND] = { "command",
				   "Of denet-bpf host with BPF, at each sample: the processes of "
				   "one "
				   "name and user in a group, the ended ones included." },
	[DENET_RECORD_PROCESSES] = { "processes",
				     "Of denet-bpf host with processes in its configuration, at "
				     "each "
				     "sample: all processes of the machine that a rule gives one "
				     "name." },
	[DENET_RECORD_HEAVY] = { "heavy", "Of denet-bpf host, every minute: a process that uses "
					  "much CPU or memory." },
	[DENET_RECORD_HISTORY] = { "history", "Of denet-bpf host -v, at its end: a figure over the "
					      "samples that it keeps." },
	[DENET_RECORD_DISK] = { "disk", "Of denet-bpf host, at each sample: a whole disk." },
	[DENET_RECORD_INTERFACE] = { "interface",
				     "Of denet-bpf host, at each sample: a network interface." },
	[DENET_RECORD_FILESYSTEM] = { "filesystem",
				      "Of denet-bpf host, at each sample: a local file system." },
	[DENET_RECORD_CONTAINER] = { "container",
				     "Of denet-bpf host, when a container or another group has "
				     "ended: its last figures." },
	[DENET_RECORD_CLASS] = { "class",
				 "Of denet-bpf host, at each sample: all containers of an "
				 "image, a service or a workload, the ended ones included." },
	[DENET_RECORD_CONNECTIONS] = { "connections",
				       "Of denet-bpf host, now and then: TCP sockets of a network "
				       "namespace, all of them and those of each address that is "
				       "listened at." },
};

const char *denet_record_name(enum denet_record record)
{
	return (unsigned int)record < ARRAY_LEN(records) ? records[record].name : NULL;
}

const char *denet_record_help(enum denet_record record)
{
	return (unsigned int)record < ARRAY_LEN(records) ? records[record].help : NULL;
}
