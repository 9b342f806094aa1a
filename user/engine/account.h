/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From the kernel's account of a process to what observers are told. */
#ifndef DENET_ENGINE_ACCOUNT_H
#define DENET_ENGINE_ACCOUNT_H

#include <linux/types.h>
#include <stdbool.h>

#include "denet/denet.h"
#include "kernel/tree.h"
#include "tree/tree.h"

/*
 * All that the account itself says, closed or not; the times of the run, names and what was used are left to the
 * caller. seen_kb: the largest memory that samples have met. process may be NULL.
 */
void account_show(const struct process_account *account, const struct process *process,
		  uint64_t seen_kb, struct denet_process *ret_shown);

/* Who told it to end; times are since begin_boot_ns. */
void account_show_told(const struct process_account *account, uint64_t begin_boot_ns,
		       struct denet_process *shown);

/* When it ended, or now. */
uint64_t account_end_boot_ns(const struct process_account *account);

/* Of a process whose account was closed a moment after a walk at which it lived. */
void account_recall(const struct process *process, struct process_account *ret_account);

/* What it has used, but for what is not ours to count. */
void account_used(const struct process_account *account, const struct process *process,
		  struct task_counters *ret_used);

#endif
