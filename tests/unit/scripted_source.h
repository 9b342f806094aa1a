/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A source that tells what a test has written: births, counters, deaths, losses, failures. */
#ifndef DENET_UNIT_SCRIPTED_SOURCE_H
#define DENET_UNIT_SCRIPTED_SOURCE_H

#include <errno.h>
#include <linux/types.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <cmocka.h>

#include "source/source.h"
#include "tree/counters.h"

#define SCRIPT_MAX 128
#define ROOT 1ull /* its id; other ids are the test's */

struct actor {
	struct task_sample task;
	bool is_living;
	bool has_account; /* the source knows one while it lives */
	bool is_going; /* its account is, once somebody has looked at it */
	uint32_t threads_total;
};

struct told {
	uint32_t type;
	struct exec_event exec;
	struct process_account account;
	char text[64];
};

/* Only what is set here differs from a source that is exact and loses nothing. */
struct script {
	struct actor actors[SCRIPT_MAX];
	size_t actors_count;
	struct told news[SCRIPT_MAX];
	size_t news_count;
	struct tree_totals totals;
	int open_error;
	int seed_error;
	int drain_error; /* once, as the next */
	int sample_error; /* as well */
	int lasting_error; /* of each walk and of the news */
	unsigned int storm; /* that many walks to come are not of the moment of the totals */
	void (*during_walk)(struct script *script); /* once, in the midst of the next */
	void (*during_open)(void);
	void (*after_seed)(struct script *script);
	uint64_t born_behind_walk; /* so many, and gone again, behind each walk */
	uint32_t unknown;
	uint64_t tasks_lost;
	uint64_t peak_kb;
	struct source_limits limits; /* -ESRCH without any */
	bool sees_no_births;

	unsigned int walks;
	unsigned int opened;
	unsigned int closed;
	bool is_woken_at_every_exit;
	struct source source;
};

static struct script script;

static inline struct actor *find_actor(uint64_t id)
{
	for (size_t i = 0; i < script.actors_count; i++)
		if (script.actors[i].task.id == id)
			return &script.actors[i];
	return NULL;
}

static inline struct actor *actor_of(uint64_t id)
{
	static struct actor nobody;
	struct actor *actor = find_actor(id);

	assert_non_null(actor);
	return actor ? actor : &nobody;
}

static inline struct actor *enter_actor(uint64_t id, pid_t pid, const char *comm)
{
	struct actor *actor = &script.actors[script.actors_count++];

	assert_true(script.actors_count <= SCRIPT_MAX);
	*actor = (struct actor){
		.task = { .id = id,
			  .tid = (uint32_t)pid,
			  .tgid = (uint32_t)pid,
			  .start_boot_ns = id,
			  .flags = SAMPLE_LEADER },
		.is_living = true,
		.has_account = true,
		.threads_total = 1,
	};
	memcpy(actor->task.comm, comm, strnlen(comm, DENET_COMM_LEN));
	return actor;
}

/* A child of the tree, which is not a process of this machine. */
static inline void script_birth(uint64_t id, const char *comm)
{
	(void)enter_actor(id, (pid_t)(1u << 30 | (uint32_t)id), comm);
	script.totals.processes_started++;
}

static inline void script_use(uint64_t id, uint64_t cpu_time_ns)
{
	actor_of(id)->task.used.cpu_time_ns += cpu_time_ns;
}

static inline struct told *tell(uint32_t type)
{
	struct told *told = &script.news[script.news_count++];

	assert_true(script.news_count <= SCRIPT_MAX);
	*told = (struct told){ .type = type };
	return told;
}

/* args: one word. */
static inline void script_exec(uint64_t id, const char *args, const char *path)
{
	struct actor *actor = actor_of(id);
	struct told *told = tell(EVENT_EXEC);
	size_t args_len = strlen(args) + 1;

	static uint64_t commands = 1000;

	told->exec = (struct exec_event){
		.type = EVENT_EXEC,
		.tgid = actor->task.tgid,
		.id = id,
		.command_id = ++commands,
		.start_boot_ns = actor->task.start_boot_ns,
		.args_len = (uint32_t)args_len,
		.args_whole_len = (uint32_t)args_len,
		.path_len = (uint32_t)strlen(path),
		.uid = getuid(),
		.gid = getgid(),
	};
	memcpy(told->exec.comm, args, strnlen(args, DENET_COMM_LEN));
	memset(actor->task.comm, 0, DENET_COMM_LEN);
	memcpy(actor->task.comm, args, strnlen(args, DENET_COMM_LEN));
	(void)snprintf(told->text, sizeof(told->text), "%s", args);
	(void)snprintf(told->text + args_len, sizeof(told->text) - args_len, "%s", path);
}

