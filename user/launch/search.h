/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * execvp() by ourselves: not every C library lets /bin/sh run a file without "#!", and none may
 * allocate between fork and exec.
 */
#ifndef DENET_LAUNCH_SEARCH_H
#define DENET_LAUNCH_SEARCH_H

/* For search_exec(), made before the fork; NULL when memory is short. Owned, to be given to free(). */
const char **search_new_shell(char *const argv[]);

/*
 * Replaces the process by argv, looked for in the PATH of its environment; returns the errno. What
 * the kernel does not take for a program is a script of /bin/sh. shell is of search_new_shell().
 */
int search_exec(char *const argv[], const char **shell);

#endif
