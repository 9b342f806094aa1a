/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of files that lead to descriptors which this process has open already. */
#ifndef DENET_UTIL_OWN_FD_H
#define DENET_UTIL_OWN_FD_H

/*
 * The number that a name such as /dev/stdout or /proc/self/fd/5 stands for, through any links; -1 for
 * all other names. To open such a name would open the file anew, at its start.
 */
int own_fd_of_name(const char *path);

/* 1 or 2 when that is the file that fd is, and may be written to; else -1. */
int own_fd_of_file(int fd);

#endif
