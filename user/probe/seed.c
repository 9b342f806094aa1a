/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Finds the tree that exists already. The kernel side marks the children of what is marked; here
 * the walk is repeated until it finds nothing new, and the set is closed over the births and
 * deaths that happened meanwhile, so that a process whose parents are gone is found all the same.
 */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/messages.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/idmap.h"

/* A process by tgid and start, as both ends of an edge are; in a list of those with one start. */
struct origin {
	struct origin *next; /* owned */
	__u32 tgid;
};

struct seeding {
	struct probe *probe;
	source_task_fn on_task;
	void *context;
	size_t found;
	struct idmap known; /* by start: members, and what begot members; its origins are owned */
	struct edge_event *edges; /* owned: those to whom is not known yet */
	size_t edges_count;
	size_t edges_room;
};

static __u64 key_of(__u64 start_boot_ns)
{
	return start_boot_ns + 1; /* an idmap has no 0 */
}

static bool is_known(const struct seeding *seeding, __u32 tgid, __u64 start_boot_ns)
{
	const struct origin *origin = idmap_get(&seeding->known, key_of(start_boot_ns));

	while (origin && origin->tgid != tgid)
		origin = origin->next;
	return origin;
}

static int add_known(struct seeding *seeding, __u32 tgid, __u64 start_boot_ns)
{
	struct origin *origin = malloc(sizeof(*origin));
	int r;

	if (!origin)
		return -ENOMEM;
	origin->next = idmap_get(&seeding->known, key_of(start_boot_ns));
	origin->tgid = tgid;
	r = idmap_put(&seeding->known, key_of(start_boot_ns), origin);
	if (r)
		free(origin);
	return r;
}

static void seeding_done(struct seeding *seeding)
{
	size_t i;

	for (i = 0; i < seeding->known.room; i++) {
		struct origin *origin = seeding->known.slots[i].value;

		while (origin) {
			struct origin *next = origin->next;

			free(origin);
			origin = next;
		}
	}
	idmap_done(&seeding->known);
	free(seeding->edges);
}

static int on_seeded(void *context, const struct task_sample *task)
{
	struct seeding *seeding = context;
	int r = 0;

	if (!(task->flags & SAMPLE_ENDED_THREADS))
		seeding->found++;
	if (task->flags & SAMPLE_LEADER)
		r = add_known(seeding, task->tgid, task->start_boot_ns);
	return r ? r : seeding->on_task(seeding->context, task);
}

