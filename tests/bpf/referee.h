/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A fresh cgroup that holds the workload and nothing else: the kernel's own account of it, and
 * thereby the truth of the tests. Version 2, and cpuacct of version 1 where that is mounted.
 */
#ifndef DENET_BPF_REFEREE_H
#define DENET_BPF_REFEREE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct referee {
	char v2[PATH_MAX];
	char v1[PATH_MAX]; /* empty when there is none */
};

int referee_open(struct referee *referee);

/* Kills what is left in it, and removes it. */
void referee_close(struct referee *referee);

/* What the cgroup has used. */
int referee_cpu_ns(const struct referee *referee, uint64_t *ret_ns);

/* By cpuacct; -ENOENT when that is not mounted. */
int referee_cpuacct_ns(const struct referee *referee, uint64_t *ret_ns);

/* Whether it waits for something, and has left its CPU: what it uses does not grow. */
bool referee_thread_waits(pid_t tid);

/* Whether all threads in it wait for something: what said a word may not be there yet. */
bool referee_is_asleep(const struct referee *referee);

#endif
