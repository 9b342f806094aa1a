/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs CMD with one system call forbidden by seccomp, as a container runtime would.
 *
 * Usage: forbid bpf|bpf_attach|pidfd_open|clone3|perf_event_open ERROR CMD [ARG...]
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
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
	unsigned int first; /* the first argument that it is forbidden with; 0 for any */
} calls[] = {
	{ "bpf", SYS_bpf, 0 },
	{ "bpf_attach", SYS_bpf, BPF_RAW_TRACEPOINT_OPEN },
	{ "pidfd_open", SYS_pidfd_open, 0 },
	{ "clone3", SYS_clone3, 0 },
	{ "perf_event_open", SYS_perf_event_open, 0 },
};

static const struct {
	const char *name;
	unsigned int number;
} errors[] = {
	{ "EPERM", EPERM },   { "ENOSYS", ENOSYS }, { "ENOMEM", ENOMEM },
	{ "EMFILE", EMFILE }, { "EBUSY", EBUSY },
};

static int forbid(unsigned int call, unsigned int first, unsigned int error)
{
	/* Of little-endian machines: the lower half comes first. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | (first ? BPF_JEQ : BPF_JGE) | BPF_K, first, 0, 1),
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
	unsigned int error = 0;

	for (size_t i = 0; argc >= 4 && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (!strcmp(argv[2], errors[i].name))
			error = errors[i].number;
	if (!error) {
		fprintf(stderr,
			"usage: forbid CALL EPERM|ENOSYS|ENOMEM|EMFILE|EBUSY CMD [ARG...]\n");
		return 125;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(argv[1], calls[i].name))
			continue;
		if (forbid(calls[i].number, calls[i].first, error)) {
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
