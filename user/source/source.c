/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "source/source.h"

#include "poller/poller.h"
#include "probe/probe.h"

static void bpf_free(void *self)
{
	probe_free(self);
}

static int bpf_seed(void *self, pid_t pid, bool is_tree, source_task_fn on_task, void *context)
{
	return probe_seed(self, pid, is_tree, on_task, context);
}

static uint64_t bpf_root_id(void *self)
{
	return probe_root_id(self);
}

static bool bpf_root_before_exec(void *self, struct task_counters *ret_used)
{
	return probe_root_before_exec(self, ret_used);
}

static int bpf_drain(void *self, const struct source_events *events)
{
	struct probe_events sink = {
		.context = events->context,
		.on_exec = events->on_exec,
		.on_exit = events->on_exit,
	};

	return probe_drain(self, &sink);
}

/* Nobody was on the way from the living to the dead, and nobody went. */
static bool is_same_moment(const struct tree_totals *a, const struct tree_totals *b)
{
	return a->dying_seq == a->dead_seq && a->dying_seq == b->dying_seq &&
	       a->processes_started == b->processes_started &&
	       a->threads_started == b->threads_started;
}

static int bpf_sample(void *self, source_task_fn on_task, void *context,
		      struct tree_totals *ret_totals)
{
	struct tree_totals after;
	int r;

	probe_totals(self, ret_totals);
	r = probe_sample(self, on_task, context);
	if (r)
		return r;
	probe_totals(self, &after);
	return !is_same_moment(ret_totals, &after);
}

static void bpf_totals(void *self, struct tree_totals *ret_totals)
{
	probe_totals(self, ret_totals);
}

static uint32_t bpf_unknown(void *self)
{
	(void)self;
	return 0;
}

static int bpf_account(void *self, uint64_t id, struct process_account *ret_account)
{
	return probe_account(self, id, ret_account);
}

static void bpf_wake_at_every_exit(void *self)
{
	probe_wake_at_every_exit(self);
}

static uint64_t bpf_tasks_lost(void *self)
{
	return probe_tasks_lost(self);
}

/* Each has told its own. */
static uint64_t bpf_peak_kb(void *self)
{
	(void)self;
	return 0;
}

static void bpf_end(void *self)
{
	(void)self;
}

int source_open_bpf(struct source *ret_source, char *why, size_t size)
{
	struct probe_options options = { 0 };
	struct probe *probe;
	int r = probe_open(&options, &probe);

	if (r) {
		probe_explain(r, why, size);
		return r;
	}
	*ret_source = (struct source){
		.self = probe,
		.accounting = DENET_ACCOUNTING_BPF,
		.fd = probe_fd(probe),
		.sees_births = true,
		.sees_memory_at_exit = probe_sees_memory_at_exit(probe),
		.free = bpf_free,
		.seed = bpf_seed,
		.root_id = bpf_root_id,
		.root_before_exec = bpf_root_before_exec,
		.drain = bpf_drain,
		.sample = bpf_sample,
		.totals = bpf_totals,
		.unknown = bpf_unknown,
		.account = bpf_account,
		.wake_at_every_exit = bpf_wake_at_every_exit,
		.tasks_lost = bpf_tasks_lost,
		.peak_kb = bpf_peak_kb,
		.end = bpf_end,
	};
	return 0;
}

static void proc_free(void *self)
{
	poller_free(self);
}

static int proc_seed(void *self, pid_t pid, bool is_tree, source_task_fn on_task, void *context)
{
	return poller_seed(self, pid, is_tree, on_task, context);
}

static uint64_t proc_root_id(void *self)
{
	return poller_root_id(self);
}

/* Seeding has told what our stub had used; the rest until its exec is not to be seen. */
static bool proc_root_before_exec(void *self, struct task_counters *ret_used)
{
	(void)self;
	(void)ret_used;
	return false;
}

static int proc_drain(void *self, const struct source_events *events)
{
	struct poller_events sink = {
		.context = events->context,
		.on_exec = events->on_exec,
		.on_exit = events->on_exit,
	};

	return poller_drain(self, &sink);
}

static int proc_sample(void *self, source_task_fn on_task, void *context,
		       struct tree_totals *ret_totals)
{
	int r = poller_sample(self, on_task, context);

	poller_totals(self, ret_totals);
	return r;
}

static void proc_totals(void *self, struct tree_totals *ret_totals)
{
	poller_totals(self, ret_totals);
}

static uint32_t proc_unknown(void *self)
{
	return poller_unknown(self);
}

static int proc_account(void *self, uint64_t id, struct process_account *ret_account)
{
	return poller_account(self, id, ret_account);
}

/* Nobody wakes us but the root and the timer. */
static void proc_wake_at_every_exit(void *self)
{
	(void)self;
}

static uint64_t proc_tasks_lost(void *self)
{
	return poller_tasks_lost(self);
}

static uint64_t proc_peak_kb(void *self)
{
	return poller_peak_kb(self);
}

static void proc_end(void *self)
{
	poller_end(self);
}

int source_open_proc(bool adopt_orphans, struct source *ret_source, char *why, size_t size)
{
	struct poller_options options = { .adopt_orphans = adopt_orphans };
	struct poller *poller;
	int r = poller_open(&options, &poller);

	if (r) {
		poller_explain(r, why, size);
		return r;
	}
	*ret_source = (struct source){
		.self = poller,
		.accounting = DENET_ACCOUNTING_PROC,
		.fd = -1,
		.free = proc_free,
		.seed = proc_seed,
		.root_id = proc_root_id,
		.root_before_exec = proc_root_before_exec,
		.drain = proc_drain,
		.sample = proc_sample,
		.totals = proc_totals,
		.unknown = proc_unknown,
		.account = proc_account,
		.wake_at_every_exit = proc_wake_at_every_exit,
		.tasks_lost = proc_tasks_lost,
		.peak_kb = proc_peak_kb,
		.end = proc_end,
	};
	return 0;
}

void source_close(struct source *source)
{
	if (source->self)
		source->free(source->self);
	*source = (struct source){ .fd = -1 };
}
