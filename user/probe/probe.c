/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/messages.h"
#include "probe/probe_internal.h"
#include "probe/rest.h"
#include "util/clock.h"
#include "util/kernel_version.h"

/* The arguments and the path have to lie within what the ring handed over. */
static void handle_exec(const struct source_events *sink, const void *data, size_t size)
{
	const struct exec_event *event = data;
	size_t text_len;

	if (size < sizeof(*event))
		return;
	text_len = size - sizeof(*event);
	if (event->args_len > text_len || event->path_len > text_len - event->args_len)
		return;
	sink->on_exec(sink->context, event, (const char *)(event + 1));
}

static int handle_event(void *context, void *data, size_t size)
{
	struct probe *probe = context;
	const struct source_events *sink = probe->sink;
	__u32 type;

	if (size < sizeof(type))
		return 0;
	memcpy(&type, data, sizeof(type));
	if (type == EVENT_EXEC)
		handle_exec(sink, data, size);
	else if (type == EVENT_EXIT && size >= sizeof(struct exit_event))
		sink->on_exit(sink->context, &((const struct exit_event *)data)->account);
	return 0;
}

/* A pass that still finds something new after this many loses the race against a fork storm. */
#define PASSES_MAX 64

static struct probe_options forced;
static unsigned int times_forced;

void probe_force(const struct probe_options *options)
{
	forced = *options;
	times_forced++;
}

static struct probe_options add_forced(const struct probe_options *options)
{
	struct probe_options both = *options;

	both.no_light |= forced.no_light;
	both.no_libbpf |= forced.no_libbpf;
	both.no_storage |= forced.no_storage;
	both.no_exit_memory |= forced.no_exit_memory;
	both.no_slices |= forced.no_slices;
	both.fail_storage |= forced.fail_storage;
	both.map_pids |= forced.map_pids;
	both.no_signals |= forced.no_signals;
	both.no_net |= forced.no_net;
	both.no_members |= forced.no_members;
	both.force_members |= forced.force_members;
	both.no_cookies |= forced.no_cookies;
	if (forced.slot_blocks)
		both.slot_blocks = forced.slot_blocks;
	if (forced.passes_max)
		both.passes_max = forced.passes_max;
	return both;
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static int prepare_at_once(struct probe *probe)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	probe->at_once = calloc((size_t)cpus, sizeof(*probe->at_once));
	if (!probe->at_once)
		return -ENOMEM;
	probe->at_once_count = (size_t)cpus;
	return 0;
}

static int prepare(struct probe *probe, const struct probe_options *options)
{
	int r = probe_load(probe, options);

	if (r)
		return r;
	if (options->net)
		probe_open_net(probe, options);
	r = prepare_at_once(probe);
	if (r)
		return r;
	probe->ring = ring_buffer__new(probe->events_fd, handle_event, probe, NULL);
	if (!probe->ring)
		return -errno;
	/* Nobody is a member yet: the walk only finds out which pid namespace it is in. */
	return probe->task_knobs.map_pids
		       ? probe_iterate(probe, TREE_SAMPLE_TASKS, ignore_task, NULL)
		       : 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	ring_buffer__free(probe->ring);
	probe_forget_limits(probe);
	members_close(&probe->members);
	probe_close_edges(probe);
	probe_close_net(probe);
	probe_unload(probe);
	free(probe->at_once);
	free(probe);
}

int probe_open(const struct probe_options *options, struct source **ret_source)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	struct probe_options both = add_forced(options);
	int r;

	if (!probe)
		return -ENOMEM;
	probe->times_forced = times_forced;
	probe->passes_max = both.passes_max ? both.passes_max : PASSES_MAX;
	/* Whatever goes wrong comes back as an error; libbpf would print it too. */
	messages_begin();
	r = prepare(probe, &both);
	messages_end();
	if (r) {
		probe_free(probe);
		return r;
	}
	probe->source = (struct source){
		.ops = &probe_source_ops,
		.fd = ring_buffer__epoll_fd(probe->ring),
		.sees_births = true,
		.sees_memory_at_exit = probe->task_knobs.use_exit_memory,
	};
	*ret_source = &probe->source;
	return 0;
}

