/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/signal_mask.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the kernel has of a set: a bit for each of its signals. The C library's set is larger. */
#define KERNEL_SET_BYTES 8

int signal_mask_change(int how, const sigset_t *set, sigset_t *ret_before)
{
	if (ret_before)
		(void)sigemptyset(ret_before);
	return syscall(SYS_rt_sigprocmask, how, set, ret_before, KERNEL_SET_BYTES) ? -errno : 0;
}
