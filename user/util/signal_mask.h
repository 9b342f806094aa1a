/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Somebody else's mask of signals, to the last bit: sigprocmask() leaves out those that the C library
 * keeps to itself, and musl's are glibc's SIGRTMIN, too.
 */
#ifndef DENET_UTIL_SIGNAL_MASK_H
#define DENET_UTIL_SIGNAL_MASK_H

#include <signal.h>

/* As sigprocmask(); 0 or -errno. ret_before may be NULL. */
int signal_mask_change(int how, const sigset_t *set, sigset_t *ret_before);

#endif
