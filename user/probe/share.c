/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * One probe that follows this process, for all who look at it: at once, within each other and one
 * after the other. When nobody does it goes on for a moment, so that the next one finds it attached.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/baseline.h"
#include "probe/probe.h"
#include "probe/probe_internal.h"
#include "probe/waiting.h"

/* What one source sees of the probe that it shares. */
struct view {
	struct source source; /* first: a source is a view */
	struct view *next;
	struct shared *shared; /* borrowed: there as long as one of its views is */
	struct baseline baseline;
	struct at_once most; /* until the kernel was made to look for it anew */
	struct waiting waiting; /* owned */
};

struct shared {
	struct probe *probe; /* owned; NULL once it could not be made as if new */
	struct view *views;
	bool is_spoilt; /* seeding has failed in the middle of it */
};

/* All but the owner are guarded by the lock, which a forked process never takes. */
static struct {
	pthread_mutex_t lock;
	pid_t owner; /* 0 before the first use */
	struct shared *current; /* the one that who comes shares */
} shares = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* False in a forked process, where a thread that is not there may have it for ever. */
static bool lock(void)
{
	pid_t owner = 0, self = getpid();
	bool is_ours = __atomic_compare_exchange_n(&shares.owner, &owner, self, false,
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
		       owner == self;

	return is_ours && !pthread_mutex_lock(&shares.lock);
}

static void unlock(void)
{
	(void)pthread_mutex_unlock(&shares.lock);
}

static struct view *view_of(struct source *source)
{
	return (struct view *)source;
}

static const struct view *view_of_const(const struct source *source)
{
	return (const struct view *)source;
}

static struct source *source_of(const struct source *source)
{
	return &view_of_const(source)->shared->probe->source;
}

/* --- news --- */

static void share_exec(void *context, const struct exec_event *event, const char *text)
{
	const struct shared *shared = context;

	for (struct view *view = shared->views; view; view = view->next) {
		struct exec_event ours = *event;

		if (event->boot_ns < view->baseline.boot_ns)
			continue;
		baseline_cut_exec(&view->baseline, &ours);
		waiting_put_exec(&view->waiting, &ours, text);
	}
}

static void put_exit(struct view *view, const struct process_account *account)
{
	struct process_account ours = *account;

	baseline_cut_account(&view->baseline, &ours);
	waiting_put_exit(&view->waiting, &ours);
}

/* Whose end lay before a view began is counted among those then, unless it was found only now. */
static void share_exit(void *context, const struct process_account *account)
{
	const struct shared *shared = context;

	for (struct view *view = shared->views; view; view = view->next) {
		if (account->exit_boot_ns >= view->baseline.boot_ns)
			put_exit(view, account);
		else if (account->flags & ACCOUNT_UNSENT)
			view->baseline.totals.processes_exited++;
	}
}

static int fetch(struct shared *shared)
{
	const struct source_events events = { shared, share_exec, share_exit };

	return shared->probe->source.ops->drain(&shared->probe->source, &events);
}

static int drain(struct source *source, const struct source_events *events)
{
	struct view *view = view_of(source);
	struct waiting ours;
	int r;

	if (!lock())
		return -ECHILD;
	r = fetch(view->shared);
	waiting_take(&view->waiting, &ours);
	unlock();
	/* Who hears of it may do as he likes. */
	waiting_hand_over(&ours, events);
	return r;
}

/* --- beginning --- */

static int shared_new(bool may_follow, struct shared **ret_shared)
{
	struct shared *shared = calloc(1, sizeof(*shared));
	int r = shared ? probe_acquire(may_follow, &shared->probe) : -ENOMEM;

	if (r)
		free(shared);
	else
		*ret_shared = shared;
	return r;
}

static void give_up(struct shared *shared)
{
	struct probe *probe = shared->probe;

	if (shares.current == shared)
		shares.current = NULL;
	free(shared);
	if (probe)
		probe_put_to_rest(probe);
}

/* What its probe says of itself. */
static void look_at(struct view *view)
{
	const struct source *whole = &view->shared->probe->source;

	view->source.fd = whole->fd;
	view->source.sees_births = whole->sees_births;
	view->source.sees_memory_at_exit = whole->sees_memory_at_exit;
}

static void enter(struct view *view, struct shared *shared)
{
	view->shared = shared;
	view->next = shared->views;
	shared->views = view;
	/* Nothing is for it before it has begun. */
	view->baseline.boot_ns = UINT64_MAX;
	look_at(view);
}

static void leave(struct view *view)
{
	struct shared *shared = view->shared;
	struct view **place = &shared->views;

	while (*place != view)
		place = &(*place)->next;
	*place = view->next;
	view->shared = NULL;
	if (!shared->views)
		give_up(shared);
}

/*
 * The others have seen the most of what was until now. What is born and ends again between the two
 * calls may be missing there.
 */
static int look_for_most_anew(struct view *view)
{
	struct probe *probe = view->shared->probe;
	struct at_once most = probe_most_at_once(probe);

	for (struct view *other = view->shared->views; other; other = other->next)
		if (other != view)
			probe_raise_at_once(&other->most, &most);
	probe->seeded = (struct at_once){ 0 };
	/* Else what this one is told is too high. */
	return probe_forget_at_once(probe);
}

static int join(struct view *view, source_task_fn on_task, void *context)
{
	struct shared *shared = view->shared;
	int r;

	if (!probe_is_whole(shared->probe))
		return -EAGAIN;
	/* What waits is for the others. */
	if (fetch(shared) || look_for_most_anew(view))
		return -EAGAIN;
	r = baseline_take(shared->probe, on_task, context, &view->baseline);
	if (!r)
		view->most = view->baseline.totals.alive;
	return r;
}

/* Who is found there already is not found again: nobody else begins so. */
static void spoil(struct shared *shared)
{
	shared->is_spoilt = true;
	if (shares.current == shared)
		shares.current = NULL;
}

static int begin(struct view *view, pid_t pid, source_task_fn on_task, void *context)
{
	struct probe *probe = view->shared->probe;
	int r;

	baseline_done(&view->baseline);
	r = probe->source.ops->seed(&probe->source, pid, true, on_task, context);
	probe->follows_this = !r;
	if (r)
		spoil(view->shared);
	return r;
}

static int renew(struct view *view)
{
	struct shared *shared = view->shared;
	int r = probe_renew(&shared->probe);

	if (r) {
		spoil(shared);
		return r;
	}
	shared->is_spoilt = false;
	look_at(view);
	return 0;
}

/* What cannot be joined others may still use. */
static int begin_apart(struct view *view)
{
	struct shared *before = view->shared, *own;
	int r;

	if (!before->views->next)
		return renew(view);
	r = shared_new(false, &own);
	if (r)
		return r;
	leave(view);
	enter(view, own);
	shares.current = own;
	return 0;
}

static int seed_locked(struct view *view, pid_t pid, source_task_fn on_task, void *context)
{
	const struct shared *shared = view->shared;
	int r = -EAGAIN;

	if (!shared->is_spoilt && !shared->probe->follows_this)
		return begin(view, pid, on_task, context);
	if (!shared->is_spoilt)
		r = join(view, on_task, context);
	if (r != -EAGAIN)
		return r;
	r = begin_apart(view);
	return r ? r : begin(view, pid, on_task, context);
}

static int seed(struct source *source, pid_t pid, bool is_tree, source_task_fn on_task,
		void *context)
{
	int r;

	if (!is_tree || pid != getpid())
		return -EINVAL;
	if (!lock())
		return -ECHILD;
	r = seed_locked(view_of(source), pid, on_task, context);
	unlock();
	return r;
}

/* --- figures --- */

static void cut_totals(const struct view *view, struct tree_totals *totals)
{
	baseline_cut_totals(&view->baseline, totals);
	totals->dropped_accounts += view->waiting.lost;
	probe_raise_at_once(&totals->most, &view->most);
}

struct cutting {
	const struct view *view;
	source_task_fn on_task;
	void *context;
};

static int cut_task(void *context, const struct task_sample *task)
{
	const struct cutting *cutting = context;
	struct task_sample ours = *task;

	baseline_cut_task(&cutting->view->baseline, &ours);
	return cutting->on_task(cutting->context, &ours);
}

static int sample(struct source *source, source_task_fn on_task, void *context,
		  struct tree_totals *ret_totals)
{
	struct source *whole = source_of(source);
	struct cutting cutting = { view_of(source), on_task, context };
	int r;

	if (!lock())
		return -ECHILD;
	r = whole->ops->sample(whole, cut_task, &cutting, ret_totals);
	cut_totals(cutting.view, ret_totals);
	unlock();
	return r;
}

typedef void (*totals_fn)(const struct source *source, struct tree_totals *ret_totals);

/* Only reads: a forked process sees them still. */
static void read_totals(const struct source *source, totals_fn read, struct tree_totals *ret_totals)
{
	bool is_locked = lock();

	read(source_of(source), ret_totals);
	cut_totals(view_of_const(source), ret_totals);
	if (is_locked)
		unlock();
}

static void totals(const struct source *source, struct tree_totals *ret_totals)
{
	read_totals(source, source_of(source)->ops->totals, ret_totals);
}

static void counted(const struct source *source, struct tree_totals *ret_totals)
{
	read_totals(source, source_of(source)->ops->counted, ret_totals);
}

static int account(const struct source *source, uint64_t id, struct process_account *ret_account)
{
	const struct source *whole = source_of(source);
	int r = whole->ops->account(whole, id, ret_account);

	if (!r)
		baseline_cut_account(&view_of_const(source)->baseline, ret_account);
	return r;
}

static int limits(struct source *source, pid_t pid, struct source_limits *ret_limits)
{
	struct source *whole = source_of(source);
	int r;

	if (!lock())
		return -ECHILD;
	r = whole->ops->limits(whole, pid, ret_limits);
	unlock();
	return r;
}

static uint64_t root_id(const struct source *source)
{
	const struct source *whole = source_of(source);

	return whole->ops->root_id(whole);
}

static uint32_t unknown(const struct source *source)
{
	const struct source *whole = source_of(source);

	return whole->ops->unknown(whole);
}

static void explain_net(const struct source *source, char *text, size_t size)
{
	const struct source *whole = source_of(source);

	whole->ops->explain_net(whole, text, size);
}

static bool wants_rights(const struct source *source)
{
	const struct source *whole = source_of(source);

	return whole->ops->wants_rights(whole);
}

static void wake_at_every_exit(struct source *source)
{
	struct source *whole = source_of(source);

	whole->ops->wake_at_every_exit(whole);
}

static uint64_t tasks_lost(const struct source *source)
{
	const struct source *whole = source_of(source);

	return whole->ops->tasks_lost(whole) + view_of_const(source)->waiting.lost;
}

static uint64_t peak_kb(const struct source *source)
{
	(void)source;
	return 0;
}

/* A forked process has a copy of all this, and perhaps of a lock that nobody gives back. */
static void close_view(struct source *source)
{
	struct view *view = view_of(source);

	if (!lock())
		return;
	leave(view);
	unlock();
	waiting_done(&view->waiting);
	baseline_done(&view->baseline);
	free(view);
}

static const struct source_ops view_ops = {
	.name = "bpf",
	.is_exact = true,
	.explain = probe_explain,
	.close = close_view,
	.seed = seed,
	.root_id = root_id,
	.drain = drain,
	.sample = sample,
	.totals = totals,
	.counted = counted,
	.unknown = unknown,
	.explain_net = explain_net,
	.account = account,
	.limits = limits,
	.wants_rights = wants_rights,
	.wake_at_every_exit = wake_at_every_exit,
	.tasks_lost = tasks_lost,
	.peak_kb = peak_kb,
};

static int enter_current(struct view *view)
{
	int r = 0;

	if (shares.current && !probe_serves(shares.current->probe))
		shares.current = NULL;
	if (!shares.current)
		r = shared_new(true, &shares.current);
	if (!r)
		enter(view, shares.current);
	return r;
}

int share_open(struct source **ret_source)
{
	struct view *view = calloc(1, sizeof(*view));
	int r = -ECHILD;

	if (!view)
		return -ENOMEM;
	view->source.ops = &view_ops;
	if (lock()) {
		r = enter_current(view);
		unlock();
	}
	if (r)
		free(view);
	else
		*ret_source = &view->source;
	return r;
}
