/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/terminal.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * A machine has several tables of system calls, and a program takes which it likes: each has its
 * own number for ioctl().
 */
#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define ARCH_32 AUDIT_ARCH_I386
#define IOCTL_X32 514
#define TABLE_BIT 0x40000000u /* of a call by the x32 table */
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define ARCH_32 AUDIT_ARCH_ARM
#define IOCTL_X32 __NR_ioctl
#define TABLE_BIT 0u
#endif

#ifdef ARCH

#define IOCTL_32 54 /* on both */
#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
/* Relative to what follows. */
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the kernel takes the lower half of a request, which comes first");

int terminal_forbid_typing(void)
{
	struct sock_filter steps[] = {
		FIELD(arch),
		IF_EQUAL(ARCH_32, 5, 0),
		IF_EQUAL(ARCH, 0, 9),
		FIELD(nr),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~TABLE_BIT),
		IF_EQUAL(__NR_ioctl, 3, 0),
		IF_EQUAL(IOCTL_X32, 2, 5),
		FIELD(nr),
		IF_EQUAL(IOCTL_32, 0, 3),
		FIELD(args[1]),
		IF_EQUAL(TIOCSTI, 2, 0),
		IF_EQUAL(TIOCLINUX, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
	};
	const struct sock_fprog program = {
		.len = sizeof(steps) / sizeof(steps[0]),
		.filter = steps,
	};

	/* The kernel slows down the speculation of what is confined, which this does not confine. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program))
		return -errno;
	return 0;
}

#else

int terminal_forbid_typing(void)
{
	return -EOPNOTSUPP;
}

#endif
