/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Children of ours that have ended: how, and what they and all they have waited for have used. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "util/units.h"

static uint32_t status_of(const siginfo_t *info)
{
	uint32_t status = (uint32_t)info->si_status;

	if (info->si_code == CLD_EXITED)
		return (status & 0xff) << 8;
	return (status & 0x7f) | (info->si_code == CLD_DUMPED ? 0x80u : 0);
}

/* libc's waitid() keeps the usage to itself, and wait4() would take the child away. */
static bool wait_for(pid_t pid, int flags, siginfo_t *ret_info, struct rusage *ret_usage)
{
	long r;

	memset(ret_info, 0, sizeof(*ret_info));
	do
		r = syscall(SYS_waitid, P_PID, pid, ret_info, WEXITED | WNOHANG | flags, ret_usage);
	while (r < 0 && errno == EINTR);
	return r == 0 && ret_info->si_pid == pid;
}

bool reap_peek(pid_t pid, uint32_t *ret_status, struct rusage *ret_usage)
{
	siginfo_t info;

	if (!wait_for(pid, WNOWAIT, &info, ret_usage))
		return false;
	*ret_status = status_of(&info);
	return true;
}

void reap_take(pid_t pid)
{
	struct rusage usage;
	siginfo_t info;

	(void)wait_for(pid, 0, &info, &usage);
}

static uint64_t ns_of(struct timeval time)
{
	return units_ns_of_timeval(&time);
}

void reap_counters(const struct rusage *usage, struct task_counters *ret_used)
{
	*ret_used = (struct task_counters){
		.cpu_time_ns = ns_of(usage->ru_utime) + ns_of(usage->ru_stime),
		.cpu_user_ns = ns_of(usage->ru_utime),
		.cpu_system_ns = ns_of(usage->ru_stime),
		.page_faults_cached = (uint64_t)usage->ru_minflt,
		.page_faults_disk = (uint64_t)usage->ru_majflt,
		.ctx_switches_voluntary = (uint64_t)usage->ru_nvcsw,
		.ctx_switches_involuntary = (uint64_t)usage->ru_nivcsw,
	};
}
