/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/probe_internal.h"
#include "util/journal.h"

/* The arguments and the path have to lie within what the ring handed over. */
static void handle_exec(const struct probe_events *sink, const void *data, size_t size)
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
	const struct probe_events *sink = probe->sink;
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

static int print_to_journal(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_DEBUG)
		journal_vwrite(JOURNAL_DEBUG, format, args);
	return 0;
}

static struct probe_options forced;

void probe_force(const struct probe_options *options)
{
	forced = *options;
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
	return both;
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static int prepare(struct probe *probe, const struct probe_options *options)
{
	int r = probe_load(probe, options);

	if (r)
		return r;
	probe->ring = ring_buffer__new(probe->events_fd, handle_event, probe, NULL);
	if (!probe->ring)
		return -errno;
	/* Nobody is a member yet: the walk only finds out which pid namespace it is in. */
	return probe->knobs.map_pids ? probe_sample(probe, ignore_task, NULL) : 0;
}

int probe_open(const struct probe_options *options, struct probe **ret_probe)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	struct probe_options both = add_forced(options);
	int r;

	if (!probe)
		return -ENOMEM;
	/* Whatever goes wrong comes back as an error; libbpf would print it too. */
	(void)libbpf_set_print(print_to_journal);
	r = prepare(probe, &both);
	if (r) {
		probe_free(probe);
		return r;
	}
	*ret_probe = probe;
	return 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	ring_buffer__free(probe->ring);
	probe_unload(probe);
	free(probe);
}

bool probe_sees_memory_at_exit(const struct probe *probe)
{
	return probe->knobs.use_exit_memory;
}

const char *probe_load_path(const struct probe *probe)
{
	return probe->load_path;
}

uint64_t probe_root_id(const struct probe *probe)
{
	return *(volatile __u64 *)probe->shared.root_id;
}

bool probe_root_before_exec(const struct probe *probe, struct task_counters *ret_used)
{
	if (!*(const volatile __u32 *)probe->shared.has_root_execed)
		return false;
	*ret_used = *probe->shared.root_before_exec;
	return true;
}

int probe_fd(const struct probe *probe)
{
	return ring_buffer__epoll_fd(probe->ring);
}

/* Only what was full keeps such accounts, so the map is walked when the number has moved. */
static int harvest(struct probe *probe, const struct probe_events *events)
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

int probe_drain(struct probe *probe, const struct probe_events *events)
{
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

void probe_totals(const struct probe *probe, struct tree_totals *ret_totals)
{
	copy_totals(probe->shared.totals, ret_totals);
	ret_totals->processes_exited += probe->harvested;
}

int probe_account(const struct probe *probe, uint64_t id, struct process_account *ret_account)
{
	__u64 key = id;

	return bpf_map_lookup_elem(probe->accounts_fd, &key, ret_account) ? -errno : 0;
}

void probe_wake_at_every_exit(struct probe *probe)
{
	*(volatile __u32 *)probe->shared.wake_at_every_exit = 1;
}

/* The kernel skips a program that is running on this CPU already: somebody was missed then. */
static uint64_t missed_runs(const struct probe *probe)
{
	uint64_t missed = 0;
	size_t i;

	for (i = 0; i < PROBE_PROGRAMS; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(probe->program_fds[i], &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

uint64_t probe_tasks_lost(const struct probe *probe)
{
	struct tree_totals totals;

	probe_totals(probe, &totals);
	return totals.dropped_tasks + totals.dropped_births - probe->births_found +
	       missed_runs(probe);
}
