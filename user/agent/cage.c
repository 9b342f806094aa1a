/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/cage.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "rights/rights.h"
#include "util/log.h"

const char *const cage_filters[] = { "refuse", "kill", "off", NULL };

/*
 * For looks: files and maps. For names of targets, which the C library and libcurl look up in a thread: clone and
 * what begins one. For the listener: sockets. Those that write files of records and textfiles, too.
 */
static const char *const allowed[] = {
	"accept4",
	"access",
	"bind",
	"bpf",
	"brk",
	"chmod",
	"clock_getres",
	"clock_gettime",
	"clock_nanosleep",
	"clone",
	"clone3",
	"close",
	"connect",
	"dup2",
	"dup3",
	"dup",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_wait",
	"eventfd2",
	"exit",
	"exit_group",
	"faccessat",
	"faccessat2",
	"fchmod",
	"fchmodat",
	"fcntl",
	"fdatasync",
	"fstat",
	"fstatfs",
	"fsync",
	"ftruncate",
	"futex",
	"getdents64",
	"getegid",
	"geteuid",
	"getgid",
	"getpeername",
	"getpid",
	"getrandom",
	"getsockname",
	"getsockopt",
	"gettid",
	"gettimeofday",
	"getuid",
	"inotify_add_watch",
	"inotify_rm_watch",
	"ioctl",
	"kill",
	"listen",
	"lseek",
	"lstat",
	"madvise",
	"membarrier",
	"mmap",
	"mprotect",
	"mremap",
	"munmap",
	"name_to_handle_at",
	"newfstatat",
	"open",
	"openat",
	"pipe2",
	"poll",
	"ppoll",
	"pread64",
	"prlimit64",
	"pselect6",
	"pwrite64",
	"read",
	"readlink",
	"readlinkat",
	"readv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"rename",
	"renameat",
	"renameat2",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sched_getaffinity",
	"sched_yield",
	"select",
	"sendfile",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"set_robust_list",
	"setsockopt",
	"shutdown",
	"sigaltstack",
	"signalfd4",
	"socket",
	"socketpair",
	"stat",
	"statfs",
	"statx",
	"sysinfo",
	"timerfd_create",
	"timerfd_settime",
	"umask",
	"uname",
	"unlink",
	"unlinkat",
	"wait4",
	"waitid",
	"write",
	"writev",
};

/* Some are of one architecture alone: what is not known here cannot be called either. */
static int add_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		int number = seccomp_syscall_resolve_name(allowed[i]);
		int r = number == __NR_SCMP_ERROR
				? 0
				: seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);

		if (r)
			return r;
	}
	return 0;
}

static int set_filter(enum cage_filter kind)
{
	scmp_filter_ctx filter = seccomp_init(kind == CAGE_FILTER_KILL ? SCMP_ACT_KILL_PROCESS
								       : SCMP_ACT_ERRNO(EPERM));
	int r = -ENOMEM;

	if (filter)
		r = add_rules(filter);
	if (!r)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* The search for leaks of a sanitized build stops threads as a debugger does. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

int cage_close(enum cage_filter kind)
{
	const struct rlimit none = { 0, 0 };
	int r;

	(void)setrlimit(RLIMIT_CORE, &none);
	/* Read once, here: the file is not needed then. */
	tzset();
	r = rights_drop(0, 0, false);
	if (r)
		return log_error(r, "cannot give up rights");
	if (kind == CAGE_FILTER_OFF || IS_SANITIZED)
		return 0;
	r = set_filter(kind);
	/* A kernel without it, or within a sandbox that has its own: the rest holds. */
	if (r)
		log_warning("system calls are not filtered: the kernel refuses it");
	return 0;
}
