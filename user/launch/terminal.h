/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a command may do to the terminal of whoever started it. */
#ifndef DENET_LAUNCH_TERMINAL_H
#define DENET_LAUNCH_TERMINAL_H

/*
 * Between fork and exec, before a change of user: this process and what it starts can no longer type
 * into a terminal what others then read, as if its user had. -EOPNOTSUPP where the system calls of
 * this machine are not known here; otherwise it takes CAP_SYS_ADMIN.
 */
int terminal_forbid_typing(void);

#endif
