/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs CMD with one system call forbidden by seccomp, as a container runtime would.
 *
 * Usage: forbid bpf|pidfd_open|clone3|perf_event_open EPERM|ENOSYS CMD [ARG...]
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{ "bpf", SYS_bpf },
	{ "pidfd_open", SYS_pidfd_open },
	{ "clone3", SYS_clone3 },
	{ "perf_event_open", SYS_perf_event_open },
};

static int forbid(unsigned int call, unsigned int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	/* Root needs no no-new-privileges for it, anybody else does. */
	if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? -errno : 0;
}

int main(int argc, char *argv[])
{
	unsigned int error;

	if (argc < 4) {
		fprintf(stderr, "usage: forbid CALL EPERM|ENOSYS CMD [ARG...]\n");
		return 125;
	}
	error = strcmp(argv[2], "ENOSYS") ? EPERM : ENOSYS;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(argv[1], calls[i].name))
			continue;
		if (forbid(calls[i].number, error)) {
			perror("forbid");
			return 125;
		}
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		return 127;
	}
	fprintf(stderr, "forbid: unknown call %s\n", argv[1]);
	return 125;
}