/* Of the last exec it is known what had been used by then, and what was left. */
static inline void script_count_exec(const char *left_comm, uint64_t cpu_time_ns)
{
	struct exec_event *exec = &script.news[script.news_count - 1].exec;

	exec->flags |= EXEC_COUNTED;
	exec->used.cpu_time_ns = cpu_time_ns;
	exec->boot_ns = exec->start_boot_ns + cpu_time_ns;
	memcpy(exec->left_comm, left_comm, strnlen(left_comm, DENET_COMM_LEN));
}

/* It is among the dead, and its account is on the way. */
static inline void script_die(uint64_t id)
{
	struct actor *actor = actor_of(id);

	actor->is_living = false;
	actor->has_account = false;
	counters_add(&script.totals.dead, &actor->task.used);
}

static inline void script_account(uint64_t id, uint32_t status)
{
	const struct actor *actor = actor_of(id);
	struct told *told = tell(EVENT_EXIT);

	told->account = (struct process_account){
		.id = id,
		.start_boot_ns = actor->task.start_boot_ns,
		.exit_boot_ns = actor->task.start_boot_ns + 1,
		.used = actor->task.used,
		.tgid = actor->task.tgid,
		.threads_total = 1,
		.exit_status = status,
		.flags = ACCOUNT_ENDED,
	};
	memcpy(told->account.comm, actor->task.comm, DENET_COMM_LEN);
	script.totals.processes_exited++;
}

static inline void script_exit(uint64_t id, uint32_t status)
{
	script_die(id);
	script_account(id, status);
}

static int scripted_open(const struct source_options *options, struct source **ret_source);
static int second_best_open(const struct source_options *options, struct source **ret_source);

static inline void scripted_explain(int error, char *text, size_t size)
{
	(void)snprintf(text, size, "the script says %d", error);
}

static inline void scripted_close(struct source *source)
{
	assert_ptr_equal(source, &script.source);
	script.closed++;
}

static inline int scripted_seed(struct source *source, pid_t pid, bool is_tree,
				source_task_fn on_task, void *context)
{
	int r = script.seed_error;

	(void)source;
	(void)is_tree;
	if (!find_actor(ROOT))
		(void)enter_actor(ROOT, pid, "root");
	for (size_t i = 0; !r && i < script.actors_count; i++) {
		script.actors[i].task.tgid = script.actors[i].task.id == ROOT
						     ? (uint32_t)pid
						     : script.actors[i].task.tgid;
		r = on_task(context, &script.actors[i].task);
	}
	if (script.after_seed)
		script.after_seed(&script);
	/* They were there before: nobody was born. */
	script.totals.processes_started = 0;
	return r;
}

/* Who is there is among the born. */
static inline int scripted_seed_group(struct source *source, source_task_fn on_task, void *context)
{
	(void)source;
	(void)on_task;
	(void)context;
	return script.seed_error;
}

static inline uint64_t scripted_root_id(const struct source *source)
{
	(void)source;
	return ROOT;
}

static inline int take_error(int *error)
{
	int r = *error;

	*error = 0;
	return r;
}

static inline int scripted_drain(struct source *source, const struct source_events *events)
{
	size_t count = script.news_count;

	(void)source;
	if (script.lasting_error)
		return script.lasting_error;
	script.news_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct told *told = &script.news[i];

		if (told->type == EVENT_EXEC)
			events->on_exec(events->context, &told->exec, told->text);
		else
			events->on_exit(events->context, &told->account);
	}
	return take_error(&script.drain_error);
}

static inline int show_living(source_task_fn on_task, void *context)
{
	int r = 0;

	for (size_t i = 0; !r && i < script.actors_count; i++) {
		void (*during_walk)(struct script *) = script.during_walk;

		if (script.actors[i].is_living)
			r = on_task(context, &script.actors[i].task);
		script.during_walk = NULL;
		if (during_walk)
			during_walk(&script);
	}
	return r;
}