const char *probe_load_path(const struct source *source)
{
	return probe_of_const(source)->load_path;
}

bool probe_serves(const struct probe *probe)
{
	return probe->times_forced == times_forced;
}

static __u32 hierarchy_of(const char *controller)
{
	static const char *const names[] = {
		[HIERARCHY_V2] = "",	   [HIERARCHY_CPUACCT] = "cpuacct",
		[HIERARCHY_CPU] = "cpu",   [HIERARCHY_MEMORY] = "memory",
		[HIERARCHY_PIDS] = "pids",
	};
	__u32 i = sizeof(names) / sizeof(names[0]);

	while (--i && strcmp(names[i], controller) != 0)
		;
	return i;
}

static int open_for_group(const struct source_options *options, struct source **ret_source)
{
	const struct source_group *group = options->group;
	const struct probe_options own = {
		.net = options->net,
		.by_group = true,
		.group = {
			.id = group->id,
			.level = group->level,
			.hierarchy = hierarchy_of(group->controller),
		},
	};

	return probe_open(&own, ret_source);
}

static int open_again(struct source **ret_source)
{
	struct probe *probe;
	int r = probe_acquire(false, &probe);

	if (!r)
		*ret_source = &probe->source;
	return r;
}

static int open_source(const struct source_options *options, struct source **ret_source)
{
	const struct probe_options own = { .net = options->net };

	if (options->group)
		return open_for_group(options, ret_source);
	/* A link of the last use that lives on would count the bytes of the next once more. */
	if (!options->keep_loaded || options->net)
		return probe_open(&own, ret_source);
	if (options->is_self) {
		int r = share_open(ret_source);

		/* All that can be done there. */
		if (r != -ECHILD)
			return r;
	}
	return open_again(ret_source);
}

static void close_source(struct source *source)
{
	struct probe *probe = probe_of(source);

	if (probe->is_reusable)
		probe_put_to_rest(probe);
	else
		probe_free(probe);
}

static uint64_t root_id(const struct source *source)
{
	return *(volatile __u64 *)probe_of_const(source)->shared.root_id;
}

/* Only what was full keeps such accounts, so the map is walked when the number has moved. */
static int harvest(struct probe *probe, const struct source_events *events)
{
	struct process_account account;
	__u64 id, next, *at = NULL;

	while (!bpf_map_get_next_key(probe->accounts_fd, at, &next)) {
		/* Another thread of it may still send it: the one whose delete succeeds tells. */
		if (!bpf_map_lookup_elem(probe->accounts_fd, &next, &account) &&
		    account.flags & ACCOUNT_UNSENT &&
		    !bpf_map_delete_elem(probe->accounts_fd, &next)) {
			/* The key before it leads on; the deleted one would start over. */
			probe->harvested++;
			events->on_exit(events->context, &account);
			continue;
		}
		id = next;
		at = &id;
	}
	return 0;
}

static int drain(struct source *source, const struct source_events *events)
{
	struct probe *probe = probe_of(source);
	uint64_t unsent = *(volatile __u64 *)&probe->shared.totals->unsent_seq;
	int n;

	probe->sink = events;
	n = ring_buffer__consume(probe->ring);
	probe->sink = NULL;
	if (n < 0)
		return n;
	if (unsent != probe->unsent_seen) {
		probe->unsent_seen = unsent;
		return harvest(probe, events);
	}
	return 0;
}

/* Between the two sequence numbers the sums are being changed. */
static void copy_totals(const volatile struct tree_totals *totals, struct tree_totals *ret_totals)
{
	int i;

	for (i = 0; i < 3; i++) {
		__u64 before = totals->dead_seq;

		__sync_synchronize();
		*ret_totals = *totals;
		__sync_synchronize();
		if (totals->dying_seq == before)
			return;
	}
}

