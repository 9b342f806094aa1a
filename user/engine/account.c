/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/account.h"

#include <signal.h>
#include <unistd.h>

#include "metrics/publish.h"
#include "tree/counters.h"
#include "util/clock.h"

/*
 * signal->maxrss holds what the process inherited at fork and what it ran before. If it has grown
 * since the last exec, this program made it grow. If not, only the address space can tell, which
 * older kernels have let go of by then.
 */
static uint64_t peak_kb(const struct process_account *account, uint64_t seen_kb, bool *ret_is_bound)
{
	uint64_t page_kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	uint64_t kb;

	*ret_is_bound = false;
	if (account->peak_pages > account->peak_before_exec_pages) {
		kb = account->peak_pages * page_kb;
	} else if (account->peak_mm_pages) {
		kb = account->peak_mm_pages * page_kb;
	} else {
		*ret_is_bound = true;
		return seen_kb ? seen_kb : DENET_UNKNOWN;
	}
	return kb > seen_kb ? kb : seen_kb;
}

uint64_t account_end_boot_ns(const struct process_account *account)
{
	return account->exit_boot_ns ? account->exit_boot_ns : clock_boot_ns();
}

/* The baseline of who ran when it was seeded is an estimate. */
static bool is_exact(const struct process_account *account, const struct process *process)
{
	if (account->flags & ACCOUNT_SAMPLED)
		return false;
	if (account->flags & ACCOUNT_JOINED)
		return !(account->flags & ACCOUNT_RAN_AT_SEED);
	return !process || !(process->is_partial && account->flags & ACCOUNT_RAN_AT_SEED);
}

void account_show(const struct process_account *account, const struct process *process,
		  uint64_t seen_kb, struct denet_process *ret_shown)
{
	bool has_joined = account->flags & ACCOUNT_JOINED;
	bool is_partial = has_joined || (process && process->is_partial);

	*ret_shown = (struct denet_process){
		.id = account->id,
		.parent_id = account->parent_id,
		.end_ns = DENET_UNKNOWN,
		.pid = account->tgid,
		.ppid = account->parent_tgid,
		.uid = account->uid == UINT32_MAX ? DENET_UNKNOWN : account->uid,
		.wall_ns = account_end_boot_ns(account) - account->start_boot_ns,
		/* One of them stands for what was before. */
		.threads_total = account->threads_total - has_joined,
		.oom_killed = account->flags & ACCOUNT_OOM_KILLED,
		.is_partial = is_partial,
		.is_exact = is_exact(account, process),
	};
	ret_shown->peak_rss_kb = peak_kb(account, seen_kb, &ret_shown->peak_is_bound);
	if (account->flags & ACCOUNT_ENDED)
		ret_shown->end = publish_end(account->exit_status);
	/* No file of a process tells who killed it. */
	ret_shown->oom_unknown =
		account->flags & ACCOUNT_SAMPLED && ret_shown->end.signal == SIGKILL;
}

void account_show_told(const struct process_account *account, uint64_t begin_boot_ns,
		       struct denet_process *shown)
{
	if (!account->told_signal)
		return;
	shown->told_signal = account->told_signal;
	shown->told_by_pid = account->told_by_tgid;
	shown->told_by_id = account->told_by_id;
	shown->told_ns = account->told_boot_ns < begin_boot_ns
				 ? DENET_UNKNOWN
				 : account->told_boot_ns - begin_boot_ns;
}

void account_recall(const struct process *process, struct process_account *ret_account)
{
	*ret_account = (struct process_account){
		.id = process->id,
		.parent_id = process->parent_id,
		.start_boot_ns = process->start_boot_ns,
		.tgid = process->pid,
		.parent_tgid = process->ppid,
		.threads_live = process->threads,
		.threads_total = process->threads,
	};
}

void account_used(const struct process_account *account, const struct process *process,
		  struct task_counters *ret_used)
{
	*ret_used = account->used;
	if (process)
		counters_subtract(ret_used, &process->before);
	counters_floor(ret_used);
}