static inline int scripted_sample(struct source *source, source_task_fn on_task, void *context,
				  struct tree_totals *ret_totals)
{
	uint64_t exited = script.totals.processes_exited, started = script.totals.processes_started;
	int r;

	(void)source;
	script.walks++;
	if (script.lasting_error)
		return script.lasting_error;
	if (script.sample_error)
		return take_error(&script.sample_error);
	*ret_totals = script.totals;
	r = show_living(on_task, context);
	if (r)
		return r;
	if (script.storm) {
		script.storm--;
		return 1;
	}
	script.totals.processes_started += script.born_behind_walk;
	script.totals.processes_exited += script.born_behind_walk;
	started += script.born_behind_walk;
	exited += script.born_behind_walk;
	return exited != script.totals.processes_exited ||
	       started != script.totals.processes_started;
}

static inline void scripted_totals(const struct source *source, struct tree_totals *ret_totals)
{
	(void)source;
	*ret_totals = script.totals;
}

/* Whoever takes `most` from here is told what nobody has seen. */
static inline void scripted_counted(const struct source *source, struct tree_totals *ret_totals)
{
	scripted_totals(source, ret_totals);
	ret_totals->most = (struct at_once){ 999, 999 };
}

static inline uint32_t scripted_unknown(const struct source *source)
{
	(void)source;
	return script.unknown;
}

static inline int scripted_account(const struct source *source, uint64_t id,
				   struct process_account *ret_account)
{
	struct actor *actor = find_actor(id);

	(void)source;
	if (!actor || !actor->has_account)
		return -ENOENT;
	actor->has_account = !actor->is_going;
	*ret_account = (struct process_account){
		.id = id,
		.start_boot_ns = actor->task.start_boot_ns,
		.tgid = actor->task.tgid,
		.threads_live = 1,
		.threads_total = actor->threads_total,
	};
	return 0;
}

static inline int scripted_limits(struct source *source, pid_t pid,
				  struct source_limits *ret_limits)
{
	(void)source;
	if (!script.limits.cpu_count)
		return -ESRCH;
	assert_int_equal(pid, actor_of(ROOT)->task.tgid);
	*ret_limits = script.limits;
	return 0;
}

static inline void scripted_wake_at_every_exit(struct source *source)
{
	(void)source;
	script.is_woken_at_every_exit = true;
}

static inline uint64_t scripted_tasks_lost(const struct source *source)
{
	(void)source;
	return script.tasks_lost;
}

static inline uint64_t scripted_peak_kb(const struct source *source)
{
	(void)source;
	return script.peak_kb;
}

#define SCRIPTED_OPS(as, exact, opened)                                                            \
	{                                                                                          \
		.name = (as), .is_exact = (exact), .open = (opened), .explain = scripted_explain,  \
		.close = scripted_close, .seed = scripted_seed, .root_id = scripted_root_id,       \
		.seed_group = scripted_seed_group, .drain = scripted_drain,                        \
		.sample = scripted_sample, .totals = scripted_totals, .counted = scripted_counted, \
		.unknown = scripted_unknown, .account = scripted_account,                          \
		.wake_at_every_exit = scripted_wake_at_every_exit,                                 \
		.tasks_lost = scripted_tasks_lost, .peak_kb = scripted_peak_kb,                    \
		.limits = scripted_limits,                                                         \
	}

static const struct source_ops scripted_ops = SCRIPTED_OPS("scripted", true, scripted_open);
static const struct source_ops second_best_ops =
	SCRIPTED_OPS("second best", false, second_best_open);
static const struct source_ops *const scripted_list[] = { &scripted_ops, &second_best_ops, NULL };

static inline int open_as(const struct source_ops *ops, struct source **ret_source)
{
	int r = take_error(&script.open_error);

	if (r)
		return r;
	if (script.during_open)
		script.during_open();
	script.opened++;
	script.source = (struct source){
		.ops = ops,
		.fd = -1,
		.sees_births = !script.sees_no_births,
		.sees_memory_at_exit = true,
	};
	*ret_source = &script.source;
	return 0;
}

static inline int scripted_open(const struct source_options *options, struct source **ret_source)
{
	assert_non_null(options->procfs);
	return open_as(&scripted_ops, ret_source);
}

static inline int second_best_open(const struct source_options *options, struct source **ret_source)
{
	assert_non_null(options->procfs);
	return open_as(&second_best_ops, ret_source);
}

#endif