static void counted(const struct source *source, struct tree_totals *ret_totals)
{
	const struct probe *probe = probe_of_const(source);

	copy_totals(probe->shared.totals, ret_totals);
	ret_totals->processes_exited += probe->harvested;
}

static void totals(const struct source *source, struct tree_totals *ret_totals)
{
	counted(source, ret_totals);
	ret_totals->most = probe_most_at_once(probe_of_const(source));
}

static int sample_all(struct probe *probe, source_task_fn on_task, void *context)
{
	uint64_t started_ns = clock_thread_cpu_ns();
	int r = probe_iterate(probe, TREE_SAMPLE_TASKS, on_task, context);

	if (!r)
		members_note_walk(&probe->members, &probe->members_tree,
				  clock_thread_cpu_ns() - started_ns, probe->tasks_shown);
	return r;
}

static int sample_members(struct probe *probe, source_task_fn on_task, void *context)
{
	uint64_t started_ns = clock_thread_cpu_ns();
	int r = members_sample(&probe->members, &probe->members_tree, on_task, context);

	members_note_own(&probe->members, clock_thread_cpu_ns() - started_ns);
	/* Some have been shown, so that it has to be begun anew: by the walk. */
	if (r < 0)
		probe->members.has_failed = true;
	return r < 0 ? 1 : r;
}

/* Allocates nothing, but for the one that loads what makes the others cheaper. */
static int sample(struct source *source, source_task_fn on_task, void *context,
		  struct tree_totals *ret_totals)
{
	struct probe *probe = probe_of(source);
	struct tree_totals after;
	bool by_members;
	int r;

	by_members = members_ready(&probe->members, &probe->members_tree);
	totals(source, ret_totals);
	r = by_members ? sample_members(probe, on_task, context)
		       : sample_all(probe, on_task, context);
	if (r)
		return r;
	counted(source, &after);
	return !probe_is_same_moment(ret_totals, &after);
}

static uint32_t unknown(const struct source *source)
{
	return probe_of_const(source)->net.is_loaded ? 0 : COUNTER_NET;
}

static void explain_net(const struct source *source, char *text, size_t size)
{
	const struct probe_reason *reason = &probe_of_const(source)->net.reason;
	const char *why = reason->text[0] ? reason->text : strerror(-reason->error);

	if (!kernel_version_has(6, 3))
		why = "kernels before 6.3 have nothing that tells";
	(void)snprintf(text, size, "%s", why);
}

static int account(const struct source *source, uint64_t id, struct process_account *ret_account)
{
	__u64 key = id;

	return bpf_map_lookup_elem(probe_of_const(source)->accounts_fd, &key, ret_account) ? -errno
											   : 0;
}

static bool wants_rights(const struct source *source)
{
	return members_may_load(&probe_of_const(source)->members);
}

static void wake_at_every_exit(struct source *source)
{
	*(volatile __u32 *)probe_of(source)->shared.wake_at_every_exit = 1;
}

static uint64_t tasks_lost(const struct source *source)
{
	const struct probe *probe = probe_of_const(source);
	struct tree_totals now;

	counted(source, &now);
	return now.dropped_tasks + now.dropped_births - probe->births_found +
	       probe_missed_runs(probe) - probe->missed_before;
}

/* Each has told its own. */
static uint64_t peak_kb(const struct source *source)
{
	(void)source;
	return 0;
}

const struct source_ops probe_source_ops = {
	.name = "bpf",
	.is_exact = true,
	.open = open_source,
	.explain = probe_explain,
	.close = close_source,
	.release = rest_release,
	.seed = probe_seed,
	.seed_group = probe_seed_group,
	.root_id = root_id,
	.drain = drain,
	.sample = sample,
	.totals = totals,
	.counted = counted,
	.unknown = unknown,
	.explain_net = explain_net,
	.account = account,
	.limits = probe_limits,
	.wants_rights = wants_rights,
	.wake_at_every_exit = wake_at_every_exit,
	.tasks_lost = tasks_lost,
	.peak_kb = peak_kb,
};
