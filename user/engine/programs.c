/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/programs.h"

#include <string.h>
#include <unistd.h>

#include "engine/identity.h"
#include "engine/privacy.h"
#include "metrics/publish.h"
#include "tree/counters.h"

/* What each program shown is cut out of. */
struct whole {
	uint32_t unknown; /* COUNTER_ */
	uint64_t tick_ns;
	uint64_t begin_boot_ns; /* of the run */
};

static uint64_t kb_of(uint64_t pages)
{
	return pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}

/* Where one program ends and the next begins. */
static struct task_counters border_of(const struct exec_event *event)
{
	struct task_counters border = event->used;

	border.cpu_time_ns += event->slice_ns;
	return border;
}

void programs_forget_stub(struct process *process, const struct exec_event *event)
{
	process->before = border_of(event);
	process->stub_slice_ns = event->slice_ns;
	programs_begin(&process->programs, event->boot_ns, &process->before);
}

bool programs_forget_slice(struct process *process, const struct process_account *account)
{
	if (!process->stub_slice_ns || account->used.cpu_time_ns > process->before.cpu_time_ns)
		return false;
	process->before.cpu_time_ns -= process->stub_slice_ns;
	if (!process->programs.count)
		process->programs.before = process->before;
	process->stub_slice_ns = 0;
	return true;
}

/* Samples of what it was forked with show the memory of its parent, too. */
static void fill_peak(const struct exec_event *event, uint64_t peak_seen_kb, struct program *left)
{
	left->peak_kb = kb_of(event->left_peak_pages);
	if (left->is_forked || peak_seen_kb <= left->peak_kb)
		return;
	left->peak_is_bound = !left->peak_kb;
	left->peak_kb = peak_seen_kb;
}

int programs_take_exec(struct tree *tree, struct process *process, const struct exec_event *event,
		       uint64_t peak_seen_kb)
{
	struct programs *programs = &process->programs;
	struct program left = { .is_forked = !programs->start_boot_ns && !process->is_partial };
	struct task_counters border = border_of(event);

	if (!programs->start_boot_ns)
		programs_begin(programs, event->start_boot_ns, &process->before);
	left.start_boot_ns = programs->start_boot_ns;
	memcpy(left.comm, event->left_comm, DENET_COMM_LEN);
	fill_peak(event, peak_seen_kb, &left);
	/* Its parent was started with the command of what it was forked with. */
	if (!left.is_forked) {
		left.command = process->command;
		process->command = NULL;
	}
	return programs_leave(programs, &tree->commands, &left, event->boot_ns, &border);
}

static int64_t since_begin_ns(const struct whole *whole, uint64_t boot_ns)
{
	return (int64_t)(boot_ns - whole->begin_boot_ns);
}

static void show_left(const struct whole *whole, const struct program *left,
		      struct denet_process_program *ret)
{
	struct task_counters used = left->used, withheld;
	uint32_t unknown = whole->unknown;

	if (left->command && left->command->is_private)
		privacy_cut(&used, &unknown, &withheld);
	*ret = (struct denet_process_program){
		.comm = left->comm,
		.command = identity_show(left->command),
		.start_ns = since_begin_ns(whole, left->start_boot_ns),
		.peak_rss_kb = left->peak_kb ? left->peak_kb : DENET_UNKNOWN,
		.peak_is_bound = left->peak_is_bound,
		.is_forked = left->is_forked,
	};
	publish_counters(&used, unknown, whole->tick_ns, &ret->used);
}

static void show_programs(const struct whole *whole, struct process *process,
			  const struct task_counters *used, struct denet_process_program *ret,
			  struct denet_process *shown)
{
	struct programs *programs = &process->programs;
	struct task_counters last, until = *used;
	size_t i;

	counters_add(&until, &process->before);
	programs_settle(programs, &until, &last);
	for (i = 0; i < programs->count; i++)
		show_left(whole, &programs->left[i], &ret[i]);
	ret[i] = (struct denet_process_program){
		.comm = shown->comm,
		.command = shown->command,
		.start_ns = since_begin_ns(whole, programs->start_boot_ns),
		.peak_rss_kb = shown->peak_rss_kb,
		.peak_is_bound = shown->peak_is_bound,
	};
	publish_counters(&last, whole->unknown, whole->tick_ns, &ret[i].used);
	shown->programs = ret;
	shown->programs_count = i + 1;
	shown->programs_omitted = programs->omitted;
}

static void raise_peak(struct denet_process *shown, uint64_t peak_kb)
{
	if (peak_kb == DENET_UNKNOWN ||
	    (shown->peak_rss_kb != DENET_UNKNOWN && shown->peak_rss_kb >= peak_kb))
		return;
	shown->peak_rss_kb = peak_kb;
}

/* A later program that did not raise the kernel's own maximum is not larger than it. */
static void raise_to_left(const struct process_account *account, struct denet_process *shown)
{
	if (!account->peak_left_pages)
		return;
	raise_peak(shown, kb_of(account->peak_left_pages));
	if (account->flags & ACCOUNT_ENDED && account->peak_left_pages >= account->peak_pages)
		shown->peak_is_bound = false;
}

void programs_show(const struct process_account *account, struct process *process,
		   const struct task_counters *used, uint64_t tick_ns, uint64_t begin_boot_ns,
		   struct programs_shown *ret_programs, struct denet_process *shown)
{
	const struct whole whole = {
		.unknown = account->unknown,
		.tick_ns = tick_ns,
		.begin_boot_ns = begin_boot_ns,
	};
	size_t i;

	if (process && process->programs.count)
		show_programs(&whole, process, used, ret_programs->programs, shown);
	for (i = 0; i < shown->programs_count; i++)
		raise_peak(shown, shown->programs[i].peak_rss_kb);
	raise_to_left(account, shown);
}