static int on_edge(void *context, void *data, size_t size)
{
	struct seeding *seeding = context;
	size_t wanted = seeding->edges_room ? seeding->edges_room * 2 : 256;
	struct edge_event *grown;

	if (size < sizeof(struct edge_event))
		return 0;
	if (seeding->edges_count == seeding->edges_room) {
		grown = array_resize(seeding->edges, wanted, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		seeding->edges = grown;
		seeding->edges_room = wanted;
	}
	memcpy(&seeding->edges[seeding->edges_count++], data, sizeof(*seeding->edges));
	return 0;
}

static int want(const struct probe *probe, __u32 tgid, __u64 start_boot_ns)
{
	struct seed seed = { .start_boot_ns = start_boot_ns };

	/* Found already, or wanted already: as good. */
	if (!bpf_map_update_elem(probe->seeds_fd, &tgid, &seed, BPF_NOEXIST) || errno == EEXIST)
		return 0;
	if (errno != E2BIG)
		return -errno;
	/* Perhaps a member since its birth, perhaps not. */
	__sync_fetch_and_add(&probe->shared.totals->dropped_tasks, 1);
	return 0;
}

static int want_child(struct seeding *seeding, const struct edge_event *edge)
{
	int r = add_known(seeding, edge->child_tgid, edge->child_start_boot_ns);

	return r ? r : want(seeding->probe, edge->child_tgid, edge->child_start_boot_ns);
}

/* Wants the children of what is known; returns how many were new, and keeps the other edges. */
static int want_children(struct seeding *seeding)
{
	size_t i, kept = 0;
	int added = 0, r;

	for (i = 0; i < seeding->edges_count; i++) {
		struct edge_event edge = seeding->edges[i];

		if (is_known(seeding, edge.child_tgid, edge.child_start_boot_ns))
			continue;
		if (!is_known(seeding, edge.parent_tgid, edge.parent_start_boot_ns)) {
			seeding->edges[kept++] = edge;
			continue;
		}
		r = want_child(seeding, &edge);
		if (r)
			return r;
		added++;
	}
	seeding->edges_count = kept;
	return added;
}

/*
 * Wants theirs too, and so on; returns how many were new. The ring is emptied meanwhile, for it
 * fills in the time that this takes in a storm.
 */
static int close_over_edges(struct seeding *seeding, struct ring_buffer *edges)
{
	int all = 0, added, r;

	do {
		r = ring_buffer__consume(edges);
		added = r < 0 ? r : want_children(seeding);
		if (added < 0)
			return added;
		all += added;
	} while (added);
	return all;
}

static uint64_t dropped_births(const struct probe *probe)
{
	return *(volatile __u64 *)&probe->shared.totals->dropped_births;
}

static int walk_until_quiet(struct seeding *seeding, struct ring_buffer *edges)
{
	int pass, r;

	for (pass = 0; pass < seeding->probe->passes_max; pass++) {
		uint64_t dropped = dropped_births(seeding->probe);

		seeding->found = 0;
		r = probe_iterate(seeding->probe, TREE_SEED_TASKS, on_seeded, seeding);
		if (r)
			return r;
		r = close_over_edges(seeding, edges);
		if (r < 0)
			return r;
		if (r || seeding->found || dropped != dropped_births(seeding->probe))
			continue;
		/* Births are edges: who was not made a member when born has been found since. */
		seeding->probe->births_found = dropped;
		return 0;
	}
	/* Nobody knows how many more there are. */
	__sync_fetch_and_add(&seeding->probe->shared.totals->dropped_tasks, 1);
	return 0;
}

/* What is left of an earlier use goes before anything new can come. */
static int attach_edges(struct seeding *seeding, struct ring_buffer *ring)
{
	int r = ring_buffer__consume(ring);

	seeding->edges_count = 0;
	return r < 0 ? r : object_attach(&seeding->probe->edges.object);
}

static int follow_edges(struct seeding *seeding)
{
	const struct edges *edges = &seeding->probe->edges;
	struct ring_buffer *ring = ring_buffer__new(edges->ring_fd, on_edge, seeding, NULL);
	__u64 dropped_before = *(volatile const __u64 *)edges->dropped, dropped;
	int r = ring ? attach_edges(seeding, ring) : -errno;

	if (!r)
		r = walk_until_quiet(seeding, ring);
	ring_buffer__free(ring);
	/* An edge that did not fit may have hidden a process. */
	dropped = *(volatile const __u64 *)edges->dropped - dropped_before;
	if (!r && dropped)
		__sync_fetch_and_add(&seeding->probe->shared.totals->dropped_tasks, dropped);
	return r;
}

static int seed_tree(struct seeding *seeding)
{
	int r;

	messages_begin();
	r = probe_prepare_edges(seeding->probe);
	if (!r)
		r = follow_edges(seeding);
	probe_rest_edges(seeding->probe);
	messages_end();
	return r;
}

/* A held command has one thread. */
static int seed_one(struct seeding *seeding, pid_t tid)
{
	AUTO_FD int link_fd = probe_link_one(seeding->probe, tid);

	return probe_iterate_link(seeding->probe,
				  link_fd < 0 ? seeding->probe->tree.link_fds[TREE_SEED_TASKS]
					      : link_fd,
				  on_seeded, seeding);
}

static int note_root(struct probe *probe, __u32 tgid)
{
	struct seed seed;

	if (bpf_map_lookup_elem(probe->seeds_fd, &tgid, &seed))
		return -errno;
	if (!seed.id)
		return -ESRCH;
	*(volatile __u64 *)probe->shared.root_id = seed.id;
	return 0;
}

/* The programs note what was used before, so that nothing has to be told here. */
static int ignore(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

/* Whose end wakes: of a container it is mostly the first process, which ends it. */
static int note_oldest(struct probe *probe)
{
	uint64_t oldest_ns = UINT64_MAX;
	__u64 id, *at = NULL;

	while (!bpf_map_get_next_key(probe->accounts_fd, at, &id)) {
		struct process_account account;

		at = &id;
		if (bpf_map_lookup_elem(probe->accounts_fd, &id, &account) ||
		    account.start_boot_ns >= oldest_ns)
			continue;
		oldest_ns = account.start_boot_ns;
		*(volatile __u64 *)probe->shared.root_id = id;
	}
	return errno == ENOENT ? 0 : -errno;
}

/* Who is born inside or moved in meanwhile is seen by the other programs: once is enough. */
int probe_seed_group(struct source *source, source_task_fn on_task, void *context)
{
	struct probe *probe = probe_of(source);
	int r = probe_iterate(probe, TREE_SEED_GROUP, ignore, NULL);

	(void)on_task;
	(void)context;
	probe->seeded = probe_most_at_once(probe);
	return r ? r : note_oldest(probe);
}

int probe_seed(struct source *source, pid_t tgid, bool is_tree, source_task_fn on_task,
	       void *context)
{
	struct probe *probe = probe_of(source);
	struct seeding seeding = { .probe = probe, .on_task = on_task, .context = context };
	int r = want(probe, (__u32)tgid, 0);

	if (r)
		return r;
	r = is_tree ? seed_tree(&seeding) : seed_one(&seeding, tgid);
	/* No birth tells how many there were before. */
	probe->seeded = probe_most_at_once(probe);
	if (!r)
		r = note_root(probe, (__u32)tgid);
	seeding_done(&seeding);
	return r;
}
